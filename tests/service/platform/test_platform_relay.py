"""The event relay against a real PostgreSQL and a real Temporal server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import DeclarativeBase
from temporalio import activity
from temporalio.client import ActivityFailureError, Client
from temporalio.exceptions import ApplicationError

from lianban.contracts.events import CaseEvent, EventBatch
from lianban.contracts.names import ACTIVITY_RECORD_EVENTS, QUEUE_INTAKE
from lianban.contracts.status import CaseStatus, EventKind
from lianban.platform.crypto import Keyring
from lianban.platform.database import SessionFactory, create_engine, metadata_for, session_factory, transaction
from lianban.platform.relay import EventRelay, RelayRow, enqueue
from lianban.platform.temporal import connect, make_worker


class Base(DeclarativeBase):
    metadata = metadata_for("notify")


class Relay(RelayRow, Base):
    pass


class Intake:
    """Stands in for the intake's worker: keeps what it is told; fails on the cases it is told to fail on."""

    def __init__(self) -> None:
        self.batches: list[EventBatch] = []
        self.failing: set[str] = set()
        self.hanging: set[str] = set()
        self.released = asyncio.Event()

    @activity.defn(name=ACTIVITY_RECORD_EVENTS)
    async def record_events(self, batch: EventBatch) -> None:
        if self.failing & {case.case_no for case in batch.cases}:
            raise ApplicationError("unknown case", type="UnknownCase", non_retryable=True)
        if self.hanging & {case.case_no for case in batch.cases}:
            await self.released.wait()
            return
        self.batches.append(batch)

    def recorded(self) -> list[tuple[str, int]]:
        return [(case.case_no, event.seq) for batch in self.batches for case in batch.cases for event in case.events]


@pytest.fixture(scope="module")
async def factory(postgres_url: Callable[..., str]) -> AsyncIterator[SessionFactory]:
    engine = create_engine(postgres_url("notify"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield session_factory(engine)
    await engine.dispose()


@pytest.fixture
async def intake(temporal_client: Client) -> AsyncIterator[Intake]:
    intake = Intake()
    async with make_worker(temporal_client, QUEUE_INTAKE, activities=[intake.record_events]):
        yield intake
        intake.released.set()


@contextlib.asynccontextmanager
async def running(relay: EventRelay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def event(seq: int) -> CaseEvent:
    return CaseEvent(
        seq=seq,
        at=datetime(2026, 7, 1, 8, 0, tzinfo=UTC),
        kind=EventKind.STEP_STARTED,
        case_status=CaseStatus.IN_PROGRESS,
        step="register",
    )


async def put(factory: SessionFactory, case_no: str, *numbers: int) -> None:
    async with transaction(factory) as session:
        await enqueue(session, case_no, [event(number) for number in numbers], Relay)


async def count(factory: SessionFactory) -> int:
    async with factory() as session:
        return await session.scalar(select(func.count()).select_from(Relay)) or 0


async def clear(factory: SessionFactory) -> None:
    async with transaction(factory) as session:
        await session.execute(delete(Relay))


async def emptied(factory: SessionFactory) -> None:
    while await count(factory):
        await asyncio.sleep(0.05)


async def test_events_of_many_cases_reach_the_intake_in_one_batch_and_order(
    factory: SessionFactory, temporal_client: Client, intake: Intake
) -> None:
    await put(factory, "a-1", 1, 2)
    await put(factory, "a-2", 1)
    await put(factory, "a-1", 2, 3)  # 2 again: what is there already stays
    assert await EventRelay(factory, temporal_client, Relay).run_once() == 4
    assert len(intake.batches) == 1
    assert intake.recorded() == [("a-1", 1), ("a-1", 2), ("a-1", 3), ("a-2", 1)]
    assert intake.batches[0].cases[0].events[0] == event(1)
    assert await count(factory) == 0


async def test_a_running_relay_wakes_for_new_events(
    factory: SessionFactory, temporal_client: Client, intake: Intake
) -> None:
    relay = EventRelay(factory, temporal_client, Relay)
    async with running(relay):
        await asyncio.sleep(0.1)
        await put(factory, "b-1", 1)
        relay.wake()
        await emptied(factory)
    assert intake.recorded() == [("b-1", 1)]


async def test_nothing_is_enqueued_when_the_transaction_fails(factory: SessionFactory) -> None:
    async def fail() -> None:
        async with transaction(factory) as session:
            await enqueue(session, "c-1", [event(1)], Relay)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await count(factory) == 0


async def test_events_wait_while_temporal_is_down(
    factory: SessionFactory, temporal_client: Client, intake: Intake, test_keyring: Keyring, unused_tcp_port: int
) -> None:
    nowhere = await connect(f"127.0.0.1:{unused_tcp_port}", "default", test_keyring, lazy=True)
    await put(factory, "d-1", 1)
    with pytest.raises(RuntimeError):
        await EventRelay(factory, nowhere, Relay).run_once()
    assert await count(factory) == 1
    # Released at once: another relay, or the same later, need not wait for the lease.
    assert await EventRelay(factory, temporal_client, Relay).run_once() == 1
    assert intake.recorded() == [("d-1", 1)]


async def test_one_case_the_intake_fails_on_does_not_hold_up_the_others(
    factory: SessionFactory, temporal_client: Client, intake: Intake
) -> None:
    intake.failing = {"e-2"}
    for case_no in ("e-1", "e-2", "e-3"):
        await put(factory, case_no, 1)
    relay = EventRelay(factory, temporal_client, Relay)
    await relay.run_once()
    assert intake.recorded() == [("e-1", 1), ("e-3", 1)]
    assert await count(factory) == 1
    assert await relay.run_once() == 0  # it waits for its turn
    intake.failing = set()
    async with running(relay):
        await emptied(factory)
    assert intake.recorded()[-1] == ("e-2", 1)


async def test_two_relays_on_one_table_share_the_work(
    factory: SessionFactory, temporal_client: Client, intake: Intake
) -> None:
    for number in range(1, 301):
        await put(factory, f"f-{number:03}", 1)
    async with (
        running(EventRelay(factory, temporal_client, Relay)),
        running(EventRelay(factory, temporal_client, Relay)),
    ):
        await emptied(factory)
    assert len(intake.recorded()) == len(set(intake.recorded())) == 300


async def test_events_that_cannot_be_read_do_not_hold_up_the_other_cases(
    factory: SessionFactory, temporal_client: Client, intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    for case_no in ("g-1", "g-2", "g-3"):
        await put(factory, case_no, 1)
    await put(factory, "g-2", 2)
    damaged = update(Relay).where(Relay.case_no == "g-2", Relay.seq == 1)
    async with transaction(factory) as session:
        await session.execute(damaged.values(event={"seq": 1, "kind": "secret"}))
    relay = EventRelay(factory, temporal_client, Relay)
    assert await relay.run_once() == 4
    assert intake.recorded() == [("g-1", 1), ("g-3", 1)]
    assert await count(factory) == 2, "a case's events wait together, so that they stay in order"
    assert "cannot be read" in caplog.text
    assert "secret" not in caplog.text
    assert await relay.run_once() == 0  # it waits for its turn
    async with transaction(factory) as session:
        await session.execute(damaged.values(event=event(1).model_dump(mode="json")))
    async with running(relay):
        await emptied(factory)
    assert intake.recorded()[-2:] == [("g-2", 1), ("g-2", 2)]


async def test_one_case_the_intake_comes_to_no_end_with_does_not_hold_up_the_others(
    factory: SessionFactory, temporal_client: Client, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lianban.platform.relay._HAND_OVER", timedelta(seconds=2))
    intake.hanging = {"h-2"}
    for case_no in ("h-1", "h-2", "h-3"):
        await put(factory, case_no, 1)
    await EventRelay(factory, temporal_client, Relay).run_once()
    assert sorted(intake.recorded()) == [("h-1", 1), ("h-3", 1)]
    assert await count(factory) == 1
    await clear(factory)


async def test_a_batch_nobody_takes_up_stays_whole(
    factory: SessionFactory, temporal_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lianban.platform.relay._HAND_OVER", timedelta(seconds=2))
    for case_no in ("i-1", "i-2"):
        await put(factory, case_no, 1)
    with pytest.raises(ActivityFailureError):
        await EventRelay(factory, temporal_client, Relay).run_once()
    async with factory() as session:
        free = select(func.count()).select_from(Relay).where(Relay.free_at <= func.now())
        assert await session.scalar(free) == 2, "released at once, none of them put off"
    await clear(factory)
