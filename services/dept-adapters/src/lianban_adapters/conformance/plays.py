"""The exchanges, each on tasks of its own. They run at once, as departments are sent tasks; none of them judges."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from pydantic_core import to_json

from lianban.contracts.status import ActKind
from lianban.platform.problems import FieldError, Problem
from lianban_adapters.acts.problems import step_not_open
from lianban_adapters.acts.validation import invalid
from lianban_adapters.conformance.evidence import IN_ANSWER, Arrival, Play, now
from lianban_adapters.conformance.kit import Kit
from lianban_adapters.conformance.lines.port import Message
from lianban_adapters.samples.tasks import SampleTask

OUTAGE: Final = 3.0
"""Seconds the platform is out of order: a signature made anew then has another time."""

LARGE: Final = 400_000
"""Bytes of an element's text, which stands in a dossier twice: nearly as much as an application may hold (1 MiB)."""

_UNKNOWN: Final = {"lianban_future_field": {"note": "今后可能增加的字段", "list": [1, 2, 3]}}
_DOWN: Final = Problem(503, "unavailable", "服务暂不可用")
_FAULTY: Final = invalid([FieldError("/occurred_at", "sample", "对接检验：模拟内容有误的答复")])


async def opened(kit: Kit) -> SampleTask | None:
    """The first message, a plain new task: where it is not taken nothing else will be, for the same reason. The task it
    told of."""
    task = kit.task(Play.BASIC)
    return task if await kit.created(Play.BASIC, task) else None


async def basic(kit: Kit, task: SampleTask) -> None:
    """Goes on with what was opened."""
    await kit.created(Play.BASIC, task)
    await kit.acted(Play.BASIC)
    await kit.created(Play.BASIC, task)
    await kit.quiet()


async def retry(kit: Kit) -> None:
    task = kit.task(Play.RETRY)
    kit.desk.obstruct(task.task_id, _DOWN)
    if await kit.created(Play.RETRY, task) and await kit.acted(Play.RETRY, _was_called):
        await asyncio.sleep(OUTAGE)
        kit.desk.obstruct(task.task_id, None)
        await kit.acted(Play.RETRY, lambda arrival: arrival.status != _DOWN.status)
        await kit.quiet()


async def conflict(kit: Kit) -> None:
    await _obstructed(kit, Play.CONFLICT, step_not_open())


async def faulty(kit: Kit) -> None:
    await _obstructed(kit, Play.FAULTY, _FAULTY)


async def supplement(kit: Kit) -> None:
    task = kit.task(Play.SUPPLEMENT, kit.sampler.incomplete)
    if not await kit.created(Play.SUPPLEMENT, task):
        return
    asked = await kit.acted(Play.SUPPLEMENT, lambda arrival: arrival.status == 200) and any(
        arrival.act and arrival.act.kind is ActKind.REQUEST_SUPPLEMENT for arrival in kit.evidence.acts(Play.SUPPLEMENT)
    )
    if asked:  # the applicant answers by himself: see Kit.requested
        await kit.acted(Play.SUPPLEMENT, number=2)
    else:
        await kit.supplemented(Play.SUPPLEMENT, task)


async def withdrawn(kit: Kit) -> None:
    task = kit.task(Play.WITHDRAWN)
    kit.desk.obstruct(task.task_id, _DOWN)
    if not await kit.created(Play.WITHDRAWN, task):
        return
    await kit.acted(Play.WITHDRAWN)
    # Out of order until the end: whoever still wants to tell of an act comes again.
    if await kit.withdrawn(Play.WITHDRAWN, task):
        kit.evidence.withdrawn_at = now()
        await kit.withdrawn(Play.WITHDRAWN, task)
    await kit.quiet()


async def stranger(kit: Kit) -> None:
    """Withdrawn while it was on its way; and told so once more, as the platform does, when it has come."""
    task = kit.task(Play.STRANGER)
    kit.desk.obstruct(task.task_id, _DOWN)
    if await kit.withdrawn(Play.STRANGER, task) and await kit.created(Play.STRANGER, task):
        await kit.quiet()
        await kit.withdrawn(Play.STRANGER, task, again=True)


async def paged(kit: Kit) -> None:
    """Two acts wait, for the platform is out of order."""
    tasks = [kit.task(Play.PAGED), kit.task(Play.PAGED)]
    for task in tasks:
        kit.desk.obstruct(task.task_id, _DOWN)
        if not await kit.created(Play.PAGED, task):
            return
    if kit.line.pages and await kit.evidence.until(lambda: _of_both(kit, tasks), kit.patience.acts):
        await kit.line.pages.look()
    for task in tasks:
        kit.desk.obstruct(task.task_id, None)


async def unknown_fields(kit: Kit) -> None:
    await kit.created(Play.FIELDS, kit.task(Play.FIELDS), _UNKNOWN)


async def unknown_type(kit: Kit) -> None:
    task = kit.task(Play.TYPE)
    content = {
        "type": "task.sample_of_the_future",
        "timestamp": task.order.received_at,
        "data": {"task_id": task.task_id, "case_no": task.order.case_no, "step": task.order.step},
    }
    await kit.send(
        Play.TYPE, Message(f"{task.task_id}:future", "task.sample_of_the_future", task.task_id, to_json(content))
    )


async def large(kit: Kit) -> None:
    await kit.created(Play.LARGE, kit.task(Play.LARGE, lambda task: kit.sampler.large(task, LARGE)))


async def damaged(kit: Kit) -> None:
    task = kit.task(Play.DAMAGED)
    if await kit.created(Play.DAMAGED, task):
        await kit.acted(Play.DAMAGED)


async def acceptance(kit: Kit) -> None:
    if await kit.created(Play.ACCEPTANCE, kit.task(Play.ACCEPTANCE, kit.sampler.acceptance)):
        await kit.acted(Play.ACCEPTANCE)


async def forged(kit: Kit, play: Play) -> None:
    await kit.created(play, kit.task(play), forgery=play)
    await kit.quiet()


PLAYS: Final[Mapping[Play, Callable[[Kit], Awaitable[None]]]] = {
    Play.RETRY: retry,
    Play.CONFLICT: conflict,
    Play.FAULTY: faulty,
    Play.SUPPLEMENT: supplement,
    Play.WITHDRAWN: withdrawn,
    Play.STRANGER: stranger,
    Play.PAGED: paged,
    Play.FIELDS: unknown_fields,
    Play.TYPE: unknown_type,
    Play.LARGE: large,
    Play.DAMAGED: damaged,
    Play.ACCEPTANCE: acceptance,
}


async def _obstructed(kit: Kit, play: Play, obstacle: Problem) -> None:
    task = kit.task(play)
    kit.desk.obstruct(task.task_id, obstacle)
    if await kit.created(play, task) and await kit.acted(play, _was_called):
        await kit.quiet()


def _of_both(kit: Kit, tasks: Sequence[SampleTask]) -> bool:
    return {task.task_id for task in tasks} <= {arrival.task_id for arrival in kit.evidence.acts(Play.PAGED)}


def _was_called(arrival: Arrival) -> bool:
    return arrival.way != IN_ANSWER
