"""Departments that have nothing to say cost next to nothing: 25 of them under 2 % of a core."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

from adapters_files import served_elsewhere
from adapters_outside import serving
from adapters_polling import TOKEN, PolledSystem
from adapters_staging import in_postgres

from fixtures.postgres import PostgresServer
from lianban.platform.directory import Directory, FetchSettings
from lianban.platform.objects import ObjectStore
from lianban.platform.webhooks import new_secret
from lianban_adapters.channels.incoming.reception import Reception
from lianban_adapters.channels.incoming.runner import Runner
from lianban_adapters.channels.registry import Channels, Surroundings

_DEPARTMENTS = 25
_SHARE = 0.02
_LOOKS = _DEPARTMENTS / FetchSettings().interval
"""In a second, as departments are set up when nothing else is said."""


async def cost_of_a_look(entry: dict[str, Any], seconds: float = 3.0) -> float:
    """Seconds of processor time, of this process; far more often than usual, so that there is something to measure."""
    directory = Directory.model_validate(
        {"departments": {f"d{number}": entry for number in range(_DEPARTMENTS)}, "supervisor": {}}
    )
    looks = 0
    async with AsyncExitStack() as stack:
        around = Surroundings(stack, "https://lianban.example", 10.0, cast(ObjectStore, None))
        runners = []
        for code, fetching in Channels(directory, around).fetching.items():

            async def counted(after: str | None, fetch: Any = fetching.source.fetch) -> Any:
                nonlocal looks
                batch = await fetch(after)
                looks += 1
                return batch

            fetching.source.fetch = counted  # type: ignore[method-assign]
            runners.append(Runner(code, fetching.source, cast(Reception, None), fetching.interval).run())
        tasks = [asyncio.create_task(runner) for runner in runners]
        while looks < 2 * _DEPARTMENTS:  # connections are open
            await asyncio.sleep(0.1)
        looks, began = 0, time.process_time()
        await asyncio.sleep(seconds)
        spent = time.process_time() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert looks > 2 * _DEPARTMENTS
    return spent / looks


async def test_staging_tables(postgres_server: PostgresServer) -> None:
    async with in_postgres(postgres_server) as database:
        staging = {"database_url": database.url, "interval": 0.5}
        cost = await cost_of_a_look({"channel": "staging", "secret": new_secret(), "staging": staging})
    assert cost * _LOOKS < _SHARE, f"{cost * 1000:.2f} ms a look"


async def test_polling() -> None:
    """The department's side of it, in the same process, is paid as well."""
    async with serving(PolledSystem().app) as url:
        polling = {"base_url": f"{url}/api", "token": TOKEN, "interval": 0.5}
        cost = await cost_of_a_look({"channel": "polling", "secret": new_secret(), "polling": polling})
    assert cost * _LOOKS < _SHARE, f"{cost * 1000:.2f} ms a look"


async def test_files(tmp_path: Path) -> None:
    async with served_elsewhere(tmp_path / "root") as settings:
        settings |= {"interval": 0.5}
        cost = await cost_of_a_look({"channel": "files", "secret": new_secret(), "files": settings})
    assert cost * _LOOKS < _SHARE, f"{cost * 1000:.2f} ms a look"
