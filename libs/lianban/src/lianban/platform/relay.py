"""Event relay: carries a case's events from a service's database to the intake.

Events are written in the transaction that stores what they came with (:func:`enqueue`). :class:`EventRelay` takes
them in order, in batches over many cases, and hands each batch to the intake as a standalone activity
``record_events`` on the intake's own queue; rows are deleted once the intake has recorded them. Recording is
idempotent by (case number, seq), so a batch may be handed over twice and nothing else happens.

Rows are leased, not locked, while a batch is under way: no transaction stays open across the network, and what a
crashed process had taken is free again when its lease ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple, cast

from pydantic import ValidationError
from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    DateTime,
    Identity,
    Index,
    Integer,
    Interval,
    String,
    Table,
    bindparam,
    column,
    delete,
    func,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from temporalio.client import ActivityFailureError, Client
from temporalio.common import ActivityIDConflictPolicy
from temporalio.exceptions import TimeoutError as ActivityTimeout
from temporalio.exceptions import TimeoutType

from lianban.contracts.events import CaseEvent, EventBatch, RecordedEvents
from lianban.contracts.names import ACTIVITY_RECORD_EVENTS, QUEUE_INTAKE
from lianban.platform.database import SessionFactory, transaction
from lianban.platform.retry import RECORD

BATCH: Final = 200
_HAND_OVER: Final = timedelta(seconds=20)
_LEASE: Final = timedelta(seconds=40)  # longer than a hand-over with its round trips
_GATHER: Final = 1.0  # seconds for events to gather: a hand-over costs the server as much for one as for many
_IDLE: Final = 5.0  # seconds until leases of others are looked at again
_PAUSE: Final = (0.5, 30.0)  # seconds after a failure: first, longest
_LONGEST_DELAY: Final = 60  # seconds until events the intake fails on are tried again
_GIVE_UP: Final = 3  # cases failing one after the other: then it is not the cases
_ATTEMPTS: Final = replace(RECORD, maximum_attempts=3)

_log = logging.getLogger(__name__)


class RelayRow:
    """Columns of a service's relay table; mix in with the service's own base: ``class Relay(RelayRow, Base)``."""

    __tablename__ = "relay"

    case_no: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    event: Mapped[dict[str, Any]] = mapped_column(JSONB)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    free_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (Index(None, "position"),)


def enqueued(stored: CTE, table: type[RelayRow]) -> CTE:
    """:func:`enqueue` as part of the very statement that stores what the events came with: nothing is enqueued where
    ``stored`` (one row at the most) stored nothing. One round trip instead of four. Executed with
    :func:`enqueue_values`."""
    rows = (
        func.jsonb_to_recordset(bindparam("relay_events", type_=JSONB))
        .table_valued(column("seq", Integer), column("event", JSONB))
        .render_derived(name="events", with_types=True)
    )
    relay = cast(Any, table).__table__
    chosen = select(bindparam("relay_case", type_=String), rows.c.seq, rows.c.event).select_from(
        rows.join(stored, true())
    )
    return (
        insert(relay)
        .from_select(["case_no", "seq", "event"], chosen)
        .on_conflict_do_nothing()
        .returning(relay.c.seq)
        .cte("relayed")
    )


def enqueue_values(case_no: str, events: Iterable[CaseEvent]) -> dict[str, Any]:
    """Parameters of :func:`enqueued`."""
    return {
        "relay_case": case_no,
        "relay_events": [{"seq": event.seq, "event": _document(event)} for event in events],
    }


async def enqueue(session: AsyncSession, case_no: str, events: Iterable[CaseEvent], table: type[RelayRow]) -> None:
    """Puts events into the relay table within the caller's transaction; those already there stay as they are."""
    rows = [{"case_no": case_no, "seq": event.seq, "event": _document(event)} for event in events]
    if rows:
        # Rows as parameters, not as part of the statement: so it is compiled once.
        # The table, not the mapped class: on the path of everything that is stored, and mapping costs more than this.
        await session.execute(insert(cast(Any, table).__table__).on_conflict_do_nothing(), rows)


class _Leased(NamedTuple):
    """A row of the relay table while its batch is under way. ``event`` as it was stored."""

    case_no: str
    seq: int
    event: Any
    attempts: int


class _Statements:
    """On one relay table. Built once, with arrays as parameters: a statement that names every row would be compiled and
    prepared anew with every batch, and costs more than carrying it out."""

    def __init__(self, model: type[RelayRow]) -> None:
        table = cast(Table, cast(Any, model).__table__)
        key = tuple_(table.c.case_no, table.c.seq)
        these = (
            func.unnest(bindparam("of_cases", type_=ARRAY(String)), bindparam("of_seqs", type_=ARRAY(Integer)))
            .table_valued(column("case_no", String), column("seq", Integer))
            .render_derived(name="these")
        )
        free = (
            select(table.c.case_no, table.c.seq)
            .where(table.c.free_at <= func.now())
            .order_by(table.c.position)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        self.lease = (
            update(table)
            .where(key.in_(free))
            .values(free_at=func.now() + _LEASE, attempts=table.c.attempts + 1)
            .returning(table.c.case_no, table.c.seq, table.c.event, table.c.attempts)
        )
        of_these = (table.c.case_no == these.c.case_no, table.c.seq == these.c.seq)
        self.delete = delete(table).where(*of_these)
        after = bindparam("after", type_=Interval)
        self.free = update(table).where(*of_these).values(free_at=func.now() + after)


@dataclass(frozen=True)
class _Group:
    """Rows of one case, and what they hold."""

    rows: list[_Leased]
    recorded: RecordedEvents


class IntakeFails(Exception):
    """The intake fails on whatever it is handed."""


class EventRelay:
    """Hands over until cancelled. Any number may run on one table; Temporal or the intake may be down meanwhile."""

    def __init__(self, factory: SessionFactory, client: Client, table: type[RelayRow]) -> None:
        self._factory = factory
        self._client = client
        self._statements = _Statements(table)
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """There is something to hand over: call it after the transaction that enqueued has committed."""
        self._awake.set()

    async def run(self) -> None:
        pause = _PAUSE[0]
        while True:
            self._awake.clear()
            try:
                taken = await self.run_once()
                pause = _PAUSE[0]
            except Exception:
                _log.warning("events wait; handing over will be tried again", exc_info=True)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _PAUSE[1])
                continue
            if taken == 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), _IDLE)
            if taken < BATCH:
                await asyncio.sleep(_GATHER)

    async def run_once(self) -> int:
        """Takes one batch and hands it over; number of rows taken. Raises when Temporal or the intake is away."""
        rows = await self._lease()
        left = {_key(row): row for row in rows}
        try:
            groups = []
            for own in _by_case(rows):
                if group := _read(own):
                    groups.append(group)
                else:
                    await self._postpone(own)
                    _forget(left, own)
            if groups and not await self._hand_over(groups):
                await self._hand_over_one_by_one(groups, left)
            left.clear()
        finally:
            if left:
                # Their lease ends by itself, but nobody has to wait for that.
                await asyncio.shield(self._free(list(left.values()), timedelta()))
        return len(rows)

    async def _hand_over_one_by_one(self, groups: Sequence[_Group], left: dict[tuple[str, int], _Leased]) -> None:
        """One case among many may be what the intake fails on: the others shall not wait for it."""
        failures = 0
        for group in groups:
            alone = len(groups) == 1  # and has failed just now
            failures = 0 if not alone and await self._hand_over([group]) else failures + 1
            if failures:
                await self._postpone(group.rows)
            _forget(left, group.rows)
            if failures == _GIVE_UP:
                raise IntakeFails(f"{failures} cases in a row")
            if failures and left:
                await self._free(list(left.values()), _LEASE)  # a failure may have taken long

    async def _lease(self) -> Sequence[_Leased]:
        async with transaction(self._factory) as session:
            return [_Leased(*row) for row in await session.execute(self._statements.lease)]

    async def _hand_over(self, groups: Sequence[_Group]) -> bool:
        """True when recorded, False when the intake failed on it or did not come to an end with it. Raises when
        nobody took it up in time."""
        rows = [row for group in groups for row in group.rows]
        try:
            await self._client.execute_activity(
                ACTIVITY_RECORD_EVENTS,
                EventBatch(cases=tuple(group.recorded for group in groups)),
                id=_identity(rows),
                task_queue=QUEUE_INTAKE,
                # Told apart: not taken up ends by the first of these, taken up and not ended by one of the others.
                schedule_to_start_timeout=_HAND_OVER / 2,
                start_to_close_timeout=_HAND_OVER / 2,
                schedule_to_close_timeout=_HAND_OVER,
                retry_policy=_ATTEMPTS,
                id_conflict_policy=ActivityIDConflictPolicy.USE_EXISTING,
            )
        except ActivityFailureError as error:
            if isinstance(error.cause, ActivityTimeout) and error.cause.type is TimeoutType.SCHEDULE_TO_START:
                raise
            _log.warning("the intake failed on %s events", len(rows), exc_info=True)
            return False
        await self._delete(rows)
        return True

    async def _delete(self, rows: Sequence[_Leased]) -> None:
        async with transaction(self._factory) as session:
            await session.execute(self._statements.delete, _these(rows))

    async def _postpone(self, rows: Sequence[_Leased]) -> None:
        await self._free(rows, timedelta(seconds=min(2 ** max(row.attempts for row in rows), _LONGEST_DELAY)))

    async def _free(self, rows: Sequence[_Leased], after: timedelta) -> None:
        async with transaction(self._factory) as session:
            await session.execute(self._statements.free, {**_these(rows), "after": after})


def _document(event: CaseEvent) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude_defaults=True)


def _these(rows: Sequence[_Leased]) -> dict[str, Any]:
    return {"of_cases": [row.case_no for row in rows], "of_seqs": [row.seq for row in rows]}


def _key(row: _Leased) -> tuple[str, int]:
    return row.case_no, row.seq


def _by_case(rows: Sequence[_Leased]) -> list[list[_Leased]]:
    return [list(group) for _, group in groupby(sorted(rows, key=_key), key=lambda row: row.case_no)]


def _forget(left: dict[tuple[str, int], _Leased], rows: Iterable[_Leased]) -> None:
    for row in rows:
        del left[_key(row)]


def _read(rows: list[_Leased]) -> _Group | None:
    """None when they cannot be read: written by a newer release, or damaged. What stands there is not logged."""
    try:
        events = tuple(CaseEvent.model_validate(row.event) for row in rows)
    except ValidationError as error:
        extra = {"case_no": rows[0].case_no, "places": [".".join(map(str, fault["loc"])) for fault in error.errors()]}
        _log.error("events cannot be read; they wait", extra=extra)
        return None
    return _Group(rows, RecordedEvents(case_no=rows[0].case_no, events=events))


def _identity(rows: Sequence[_Leased]) -> str:
    """Derived from what is handed over, so that the same batch under way twice is one activity."""
    keys = "\n".join(f"{case_no}:{seq}" for case_no, seq in sorted(_key(row) for row in rows))
    return "events-" + hashlib.sha256(keys.encode()).hexdigest()[:32]
