"""Where rules of clocks.md meet: each of these went wrong once, or could."""

from __future__ import annotations

from datetime import date

import pytest
from case_by_days import DAY, HEARING, TESTING, Case, extend, march, on, override

from fixtures.plans import CALENDAR, act_of, decide, make_plan, make_step, working_days
from lianban.catalog.terms import AcceptanceMode, RefusalPolicy, Silence, StepKind
from lianban.clock.limits import TimeLimit, Unit
from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, CaseStatus, EventKind, StepState
from lianban_orchestrator.domain import timing
from lianban_orchestrator.domain.machine import CaseMachine


def test_a_step_decided_at_a_common_date_finds_nothing_missing() -> None:
    case = Case(make_plan(make_step("a", kind=StepKind.BATCH, limit=None), make_step("b")))
    for kind, rule in [
        (ActKind.REQUEST_SUPPLEMENT, Rule.ONCE),
        (ActKind.NOT_ACCEPT, Rule.ACCEPT_5),
        (ActKind.OVERRIDE, Rule.ONCE),
    ]:
        assert case.refused(act_of("a", kind), 3) == (Refusal.NO_ACCEPTANCE, rule)


def test_nobody_is_silent_who_was_not_asked() -> None:
    """Acceptance by silence sets the clocks back to the receipt: an opinion due by then has been asked of nobody."""
    opinion = make_step("a", kind=StepKind.OPINION, limit=working_days(3), silence=Silence.TACIT_OPINION)
    case = Case(make_plan(opinion, acceptance=AcceptanceMode.LEAD))
    case.pass_to(on(10))
    assert case.machine.status is CaseStatus.IN_PROGRESS
    case.pass_to(on(10))
    assert case.machine.steps["a"].state is StepState.OPEN
    assert case.promised("a") == march(13)


def test_what_a_case_waited_for_a_supplement_stays_taken_out_of_its_clock() -> None:
    """Its only step waits from the 3rd to the 10th: five working days."""
    case = Case(make_plan(make_step("a")))
    assert case.promised() == march(30)
    case.do(act_of("a", ActKind.REQUEST_SUPPLEMENT), 3)
    assert case.promised() is None
    case.supplement("a", 10)
    assert case.promised() == date(2026, 4, 6)


def test_a_step_was_open_before_its_supplement() -> None:
    """One is stopped from the 3rd to the 12th, the other waits from the 5th to the 9th: two working days."""
    case = Case(make_plan(make_step("a"), make_step("b")))
    case.stop("b", 3)
    case.do(act_of("a", ActKind.REQUEST_SUPPLEMENT), 5)
    case.supplement("a", 9)
    case.resume("b", 12)
    assert case.promised() == date(2026, 4, 1)


def test_the_cases_clock_goes_on_with_a_step_that_opens() -> None:
    """One is stopped, the other ends and a third follows at once: no moment at which every open step stands still."""
    case = Case(make_plan(make_step("a"), make_step("b"), make_step("c", after=("b",))))
    case.stop("a", 3)
    assert EventKind.CASE_STOPPED not in [event.kind for event in case.do(decide("b"), 4)]
    assert case.machine.steps["c"].state is StepState.OPEN
    assert case.promised() == march(30)


def test_the_cases_clock_is_resumed_by_a_step_that_opens() -> None:
    """All wait; what one waits for does not come, and a step that waited for it opens on Tuesday the 31st."""
    policy = RefusalPolicy.INDEPENDENT
    case = Case(make_plan(make_step("a"), make_step("b", policy=policy), make_step("c", after=("b",))))
    case.do(act_of("b", ActKind.REQUEST_SUPPLEMENT), 2)
    case.stop("a", 3)
    assert case.promised() is None
    resumed = [event for event in case.pass_to(on(31)) if event.kind is EventKind.CASE_RESUMED]
    assert len(resumed) == 1
    assert case.promised() is not None


def stopped_twice(acts_in_order: list[int]) -> CaseMachine:
    """Testing from the 3rd to the 9th, hearing from the 5th to the 12th; heard of on the 16th, in that order."""
    case = Case(make_plan(make_step("a")))
    made = [
        (ActKind.STOP, TESTING, 3),
        (ActKind.STOP, HEARING, 5),
        (ActKind.RESUME, TESTING, 9),
        (ActKind.RESUME, HEARING, 12),
    ]
    for kind, procedure, day in [made[number] for number in acts_in_order]:
        case.do(act_of("a", kind, procedure=procedure, days=5), 16, waited=16 - day)
    return case.machine


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [1, 0, 3, 2], [1, 0, 2, 3], [0, 2, 1, 3], [1, 3, 0, 2]])
def test_stops_heard_of_in_another_order_take_out_the_same_days(order: list[int]) -> None:
    """From the 4th to the 12th: seven working days, of the step and of the case alike."""
    machine = stopped_twice(order)
    clock, case_clock = machine.steps["a"].clock, machine.case_clock
    assert clock is not None
    assert case_clock is not None
    assert clock.due is not None
    assert case_clock.due is not None
    assert (clock.due.promised, case_clock.due.promised) == (march(18), date(2026, 4, 8))


def test_what_is_overdue_is_neither_stopped_nor_extended() -> None:
    """The legal limit of three days was over on the 5th."""
    case = Case(make_plan(make_step("a", limit=working_days(3, 3)), make_step("b")))
    stop = act_of("a", ActKind.STOP, procedure=TESTING, days=5)
    assert case.refused(stop, 9) == (Refusal.EXPIRED, Rule.STOP)
    assert case.refused(extend("a"), 10) == (Refusal.EXPIRED, Rule.EXT_10)


def test_while_a_limit_stands_still_on_its_last_day_it_can_be_extended() -> None:
    case = Case(make_plan(make_step("a", limit=working_days(3, 3)), make_step("b")))
    case.stop("a", 5)
    case.do(extend("a"), 10)
    case.resume("a", 12)
    assert case.promised("a") == march(26)


def test_a_promise_kept_when_the_extension_was_made_moves_along() -> None:
    """Made on the last day of the promise, heard of two days later."""
    case = Case(make_plan(make_step("a", limit=working_days(5, 20)), make_step("b")))
    case.pass_to(on(11))
    case.do(extend("a"), 11, waited=2)
    assert case.promised("a") == march(23)


def test_a_promise_broken_before_the_extension_stays_broken() -> None:
    case = Case(make_plan(make_step("a", limit=working_days(5, 20)), make_step("b")))
    case.do(extend("a"), 11)
    assert case.promised("a") == march(9)


def test_no_exception_once_nothing_can_be_found_missing_any_more() -> None:
    case = Case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    lead = {"department": "lead"}
    case.do(act_of(ACCEPTANCE_STEP, ActKind.REQUEST_SUPPLEMENT, **lead), 2)
    case.supplement(ACCEPTANCE_STEP, 3)
    case.do(act_of(ACCEPTANCE_STEP, ActKind.ACCEPT, **lead), 4)
    assert case.refused(override(ACCEPTANCE_STEP, **lead), 4) == (Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5)
    case.do(act_of("a", ActKind.REQUEST_SUPPLEMENT), 5)
    case.supplement("a", 20)
    assert case.refused(override("a"), 28) == (Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5)


def test_an_exception_may_be_made_while_the_applicant_is_waited_for() -> None:
    case = Case(make_plan(make_step("a")))
    case.do(act_of("a", ActKind.REQUEST_SUPPLEMENT), 2)
    case.do(override("a"), 20)
    case.supplement("a", 20)
    case.do(act_of("a", ActKind.REQUEST_SUPPLEMENT), 20)
    assert case.machine.steps["a"].state is StepState.SUPPLEMENT


@pytest.mark.parametrize("kind", [ActKind.REQUEST_SUPPLEMENT, ActKind.NOT_ACCEPT])
def test_silence_has_accepted_even_before_a_timer_says_so(kind: ActKind) -> None:
    """After an outage acts reach a case before the timer that fell due meanwhile."""
    case = Case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    act = act_of(ACCEPTANCE_STEP, kind, department="lead")
    assert case.refused(act, 10) == (Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5)
    case.do(act, 10, waited=1)  # handed in on the last day


def test_a_step_due_at_once_is_due_on_the_day_its_supplement_comes() -> None:
    case = Case(make_plan(make_step("a", limit=TimeLimit(unit=Unit.INSTANT, promised=0, legal=0))))
    case.do(act_of("a", ActKind.REQUEST_SUPPLEMENT), 2)
    case.supplement("a", 5)
    assert case.promised("a") == march(5)


def test_what_does_not_come_ends_a_step_on_its_last_day_however_late_we_notice() -> None:
    policy = RefusalPolicy.INDEPENDENT
    case = Case(make_plan(make_step("a", policy=policy), make_step("b", after=("a",))))
    case.do(act_of("a", ActKind.REQUEST_SUPPLEMENT), 2)
    case.pass_to(on(31) + 5 * DAY)
    assert case.machine.steps["a"].state is StepState.LAPSED
    assert case.promised("b") == date(2026, 4, 6)  # five working days from the 30th, at whose 24:00 it was over


def test_a_day_that_was_today_when_a_calendar_came_may_be_off_by_the_next() -> None:
    """Floored to Friday the 6th by one calendar; the next one takes that Friday away."""
    case = Case(make_plan(make_step("a", limit=working_days(4, 4)), make_step("b")))
    off = {march(5): "节日"}
    timing.recalendar(case.machine, CALENDAR.model_copy(update={"version": "2", "holidays": off}), on(3))
    assert case.promised("a") == march(9)
    case.pass_to(on(9))
    timing.recalendar(case.machine, CALENDAR, on(9))
    assert case.promised("a") == march(9)
    off = {march(9): "节日"}
    timing.recalendar(case.machine, CALENDAR.model_copy(update={"version": "3", "holidays": off}), on(9))
    assert case.promised("a") == march(10)


def test_a_calendar_that_comes_while_a_clock_stands_still_makes_it_no_more_overdue() -> None:
    """Stopped with one day left of three; by the new calendar the 4th was worked, and the three days were over then."""
    off = {march(4): "节日", march(5): "节日"}
    case = Case(make_plan(make_step("a", limit=working_days(3, 3)), make_step("b", limit=working_days(3, 3))))
    timing.recalendar(case.machine, CALENDAR.model_copy(update={"version": "2", "holidays": off}), on(2))
    assert case.promised("a") == march(9)
    case.stop("a", 6)
    timing.recalendar(case.machine, CALENDAR, on(11))
    case.resume("a", 13)
    assert case.promised("a") == march(16)
