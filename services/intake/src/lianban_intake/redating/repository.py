"""Runs and the cases before them. ``connection`` may be in autocommit but where a transaction is said to be needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import delete, exists, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.contracts.status import CLOSED, CaseStatus
from lianban_intake.cases.tables import Case
from lianban_intake.outbox.tables import PendingStart
from lianban_intake.redating.outcomes import UNREACHABLE, Done, Outcome, Undone
from lianban_intake.redating.tables import RedatedCase, Redating, RunningCase
from lianban_intake.themes.edition import Since

_ENDED: Final = sorted(CLOSED - {CaseStatus.WITHDRAWN})
"""Of a withdrawn case only its workflow knows whether anything granted before is still on its way."""

_PURGED: Final = 5000  # cases in one statement
_SOON, _LATE = 60, 3600  # seconds between attempts at a case at most: unreachable, refusing


@dataclass(frozen=True)
class Run:
    number: int
    version: str
    since: Since
    finished: bool


@dataclass(frozen=True)
class Waiting:
    """A case that counts by another calendar. ``pending``: its workflow is not known to be started. ``times``: how
    often this run has asked it before."""

    case_no: str
    received_at: datetime
    pending: bool
    times: int


async def last_run(connection: AsyncConnection) -> Run | None:
    query = select(Redating).order_by(Redating.number.desc()).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return row and Run(row.number, row.version, Since(row.since, row.edition), row.finished_at is not None)


async def begin(connection: AsyncConnection, number: int, version: str, since: Since) -> Run:
    """A new run; what could not be asked by the one before is asked at once. In a transaction."""
    row = {"number": number, "version": version, "edition": since.number, "since": since.at}
    await connection.execute(insert(Redating).values(**row))
    reset = update(RunningCase).where(RunningCase.attempts > 0)
    await connection.execute(reset.values(attempts=0, due_at=func.now(), problem=None))
    return Run(number, version, since, finished=False)


async def finish(connection: AsyncConnection, run: Run) -> bool:
    """Whether no case is left that counts by another calendar; the run has ended then, or ended anew."""
    left = exists().where(*_by_another(run.version))
    ended = update(Redating).where(Redating.number == run.number, ~left).values(finished_at=func.now())
    return (await connection.execute(ended.returning(Redating.number))).scalar() is not None


async def waiting(connection: AsyncConnection, run: Run, after: str, limit: int) -> list[Waiting]:
    """The next cases to be asked, in order of their numbers."""
    query = (
        select(
            Case.case_no,
            Case.received_at,
            exists().where(PendingStart.case_no == Case.case_no).label("pending"),
            func.coalesce(RedatedCase.times, 0).label("times"),
        )
        .join(RunningCase, RunningCase.case_no == Case.case_no)
        .outerjoin(RedatedCase, (RedatedCase.run == run.number) & (RedatedCase.case_no == Case.case_no))
        .where(RunningCase.case_no > after, RunningCase.due_at <= func.now(), *_by_another(run.version))
        .order_by(RunningCase.case_no)
        .limit(limit)
    )
    return [Waiting(**row) for row in (await connection.execute(query)).mappings()]


async def any_waiting(connection: AsyncConnection, version: str) -> bool:
    query = select(exists().where(RunningCase.due_at <= func.now(), *_by_another(version)))
    return bool(await connection.scalar(query))


async def forget_ended(connection: AsyncConnection, version: str) -> None:
    """Cases closed since the last run need not be asked."""
    ended = (
        select(RunningCase.case_no)
        .join(Case, Case.case_no == RunningCase.case_no)
        .where(Case.status.in_(_ENDED), *_by_another(version))
        .limit(_PURGED)
    )
    while (await connection.execute(delete(RunningCase).where(RunningCase.case_no.in_(ended)))).rowcount:
        pass


async def settle(connection: AsyncConnection, run: Run, done: Sequence[Done]) -> None:
    """These have been asked. In a transaction, with what they answered."""
    rows = [{"case_no": each.case_no, "outcome": each.outcome, "events": each.moves} for each in done]
    closed = [each.case_no for each in done if each.outcome is Outcome.CLOSED]
    await connection.execute(_KEEP, {"run": run.number, "rows": to_json(rows).decode()})
    await connection.execute(delete(RunningCase).where(RunningCase.case_no.in_(closed)))
    await connection.execute(
        _SETTLE, {"run": run.number, "version": run.version, "cases": [each.case_no for each in done]}
    )


_KEEP: Final = text("""
INSERT INTO intake.redated_cases AS kept (run, case_no, outcome, events)
SELECT :run, case_no, outcome, events FROM json_to_recordset(CAST(:rows AS json))
    AS r(case_no text, outcome text, events integer[])
ON CONFLICT (run, case_no) DO UPDATE SET
    at = now(),
    outcome = CASE WHEN kept.outcome = 'moved' THEN 'moved' ELSE EXCLUDED.outcome END,
    events = kept.events || EXCLUDED.events,
    times = kept.times + 1
""")

# A process that lost its turn unnoticed while a newer run began may have come late: the newer run asks again.
_SETTLE: Final = text("""
UPDATE intake.running_cases SET
    calendar = CASE WHEN (SELECT max(number) FROM intake.redatings) = :run THEN :version ELSE '' END,
    attempts = 0, due_at = now(), problem = NULL
WHERE case_no = ANY(CAST(:cases AS text[]))
""")


async def postpone(connection: AsyncConnection, undone: Collection[Undone]) -> None:
    """Each is asked again later, the later the more often it has failed."""
    rows = [
        {"case_no": each.case_no, "problem": each.problem, "longest": _SOON if each.problem == UNREACHABLE else _LATE}
        for each in undone
    ]
    await connection.execute(_POSTPONE, {"rows": to_json(rows).decode()})


_POSTPONE: Final = text("""
UPDATE intake.running_cases AS r SET
    attempts = LEAST(r.attempts + 1, 1000),
    due_at = now() + LEAST(power(2, LEAST(r.attempts + 1, 12)), p.longest) * interval '1 second',
    problem = p.problem
FROM json_to_recordset(CAST(:rows AS json)) AS p(case_no text, problem text, longest integer)
WHERE r.case_no = p.case_no
""")


async def doubt_calendar(connection: AsyncConnection, case_nos: Collection[str], version: str) -> None:
    """Their workflows are about to be started with this calendar, unless they have been with the one they were filed
    under: where the two differ, which of them it is cannot be known."""
    differing = update(RunningCase).where(RunningCase.case_no.in_(case_nos), RunningCase.calendar != version)
    await connection.execute(differing.values(calendar=""))


def _by_another(version: str) -> list[Any]:
    """Two ranges of the index, in place of one comparison that could not use it."""
    return [or_(RunningCase.calendar < version, RunningCase.calendar > version)]
