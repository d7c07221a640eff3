"""Registries and an e-licence library for the intake to ask: the sandbox's servers, on loopback."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from intake_world import NOBODY, World, running

from lianban.platform.serving import listen, serving
from lianban_sandbox.registers import app as registers
from lianban_sandbox.web import url

SECONDS = 1.0
"""What the intake gives a registry in all."""


@dataclass
class Outside:
    registries: str
    licences: str
    keys: Path
    http: httpx.AsyncClient

    def settings(self) -> dict[str, Any]:
        return {
            "registries_url": self.registries,
            "registries_key_file": self.keys / "registries.key",
            "licences_url": self.licences,
            "licences_key_file": self.keys / "licences.key",
            "prefill_seconds": SECONDS,
        }

    async def order(self, base: str, mode: str, source: str | None = None, **more: Any) -> None:
        place = f"{base}/control" + (f"/{source}" if source else "")
        (await self.http.put(place, json={"mode": mode, **more})).raise_for_status()

    async def asked(self, base: str) -> list[dict[str, Any]]:
        """Questions that arrived, oldest first."""
        items: list[dict[str, Any]] = (await self.http.get(f"{base}/records/queries")).json()["items"]
        return items[::-1]


@contextlib.asynccontextmanager
async def outside(folder: Path) -> AsyncIterator[Outside]:
    for name in ("registries", "licences"):
        (folder / f"{name}.key").write_text(f"{name}-key\n")
    with contextlib.closing(listen("127.0.0.1", 0)) as one, contextlib.closing(listen("127.0.0.1", 0)) as other:
        served = (registers.registries("registries-key", 1000), one), (registers.licences("licences-key", 1000), other)
        async with serving(*served), httpx.AsyncClient(trust_env=False) as http:
            yield Outside(url(one), url(other), folder, http)


@contextlib.asynccontextmanager
async def prefilling(folder: Path, database_url: str, around: Outside | None) -> AsyncIterator[World]:
    """The intake while Temporal is down, connected to ``around`` or to nothing."""
    given = around.settings() if around else {}
    async with running(folder, database_url, NOBODY, outbox_poll=3600, **given) as world:
        yield world
