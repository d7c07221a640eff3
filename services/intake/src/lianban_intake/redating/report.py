"""What a run has come to, from the database alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.contracts.acts import Refusal
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.platform.problems import Problem
from lianban_intake.cases.schemas import DueDates
from lianban_intake.cases.service import ACCEPTANCE_ZH
from lianban_intake.cases.tables import CaseStep
from lianban_intake.events.tables import Event
from lianban_intake.redating.outcomes import UNREACHABLE, Outcome
from lianban_intake.redating.schemas import (
    RUN_STATE_ZH,
    MovedCase,
    MoveShown,
    RunList,
    RunReport,
    RunShown,
    RunState,
    TroubleShown,
)
from lianban_intake.redating.tables import RedatedCase, Redating, RunningCase

_TROUBLES: Final = 100
_PROBLEM_ZH: Final = {
    UNREACHABLE: "办件暂未应答，将再次重算",
    Refusal.OLD_CALENDAR.value: "日历没有覆盖办件起算之日",
}
_OTHERWISE_ZH: Final = "办件未接受重算，请凭办件编号联系运维人员"


async def all_runs(connection: AsyncConnection) -> RunList:
    return RunList(runs=tuple(await _runs(connection, true())))


async def report(connection: AsyncConnection, which: str, after: str, limit: int) -> RunReport:
    """``which``: a run's number, or the version of its calendar, of whose runs it is the newest. Raises the problem
    404 ``unknown-redating``."""
    number = int(which) if which.isdecimal() else 0
    found = await _runs(connection, or_(Redating.version == which, Redating.number == number))
    if not found:
        raise Problem(404, "unknown-redating", "没有这次重算", "请从重算列表中选择。")
    run = found[0]
    cases, following = await _moved(connection, run.number, after, limit)
    troubles = await _troubles(connection, run) if run.left else ()
    return RunReport(**dict(run), cases=cases, next=following, troubles=troubles)


async def _runs(connection: AsyncConnection, which: ColumnElement[bool]) -> list[RunShown]:
    """Newest first."""
    newest = select(func.max(Redating.number)).scalar_subquery()
    left = select(func.count()).where(RunningCase.calendar != Redating.version).correlate(Redating).scalar_subquery()
    counts = [func.count().filter(RedatedCase.outcome == outcome.value).label(outcome.value) for outcome in Outcome]
    query = (
        select(
            Redating,
            (Redating.number == newest).label("newest"),
            case((Redating.number == newest, left), else_=0).label("left"),
            *counts,
        )
        .outerjoin(RedatedCase, RedatedCase.run == Redating.number)
        .where(which)
        .group_by(Redating.number)
        .order_by(Redating.number.desc())
    )
    return [_run(row) for row in await connection.execute(query)]


def _run(row: Row[Any]) -> RunShown:
    if row.finished_at is not None and not row.left:
        state = RunState.FINISHED
    else:
        state = RunState.RUNNING if row.newest else RunState.SUPERSEDED
    return RunShown(
        number=row.number,
        version=row.version,
        edition=row.edition,
        since=row.since,
        state=state,
        state_zh=RUN_STATE_ZH[state],
        started_at=row.started_at,
        finished_at=row.finished_at if state is RunState.FINISHED else None,
        moved=row.moved,
        unmoved=row.unmoved,
        closed=row.closed,
        left=row.left,
    )


async def _moved(
    connection: AsyncConnection, run: int, after: str, limit: int
) -> tuple[tuple[MovedCase, ...], str | None]:
    page = (
        select(RedatedCase.case_no, RedatedCase.at, RedatedCase.events)
        .where(RedatedCase.run == run, RedatedCase.outcome == Outcome.MOVED.value, RedatedCase.case_no > after)
        .order_by(RedatedCase.case_no)
        .limit(limit + 1)
    )
    rows: Sequence[Any] = (await connection.execute(page)).all()
    shown = rows[:limit]
    moves = await _moves(connection, run, [row.case_no for row in shown])
    cases = tuple(MovedCase(case_no=row.case_no, at=row.at, moves=tuple(moves[row.case_no])) for row in shown)
    return cases, shown[-1].case_no if len(rows) > limit else None


async def _moves(connection: AsyncConnection, run: int, case_nos: list[str]) -> dict[str, list[MoveShown]]:
    step = Event.body["step"].as_string()
    query = (
        select(Event.case_no, Event.body, CaseStep.name)
        .join(RedatedCase, and_(RedatedCase.case_no == Event.case_no, Event.seq == func.any(RedatedCase.events)))
        .outerjoin(CaseStep, and_(CaseStep.case_no == Event.case_no, CaseStep.code == step))
        .where(RedatedCase.run == run, Event.case_no.in_(case_nos))
        .order_by(Event.case_no, Event.seq)
    )
    found: dict[str, list[MoveShown]] = defaultdict(list)
    for row in await connection.execute(query):
        event = CaseEvent.model_validate(row.body)
        name = ACCEPTANCE_ZH if event.step == ACCEPTANCE_STEP else row.name
        found[row.case_no].append(
            MoveShown(step=event.step, step_name=name, was=_dates(event.was), due=_dates(event.due))
        )
    return found


def _dates(due: Due | None) -> DueDates | None:
    return DueDates(promised=due.promised, legal=due.legal, provisional=due.provisional) if due else None


async def _troubles(connection: AsyncConnection, run: RunShown) -> tuple[TroubleShown, ...]:
    query = (
        select(RunningCase)
        .where(RunningCase.calendar != run.version, RunningCase.problem.is_not(None))
        .order_by(RunningCase.case_no)
        .limit(_TROUBLES)
    )
    return tuple(
        TroubleShown(
            case_no=row.case_no,
            attempts=row.attempts,
            problem=row.problem,
            problem_zh=_PROBLEM_ZH.get(row.problem, _OTHERWISE_ZH),
            next_attempt_at=row.due_at,
        )
        for row in await connection.execute(query)
    )
