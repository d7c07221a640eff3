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
from lianban_adapters.channels.incoming.runner import AT_ONCE, LARGE, MOST_BATCHES, PATIENCE, Runner
from lianban_adapters.channels.port import Unavailable


class Shelf:
    """A source of two acts at a time. ``away``: calls that fail, by name and key."""

    page = 2

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
        return Batch(left[: self.page], left[self.page - 1] if len(left) > self.page else None)

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
        self.tried: list[str] = []
        self.away: set[str] = set()

    async def take(self, department: str, found: Found) -> Receipt:
        raw = found.act
        self.tried.append(raw["task_id"] if isinstance(raw, dict) else raw)
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
    assert desk.tried.count("t") == PATIENCE - 1  # the second act of that task was not even tried
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
    keys = [f"{number:02}" for number in range(3 * AT_ONCE)]
    shelf, desk = Shelf(**{key: act(key) for key in keys}), Desk()
    shelf.page = len(keys)
    runner = Runner("market", shelf, desk, 1)
    desk.away = set(keys)
    await passes(runner, PATIENCE)
    assert set(desk.tried) == set(keys[:AT_ONCE])


class SlowDesk(Desk):
    """Takes no act to its end until ``enough`` are under way."""

    def __init__(self, enough: int) -> None:
        super().__init__()
        self.enough = enough
        self.under_way: list[str] = []
        self.most = 0
        self.go_on = asyncio.Event()

    async def take(self, department: str, found: Found) -> Receipt:
        task = found.act["task_id"]
        assert task.partition(":")[0] not in {one.partition(":")[0] for one in self.under_way}
        self.under_way.append(task)
        self.most = max(self.most, len(self.under_way))
        if len(self.under_way) == self.enough:
            self.go_on.set()
        await self.go_on.wait()
        self.under_way.remove(task)
        return await super().take(department, found)


async def test_several_are_taken_at_a_time_and_those_of_one_case_in_their_order() -> None:
    keys = [f"{number:03}" for number in range(60)]
    shelf = Shelf(**{key: act(f"c{int(key) % 20}:s{key}") for key in keys})
    shelf.page = len(keys)
    desk = SlowDesk(AT_ONCE)
    async with asyncio.timeout(5):
        await passes(Runner("market", shelf, desk, 1))
    assert desk.most == AT_ONCE
    for case in range(20):
        own = [task for task in desk.tried if task.startswith(f"c{case}:")]
        assert own == sorted(own)
        assert len(own) == 3
    assert sorted(key for key, _ in shelf.settled) == keys


async def test_what_comes_after_an_act_that_failed_waits_in_its_case_only() -> None:
    shelf, desk = Shelf(a=act("c:s"), b=act("c:t"), d=act("e:s")), Desk()
    shelf.page = 3
    desk.away = {"c:s"}
    await passes(Runner("market", shelf, desk, 1))
    assert (desk.tried, shelf.settled) == (["c:s", "e:s"], [("d", "applied")])


async def test_nothing_passes_an_act_that_cannot_be_read_just_now() -> None:
    """Whose it is nobody knows: what was written after it may be of the same task."""
    shelf, desk = Shelf(a=act("c:s"), b=act("c:s")), Desk()
    runner = Runner("market", shelf, desk, 1)
    shelf.away.add("read a")
    await passes(runner, PATIENCE - 1)
    assert (desk.tried, shelf.settled) == ([], [])
    shelf.away.clear()
    await passes(runner)
    assert [key for key, _ in shelf.settled] == ["a", "b"]


async def test_spaces_round_a_task_make_no_other_case_of_it() -> None:
    shelf, desk = Shelf(a=act(" c:s"), b=act("c:t ")), Desk()
    desk.away = {" c:s"}
    await passes(Runner("market", shelf, desk, 1))
    assert desk.tried == [" c:s"]


async def test_acts_with_large_files_are_few_at_a_time() -> None:
    """However many small ones may be: a department's acts, of 20 MiB each, shall not fill the memory."""
    large = {"results": [{"file": {"content": bytes(LARGE)}}]}
    shelf = Shelf(**{f"{number:02}": {**act(f"c{number}:s"), **large} for number in range(2 * AT_ONCE)})
    shelf.page = len(shelf.acts)
    desk = SlowDesk(2)
    async with asyncio.timeout(5):
        await passes(Runner("market", shelf, desk, 1))
    assert (desk.most, shelf.acts) == (2, {})


async def test_the_department_is_asked_one_thing_at_a_time() -> None:
    class Busy(Shelf):
        busy = False

        async def _at_once(self) -> None:
            assert not self.busy
            self.busy = True
            await asyncio.sleep(0)
            self.busy = False

        async def read(self, key: str) -> Found:
            await self._at_once()
            return await super().read(key)

        async def acknowledge(self, key: str, receipt: Receipt) -> None:
            await self._at_once()
            await super().acknowledge(key, receipt)

    shelf = Busy(**{str(number): act(f"{number}:s") for number in range(30)})
    shelf.page = 30
    await passes(Runner("market", shelf, Desk(), 1))
    assert shelf.acts == {}


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
