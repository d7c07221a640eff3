"""Requests a second for guides on one intake process, in a stack of its own: `.venv/bin/python bench/guides.py`.

Every theme's page, in its first situations too, and the list. First each page once, made as it is asked for; then again
and again, as readers ask.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import uvloop

from lianban.catalog.answers import combinations
from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder

CATALOG = Path(__file__).parent.parent / "catalog"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--situations", type=int, default=20, help="of each theme, at most")
    options = parser.parse_args()
    paths = list(addresses(load_catalog(CATALOG), options.situations))
    with tempfile.TemporaryDirectory(prefix="lianban-bench-") as folder:
        stack = Stack(StateFolder(Path(folder)), Ports.free(), synchronous="NORMAL", kinds={})
        stack.up(attached=True)
        try:
            uvloop.run(measure(stack.ports.url("intake"), paths, options.requests, options.at_once))
        finally:
            stack.down()


def addresses(catalog: Catalog, situations: int) -> Iterable[str]:
    yield "/guide"
    for code, theme in catalog.themes.items():
        yield f"/guide/{code}"
        for answers in islice(combinations(theme), situations):
            yield f"/guide/{code}?" + urlencode({f"q_{name}": value for name, value in answers.items() if value})


async def measure(url: str, paths: list[str], requests: int, at_once: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once), auto_decompress=False) as http:
        print(f"{len(paths)} pages, {at_once} at once")
        for name, asked in (("first time", paths), ("again", list(islice(cycle(paths), requests)))):
            seconds, size = await fetched(http, url, asked, at_once)
            print(f"  {name:10} {len(asked):6} requests  {len(asked) / seconds:7.0f} a second  {size:6.0f} bytes each")


async def fetched(http: aiohttp.ClientSession, url: str, paths: list[str], at_once: int) -> tuple[float, float]:
    """Seconds taken, and bytes of an answer on average as they were sent."""
    left, received = iter(paths), 0

    async def lane() -> None:
        nonlocal received
        for path in left:
            async with http.get(url + path, headers={"Accept-Encoding": "gzip"}) as response:
                response.raise_for_status()
                received += len(await response.read())

    started = time.perf_counter()
    async with asyncio.TaskGroup() as lanes:
        for _ in range(at_once):
            lanes.create_task(lane())
    return time.perf_counter() - started, received / len(paths)


if __name__ == "__main__":
    main()
