"""Which calendars a case takes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fixtures.plans import CALENDAR, make_plan, make_step
from lianban.catalog.terms import DeliveryMode
from lianban.contracts.acts import Refusal
from lianban.contracts.status import EventKind
from lianban_orchestrator.domain import timing
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused

RECEIVED = datetime(2028, 1, 17, 1, 0, tzinfo=UTC)


@pytest.fixture
def late() -> CaseMachine:
    """A case of 2028, received under a calendar nobody had renewed since 2027."""
    forgotten = CALENDAR.model_copy(update={"last_year": 2027}).window(2028, 2030)
    assert (forgotten.first_year, forgotten.last_year) == (2027, 2027)
    machine = CaseMachine("case", make_plan(make_step("a")), forgotten, RECEIVED, DeliveryMode.COURIER)
    machine.accept(RECEIVED)
    machine.start_ready(RECEIVED)
    return machine


def test_a_calendar_that_begins_with_the_year_of_receipt_is_enough(late: CaseMachine) -> None:
    renewed = CALENDAR.model_copy(update={"version": "2028", "holidays": {date(2028, 1, 18): "春节"}}).window(
        2028, 2030
    )
    events = timing.recalendar(late, renewed, RECEIVED)
    assert {event.kind for event in events} == {EventKind.CASE_REDATED, EventKind.STEP_REDATED}


def test_one_that_begins_later_is_refused(late: CaseMachine) -> None:
    with pytest.raises(ActRefused) as refused:
        timing.check_recalendar(late, CALENDAR.window(2029, 2030))
    assert refused.value.refusal is Refusal.OLD_CALENDAR
