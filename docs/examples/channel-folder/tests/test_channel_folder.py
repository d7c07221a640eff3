"""The folder by itself, without a service around it."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import ValidationError

from lianban.contracts.orders import TaskWithdrawal
from lianban.contracts.status import Cause
from lianban.platform.directory import DepartmentEntry
from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.incoming.port import Receipt, Status, Unfinished, Unusable
from lianban_adapters.channels.kinds import Link, Surroundings
from lianban_adapters.channels.port import Unavailable
from lianban_channel_folder.kind import folder


def link(**settings: Any) -> Link:
    entry = DepartmentEntry(channel="folder", secret="whsec_c2VjcmV0", settings=settings)
    # The object store is for channels that send files along; this one sends links.
    return folder(entry, Surroundings(AsyncExitStack(), "https://lianban.example", 5.0, cast(ObjectStore, None)))


def test_settings_are_faulted() -> None:
    with pytest.raises(ValidationError) as caught:
        link(folder="here", colour=1)
    assert {fault["loc"] for fault in caught.value.errors()} == {("folder",), ("colour",)}


def test_a_message_is_written_once(tmp_path: Path) -> None:
    channel = link(folder=str(tmp_path)).channel
    order = TaskWithdrawal(
        key="c:s:withdrawn", case_no="c", step="s", department="archives", cause=Cause.APPLICANT_WITHDREW
    )
    for _ in range(2):
        asyncio.run(channel.withdraw(order))
    [file] = (tmp_path / "tasks").iterdir()
    assert file.name == "c%3As%3Awithdrawn.json"
    assert json.loads(file.read_bytes())["type"] == "task.withdrawn"


def test_acts_are_read_in_order_and_answered(tmp_path: Path) -> None:
    fetching = link(folder=str(tmp_path), batch=2).fetching
    assert fetching is not None
    source, acts = fetching.source, tmp_path / "acts"
    acts.mkdir()
    for name in ("3.json", "1.json", "2.json", ".4.json.part"):
        (acts / name).write_text('{"act_id": "a"}')

    async def all_of_it() -> None:
        first = await source.fetch(None)
        assert (first.keys, first.next) == (["1.json", "2.json"], "2.json")
        assert (await source.fetch(first.next)).keys == ["3.json"]
        assert (await source.read("1.json")).act == {"act_id": "a"}
        for _ in range(2):
            await source.acknowledge("1.json", Receipt(Status.APPLIED))
        assert (await source.fetch(None)).keys == ["2.json", "3.json"]

    asyncio.run(all_of_it())
    assert json.loads((tmp_path / "receipts" / "1.json").read_bytes()) == {"status": "applied"}
    assert (tmp_path / "done" / "1.json").exists()


@pytest.mark.parametrize("content", [b"{", '{"reason": "准予"}'.encode("gbk"), b"0" * (20 * 1024 * 1024 + 1)])
def test_what_cannot_be_read_is_set_aside_with_its_fault(tmp_path: Path, content: bytes) -> None:
    fetching = link(folder=str(tmp_path)).fetching
    assert fetching is not None
    source = fetching.source
    (tmp_path / "acts").mkdir()
    (tmp_path / "acts" / "1.json").write_bytes(content)

    async def all_of_it() -> None:
        with pytest.raises(Unusable) as caught:
            await source.read("1.json")
        await source.quarantine("1.json", caught.value.faults)

    asyncio.run(all_of_it())
    answer = json.loads((tmp_path / "receipts" / "1.json").read_bytes())
    assert answer["status"] == "quarantined"
    assert answer["detail"]
    assert (tmp_path / "quarantine" / "1.json").exists()


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    (shared / "acts").mkdir(parents=True)
    (tmp_path / "secret").write_text("{}")
    (shared / "acts" / "1.json").symlink_to(tmp_path / "secret")
    fetching = link(folder=str(shared)).fetching
    assert fetching is not None
    with pytest.raises(Unusable):
        asyncio.run(fetching.source.read("1.json"))


def test_what_is_there_no_more_holds_up_nothing(tmp_path: Path) -> None:
    (tmp_path / "acts" / "folder.json").mkdir(parents=True)
    fetching = link(folder=str(tmp_path)).fetching
    assert fetching is not None
    with pytest.raises(Unfinished):
        asyncio.run(fetching.source.read("1.json"))
    with pytest.raises(Unusable):
        asyncio.run(fetching.source.read("folder.json"))


def test_a_folder_that_is_not_there_is_asked_for_later(tmp_path: Path) -> None:
    fetching = link(folder=str(tmp_path / "unmounted")).fetching
    assert fetching is not None
    with pytest.raises(Unavailable, match="不存在"):
        asyncio.run(fetching.source.fetch(None))
