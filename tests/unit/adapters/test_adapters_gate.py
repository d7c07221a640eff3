"""The turns a department's messages take, as one process gives them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lianban.platform.directory import DepartmentEntry
from lianban.platform.webhooks import new_secret
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.isolation import gate as gates
from lianban_adapters.isolation.gate import GateKeeper


def keeper(**settings: Any) -> GateKeeper:
    entry = {"channel": "rest", "endpoint": "http://there", "secret": new_secret(), **settings}
    return GateKeeper("there", DepartmentEntry.model_validate(entry), None)


async def test_turns_come_in_the_order_in_which_they_are_asked_for() -> None:
    gate, order = keeper(concurrency=1), []

    async def take(number: int) -> None:
        async with gate.turn() as waited:
            order.append((number, waited))
            await asyncio.sleep(0)

    await asyncio.gather(*(take(number) for number in range(5)))
    assert order == [(0, False), *((number, True) for number in range(1, 5))]


async def test_whoever_waits_for_the_next_turn_of_a_second_is_told_that_he_has_waited() -> None:
    """Though there was a place for him, and the one before had not begun yet."""
    gate, told = keeper(rate_per_second=1000, concurrency=5), []

    async def take() -> None:
        async with gate.turn() as waited:
            told.append(waited)

    await asyncio.gather(*(take() for _ in range(3)))
    assert told == [False, True, True]


async def test_whoever_waits_too_long_is_told_and_takes_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_LONGEST_WAIT", 0.01)
    gate = keeper(concurrency=1)
    async with gate.turn():
        with pytest.raises(Unavailable, match=gates.BUSY) as caught:
            async with gate.turn():
                pass
        assert caught.value.retry_after is not None
    async with gate.turn() as waited:
        assert not waited


async def test_what_goes_wrong_in_its_turn_gives_the_place_back() -> None:
    gate = keeper(concurrency=1)
    for error in (TimeoutError, Unavailable("not there"), asyncio.CancelledError):
        with pytest.raises(type(error) if isinstance(error, Exception) else error):
            async with gate.turn():
                raise error
    assert not gate.places.locked()


async def test_an_interrupted_wait_costs_nobody_a_turn() -> None:
    """Of so many a second: else those who give up would keep the others from theirs."""
    gate = keeper(rate_per_second=1000, concurrency=50)
    await gate.pace()
    gate._free_at += 3600
    waiting = [asyncio.create_task(gate.pace()) for _ in range(20)]
    await asyncio.sleep(0.01)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    gate._free_at -= 3600
    await asyncio.wait_for(gate.pace(), 5)
