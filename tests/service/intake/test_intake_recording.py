"""Recording events: once each, in any order, by many senders at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from intake_events import accepted, batch, event, granted, record, started
from intake_world import World

from lianban.contracts.events import CaseEvent, EventBatch, RecordedEvents
from lianban.contracts.status import CaseStatus, EventKind
from lianban_intake.events.activities import EventActivities
from unit.intake.intake_strategies import arrivals, batch_of


async def rows_of(intake: World, case_no: str) -> Any:
    """Everything the projection writes, but what tells one case from another."""
    case = await intake.rows("SELECT * FROM intake.cases WHERE case_no = :n", n=case_no)
    steps = await intake.rows("SELECT * FROM intake.case_steps WHERE case_no = :n ORDER BY code", n=case_no)
    shipments = await intake.rows(
        "SELECT number, state, seq FROM intake.shipments WHERE case_no = :n ORDER BY number", n=case_no
    )
    events = await intake.rows(
        "SELECT seq, at, kind, body::text FROM intake.events WHERE case_no = :n AND seq > 0 ORDER BY seq", n=case_no
    )
    for row in (*case, *steps):
        del row["case_no"]
        row.pop("received_at", None)
    return case, steps, shipments, events


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals())
async def test_any_order_of_arrival_leaves_the_same_rows(
    intake: World, arrival: tuple[list[CaseEvent], list[list[CaseEvent]]]
) -> None:
    history, batches = arrival
    activities = EventActivities(intake.state.direct)
    straight, crooked = await intake.filed(), await intake.filed()
    for told in history:
        await activities.record_events(batch_of(straight, [told]))
    for told_together in batches:
        await activities.record_events(batch_of(crooked, told_together))
    assert await rows_of(intake, straight) == await rows_of(intake, crooked)


async def test_repeating_changes_nothing(intake: World) -> None:
    case_no = await intake.filed()
    events = (accepted(1), started(2, "hygiene"), granted(3, "hygiene"))
    await record(intake, case_no, *events)
    before = await rows_of(intake, case_no)
    await record(intake, case_no, *events)
    await record(intake, case_no, events[1])
    assert await rows_of(intake, case_no) == before


async def test_batches_over_the_same_cases_at_the_same_time(intake: World) -> None:
    """As two services' relays send them: each case in both, in opposite orders. None waits for another for ever."""
    numbers = [await intake.filed() for _ in range(15)]
    activities = EventActivities(intake.state.direct)

    def of_all(order: list[str], *events: CaseEvent) -> EventBatch:
        return EventBatch(cases=tuple(RecordedEvents(case_no=number, events=events) for number in order))

    await asyncio.gather(
        *(
            activities.record_events(of_all(order, told))
            for seq in range(2, 10)
            for order, told in (
                (numbers, started(seq, "hygiene")),
                (numbers[::-1], started(seq, "owner-check")),
                (numbers, accepted(1)),
            )
        )
    )
    for number in numbers:
        [case] = await intake.rows("SELECT status, seq FROM intake.cases WHERE case_no = :n", n=number)
        assert case == {"status": "in_progress", "seq": 9}


async def test_unknown_case_does_not_stand_in_the_way(intake: World, caplog: pytest.LogCaptureFixture) -> None:
    case_no = await intake.filed()
    both = EventBatch(cases=(*batch("429006T1202601010000009X", accepted(1)).cases, *batch(case_no, accepted(1)).cases))
    await EventActivities(intake.state.direct).record_events(both)
    [case] = await intake.rows("SELECT status FROM intake.cases WHERE case_no = :n", n=case_no)
    assert case["status"] == "in_progress"
    assert "unknown cases" in caplog.text
    kept = "SELECT seq FROM intake.events WHERE case_no = '429006T1202601010000009X'"
    assert await intake.rows(kept) == [{"seq": 1}]


async def test_acceptance_is_no_step_of_the_plan(intake: World) -> None:
    case_no = await intake.filed()
    told = event(1, EventKind.STEP_STARTED, step="acceptance", state="open", case_status=CaseStatus.RECEIVED)
    await record(intake, case_no, told)
    [case] = await intake.rows("SELECT status, seq FROM intake.cases WHERE case_no = :n", n=case_no)
    assert case == {"status": "received", "seq": 1}
