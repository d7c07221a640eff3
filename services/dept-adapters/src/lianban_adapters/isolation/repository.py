"""Statements on the table of gates. Each is safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Float, Table, and_, bindparam, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from lianban.platform.database import Executor
from lianban_adapters.isolation.gate import Seen
from lianban_adapters.isolation.tables import Gate

LEASE: Final = timedelta(seconds=90)
"""Renewed while the holder is at work. What a crashed process had leased is free again when it ends."""

_GATES: Final = cast(Table, Gate.__table__)
_INSERT: Final = insert(_GATES)
_SEEN: Final = _INSERT.values(
    department=bindparam("of_department"), **{name: bindparam(f"new_{name}") for name in Seen._fields}
).on_conflict_do_update(
    index_elements=["department"],
    set_={
        "succeeded_at": func.greatest(_GATES.c.succeeded_at, _INSERT.excluded.succeeded_at),
        "rejected_at": func.greatest(_GATES.c.rejected_at, _INSERT.excluded.rejected_at),
        "rejection": func.coalesce(_INSERT.excluded.rejection, _GATES.c.rejection),
        # What was counted before goes when a message was taken after it.
        "rejections": _INSERT.excluded.rejections
        + case((_INSERT.excluded.succeeded_at > _GATES.c.rejected_at, 0), else_=_GATES.c.rejections),
    },
)
_WAIT: Final = func.greatest(func.extract("epoch", Gate.free_at - func.now()).cast(Float), 0.0)
_ALL: Final = select(Gate.department, Gate.switched, Gate.failures, Gate.openings, func.coalesce(_WAIT, 0.0))


class Known(NamedTuple):
    """A department as all processes know it. ``wait``: seconds until its circuit lets one task through."""

    department: str
    switched: bool
    failures: int
    openings: int
    wait: float


async def known(executor: Executor) -> list[Known]:
    return [Known(*row) for row in await executor.execute(_ALL)]


async def all_rows(executor: Executor) -> dict[str, Mapping[str, Any]]:
    rows = (await executor.execute(select(_GATES))).mappings()
    return {row["department"]: dict(row) for row in rows}


async def failed(executor: Executor, department: str, failures: int, openings: int, wait: float, failure: str) -> None:
    """What one process has seen fail. It may not know yet that another one has opened the circuit: that stays open."""
    row = _GATES.c
    counted = {"failures": failures, "openings": openings, "free_at": func.now() + timedelta(seconds=wait)}
    told = {"failed_at": func.now(), "failure": failure}
    statement = insert(_GATES).values(department=department, **counted, **told)
    highest = {name: func.greatest(row[name], statement.excluded[name]) for name in counted}
    await executor.execute(statement.on_conflict_do_update(index_elements=["department"], set_=highest | told))


async def succeeded(executor: Executor, department: str, *, tried: bool, took: bool) -> None:
    """It has answered. ``took``: and taken the message. ``tried``: it was asked whether it is back, and is. Any other
    success tells nothing of a circuit that another process has opened since, nor of the time for which the department
    has asked another one."""
    row = _GATES.c
    values = {"failures": 0, "openings": 0, "free_at": None} | ({"succeeded_at": func.now()} if took else {})
    untroubled = and_(row.openings == 0, func.coalesce(row.free_at <= func.now(), True))
    await executor.execute(_upsert(department, values, None if tried else untroubled))


async def seen(executor: Executor, what: Mapping[str, Seen]) -> None:
    """What departments have taken and rejected lately."""
    rows = [
        {"of_department": department, **{f"new_{name}": value for name, value in each._asdict().items()}}
        for department, each in sorted(what.items())
    ]
    await executor.execute(_SEEN, rows)


async def switch(executor: Executor, department: str, switched: bool, by: str, reason: str | None) -> None:
    """What is switched so already keeps who did it, unless another reason is given: that one is not lost either."""
    values = {"switched": switched, "switched_at": func.now(), "switched_by": by, "switch_reason": reason}
    changed = _GATES.c.switched != switched
    if reason is not None:
        changed = or_(changed, _GATES.c.switch_reason.is_distinct_from(reason))
    await executor.execute(_upsert(department, values, changed))


async def lease(executor: Executor, department: str, holder: str) -> int | None:
    """Gives this holder, and nobody else, what waits to be worked off; also renews it. How often the circuit has opened
    as all processes know it; none when somebody else holds it."""
    row = _GATES.c
    values = {"leased_by": holder, "leased_until": func.now() + LEASE}
    free = or_(row.leased_until.is_(None), row.leased_until < func.now(), row.leased_by == holder)
    openings: int | None = await executor.scalar(_upsert(department, values, free).returning(row.openings))
    return openings


async def release(executor: Executor, department: str, holder: str) -> None:
    mine = (Gate.department == department, Gate.leased_by == holder)
    await executor.execute(update(Gate).where(*mine).values(leased_by=None, leased_until=None))


def _upsert(department: str, values: Mapping[str, Any], where: Any = None) -> Any:
    return (
        insert(_GATES)
        .values(department=department, **values)
        .on_conflict_do_update(index_elements=["department"], set_=values, where=where)
    )
