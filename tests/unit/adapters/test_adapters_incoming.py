"""What is fetched from a department: order, answers, quarantine, and that nothing holds up anything else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from lianban.platform.problems import FieldError
from lianban_adapters.channels.incoming import runner as module
from lianban_adapters.channels.incoming.port import Batch, Found, Receipt, Status, Unfinished, Unusable, unusable
from lianban_adapters.channels.incoming.runner import MOST_BATCHES, PATIENCE, Runner
from lianban_adapters.channels.port import Unavailable


class Shelf:
    """A source of two acts at a time. ``away``: calls that fail, by name and key."""

    def __init__(self, **acts: Any) -> None:
        self.acts: dict[str, Any] = acts
        self.settled: list[tuple[str, str]] = []
        self.calls: Counter[str] = Counter()
        self.away: set[str] = set()

    def _call(self, name: str) -> None:
        self.calls[name] += 1
        if name in self.away:
            raise Unavailable("前置库无法连接")

    async def fetch(self, after: str | None) -> Batch:
        self._call("fetch")
        left = [key for key in self.acts if after is None or key > after]
        return Batch(left[:2], left[1] if len(left) > 2 else None)

    async def read(self, key: str) -> Found:
        self._call(f"read {key}")
        if isinstance(self.acts[key], Exception):
            raise self.acts[key]
        return Found(self.acts[key])

    async def acknowledge(self, key: str, receipt: Receipt) -> None:
        self._call(f"acknowledge {key}")
        del self.acts[key]
        self.settled.append((key, receipt.status))

    async def quarantine(self, key: str, faults: Sequence[FieldError]) -> None:
        self._call(f"quarantine {key}")
        del self.acts[key]
        self.settled.append((key, faults[0].code))


class Desk:
    """Takes whatever is no string; ``away`` names tasks whose acts fail on our side."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.away: set[str] = set()

    async def take(self, department: str, found: Found) -> Receipt:
        raw = found.act
        if isinstance(raw, str):
            raise unusable("model_type", "应为对象")
        if raw["task_id"] in self.away:
            raise ConnectionError("王小明")
        self.taken.append(raw)
        return Receipt(Status.APPLIED)


def act(task: str) -> dict[str, Any]:
    return {"task_id": task}


async def passes(runner: Runner, number: int = 1) -> None:
    """Whole passes, failed or not."""
    for _ in range(number):
        with contextlib.suppress(Exception):
            while await runner.run_once():
                pass


async def test_everything_is_read_in_order_page_by_page() -> None:
    shelf, desk = Shelf(**{f"a{number}": act(f"t{number}") for number in range(5)}), Desk()
    await passes(Runner("market", shelf, desk, 1))
    assert [raw["task_id"] for raw in desk.taken] == ["t0", "t1", "t2", "t3", "t4"]
    assert shelf.settled == [(f"a{number}", "applied") for number in range(5)]
    assert shelf.calls["fetch"] == 3


async def test_what_cannot_be_read_is_put_aside_and_the_rest_goes_on() -> None:
    shelf = Shelf(a=unusable("encoding", "不是 UTF-8 编码"), b="truncated", c=act("t"))
    await passes(Runner("market", shelf, Desk(), 1))
    assert shelf.settled == [("a", "encoding"), ("b", "model_type"), ("c", "applied")]


async def test_what_is_not_finished_is_left_until_it_is() -> None:
    shelf, desk = Shelf(a=Unfinished(), b=act("t"), c=act("u")), Desk()
    runner = Runner("market", shelf, desk, 1)
    await passes(runner, PATIENCE + 1)
    assert (list(shelf.acts), shelf.settled) == (["a"], [("b", "applied"), ("c", "applied")])
    shelf.acts["a"] = act("t")
    await passes(runner)
    assert shelf.settled[-1] == ("a", "applied")


async def test_an_act_whose_acknowledgement_fails_comes_again() -> None:
    shelf, desk = Shelf(a=act("t")), Desk()
    runner = Runner("market", shelf, desk, 1)
    shelf.away.add("acknowledge a")
    await passes(runner)
    shelf.away.clear()
    await passes(runner)
    assert (len(desk.taken), shelf.settled) == (2, [("a", "applied")])


async def test_while_we_are_down_nothing_is_acknowledged_and_order_is_kept() -> None:
    shelf, desk = Shelf(a=act("t"), b=act("t"), c=act("u")), Desk()
    runner = Runner("market", shelf, desk, 1)
    desk.away = {"t", "u"}
    await passes(runner, PATIENCE - 1)
    assert shelf.settled == []
    assert shelf.calls["read b"] == 0
    desk.away.clear()
    await passes(runner)
    assert [key for key, _ in shelf.settled] == ["a", "b", "c"]


async def test_an_act_that_keeps_failing_holds_up_its_own_task_only(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, desk = Shelf(a=act("t"), b=act("t"), c=act("u")), Desk()
    runner = Runner("market", shelf, desk, 1)
    desk.away = {"t"}
    await passes(runner, PATIENCE)
    assert [key for key, _ in shelf.settled] == ["c"]
    desk.away.clear()
    await passes(runner)
    assert list(shelf.acts) == ["a", "b"]  # still set aside, and what comes after it waits
    monkeypatch.setattr(module, "_SET_ASIDE", 0.0)
    runner._setbacks["a"].free_at = 0.0
    await passes(runner)
    assert [key for key, _ in shelf.settled] == ["c", "a", "b"]


async def test_acts_failing_one_after_the_other_end_the_pass() -> None:
    shelf, desk = Shelf(**{key: act(key) for key in "abcdefgh"}), Desk()
    runner = Runner("market", shelf, desk, 1)
    desk.away = set("abcdefgh")
    await passes(runner, 8)
    assert shelf.calls["read h"] == 0


async def test_a_list_without_an_end_is_left_for_a_while() -> None:
    class Endless(Shelf):
        async def fetch(self, after: str | None) -> Batch:
            self._call("fetch")
            return Batch([], str(self.calls["fetch"]))

    shelf = Endless()
    await passes(Runner("market", shelf, Desk(), 1), 2)
    assert shelf.calls["fetch"] == 2 * MOST_BATCHES


async def test_a_source_that_is_away_is_asked_less_and_less(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 13:
            raise asyncio.CancelledError

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    monkeypatch.setattr(module.random, "uniform", lambda low, high: 1.0)
    monkeypatch.setattr(module.random, "random", lambda: 0.5)
    shelf = Shelf()
    shelf.away.add("fetch")
    with pytest.raises(asyncio.CancelledError):
        await Runner("market", shelf, Desk(), 2.0).run()
    assert pauses == [1.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0, 300.0, 300.0, 300.0]


async def test_a_source_may_ask_for_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.random, "uniform", lambda low, high: 1.0)
    runner = Runner("market", Shelf(), Desk(), 2.0)
    assert runner._failed(Unavailable("业务系统返回 503", timedelta(seconds=90))) == 90
    assert (runner.course.failures, runner.course.failure) == (1, "业务系统返回 503")


async def test_the_log_quotes_nobody(caplog: pytest.LogCaptureFixture) -> None:
    shelf, desk = Shelf(a=act("王小明"), b=Unusable([FieldError("/officer", "pattern", "应为编号")])), Desk()
    desk.away = {"王小明"}
    runner = Runner("market", shelf, desk, 0.05)
    with caplog.at_level(logging.WARNING):
        task = asyncio.create_task(runner.run())
        await asyncio.sleep(1.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert shelf.settled == [("b", "pattern")]
    told = [str(vars(record)) for record in caplog.records]
    assert any("/officer pattern" in one for one in told)
    assert not any("王小明" in one for one in told)
