"""A start that fails closes what it has opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from intake_world import NOBODY, running

from lianban_intake.guides.service import Guides
from lianban_intake.prefill import wiring


async def test_what_a_failed_start_had_opened_is_closed(intake_folder: Path, monkeypatch: Any) -> None:
    opened: list[ClientSession] = []
    closed: list[Guides] = []
    open_session, close = wiring.open_session, Guides.close

    def opening(*given: Any) -> ClientSession:
        opened.append(open_session(*given))
        return opened[-1]

    def closing(self: Guides) -> None:
        closed.append(self)
        close(self)

    monkeypatch.setattr(wiring, "open_session", opening)
    monkeypatch.setattr(Guides, "close", closing)
    key = intake_folder / "registries.key"
    key.write_text("key")
    nowhere = "postgresql+asyncpg://intake:wrong@127.0.0.1:1/none"
    settings = {"registries_url": "http://127.0.0.1:1", "registries_key_file": key}
    with pytest.raises(ValueError, match="without the file of its key"):
        async with running(intake_folder, nowhere, NOBODY, licences_url="http://127.0.0.1:1", **settings):
            pass
    assert [session.closed for session in opened] == [True, True]
    assert len(closed) == 1
