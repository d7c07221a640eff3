"""Acts made on the same days have the same outcome, in whatever order and however late a case hears of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from case_by_days import Case, extend, on
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.plans import CALENDAR, MONDAY, act_of, decide, make_plan, make_step, working_days
from lianban.catalog.plan import Plan
from lianban.catalog.terms import HandlingMode, SpecialProcedureKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.facts import ClockFacts, Stop, taken_out
from lianban.clock.limits import TimeLimit, Unit
from lianban.contracts.acts import DepartmentAct
from lianban.contracts.names import CASE_STEP
from lianban.contracts.status import ActKind, Role
from lianban_orchestrator.domain.clocks import RunningClock

LAST = 60  # day of the March that never ends on which everything has been heard of
LIMITS = (working_days(50, 60), TimeLimit(unit=Unit.NATURAL_DAYS, promised=80, legal=90))
KINDS = (SpecialProcedureKind.TESTING, SpecialProcedureKind.HEARING, SpecialProcedureKind.EXPERT_REVIEW)


@dataclass(frozen=True)
class Made:
    """An act, the day it was made on, and the one of the same step that has to be known before."""

    day: int
    act: DepartmentAct | None  # none: the applicant hands in what the step asked for
    step: str
    after: Made | None = None


@st.composite
def pairs(draw: st.DrawFn, latest: int) -> tuple[int, int]:
    began = draw(st.integers(2, latest))
    return began, draw(st.integers(began, latest))


@st.composite
def made_for(draw: st.DrawFn, step: str) -> list[Made]:
    """Procedures that overlap as they like and an extension, or a supplement; and perhaps the decision."""
    made: list[Made] = []
    if draw(st.integers(0, 3)):
        for kind in draw(st.lists(st.sampled_from(KINDS), unique=True)):
            began, ended = draw(pairs(latest=40))
            stop = Made(began, act_of(step, ActKind.STOP, procedure=kind, days=5), step)
            made.append(stop)
            if draw(st.integers(0, 4)):
                made.append(Made(ended, act_of(step, ActKind.RESUME, procedure=kind), step, stop))
        if draw(st.booleans()):
            made.append(Made(draw(st.integers(2, 40)), extend(step), step))
    else:
        asked, came = draw(pairs(latest=6))
        request = Made(asked, act_of(step, ActKind.REQUEST_SUPPLEMENT), step)
        made += [request, Made(came, None, step, request)]
    resumed = sum(each.act is None or each.act.kind is ActKind.RESUME for each in made)
    stopped = sum(each.act is not None and each.act.kind is ActKind.STOP for each in made)
    if resumed >= stopped and draw(st.booleans()):
        made.append(Made(draw(st.integers(41, 50)), decide(step), step))
    return made


def in_an_order(draw: st.DrawFn, made: list[Made]) -> list[Made]:
    """Any order in which what answers an act comes after it, and a decision after everything it would make too late."""
    waiting = draw(st.permutations(made))
    ordered: list[Made] = []
    while waiting:
        open_still = {each.step for each in waiting if each.act is None or each.act.kind is not ActKind.DECIDE}
        possible = [
            each
            for each in waiting
            if (each.after is None or each.after in ordered)
            and not (each.act is not None and each.act.kind is ActKind.DECIDE and open_still & {each.step, CASE_STEP})
        ]
        ordered.append(possible[0])
        waiting.remove(possible[0])
    return ordered


@st.composite
def histories(draw: st.DrawFn) -> tuple[Plan, list[Made], list[Made]]:
    steps = [make_step(code, limit=draw(st.sampled_from(LIMITS))) for code in "abc"[: draw(st.integers(1, 3))]]
    plan = make_plan(*steps, handling=HandlingMode.JOINT).model_copy(update={"limit": working_days(60, 80)})
    made = [each for step in steps for each in draw(made_for(step.code))]
    if draw(st.booleans()):
        head = act_of(CASE_STEP, ActKind.EXTEND, department="lead", role=Role.GOVERNMENT_HEAD, days=15)
        made.append(Made(draw(st.integers(2, 40)), head, CASE_STEP))
    on_time = sorted(made, key=lambda each: each.day)  # stable: what answers an act of the same day stays after it
    return plan, on_time, in_an_order(draw, made)


def do(case: Case, made: Made, heard: int) -> None:
    if made.act is None:
        case.supplement(made.step, heard, waited=heard - made.day)
    else:
        case.do(made.act, heard, waited=heard - made.day)


def outcome(case: Case) -> dict[str, object]:
    """States, dates, and the days taken out, of every step and of the case."""

    def of(clock: RunningClock | None) -> object:
        assert clock is not None
        days = {
            span.first + timedelta(number)
            for span in taken_out(clock.facts.own_stops)
            for number in range((span.last - span.first).days + 1)
        }
        due = clock.due
        return due and (due.promised, due.legal), days, clock.facts.started, clock.light

    steps = case.machine.steps.values()
    found: dict[str, object] = {
        step.plan.code: (step.state, step.ended_at, step.clock and of(step.clock) if not step.ended else None)
        for step in steps
    }
    return found | {"status": case.machine.status, "case": of(case.machine.case_clock) if case.machine.deciding else 0}


@given(histories())
def test_the_order_in_which_acts_become_known_is_nothing(history: tuple[Plan, list[Made], list[Made]]) -> None:
    plan, on_time, later = history
    prompt, late = Case(plan), Case(plan)
    for made in on_time:
        do(prompt, made, made.day)
    for made in later:
        do(late, made, LAST)
    for case in (prompt, late):
        case.pass_to(on(LAST))
    assert outcome(prompt) == outcome(late)


# -- a new calendar ----------------------------------------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> CalendarSnapshot:
    days = draw(st.sets(st.integers(0, 14).map(lambda number: MONDAY.date() + timedelta(number)), max_size=12))
    return CALENDAR.model_copy(
        update={
            "holidays": {day: "节日" for day in days if day.weekday() < 5},
            "workdays": {day: "调休" for day in days if day.weekday() >= 5},
        }
    )


@st.composite
def stops(draw: st.DrawFn, today: int) -> tuple[Stop, ...]:
    found = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        began, ended = draw(pairs(latest=today))
        found.append(Stop(began=on(began).date(), ended=on(ended).date(), reason="检测"))
    if draw(st.booleans()):
        found.append(Stop(began=on(draw(st.integers(max(2, today - 3), today))).date(), reason="听证"))
    return tuple(found)


@settings(max_examples=150)
@given(
    calendars(),
    st.just(CALENDAR) | calendars(),
    st.sampled_from([working_days(5, 8), working_days(3), TimeLimit(unit=Unit.NATURAL_DAYS, promised=7, legal=7)]),
    st.data(),
)
def test_a_new_calendar_makes_no_clock_overdue_nor_a_date_fall_on_a_day_off(
    old: CalendarSnapshot, new: CalendarSnapshot, limit: TimeLimit, data: st.DataObject
) -> None:
    """Counting 6, of a clock that runs and of one that stands still; dating it again changes nothing."""
    today = data.draw(st.integers(2, 16))
    clock = RunningClock(old, limit, ClockFacts(started=MONDAY.date(), stops=data.draw(stops(today))))
    before = clock.reached(on(today))
    moved = clock.redate(new, on(today))
    assert clock.reached(on(today)) <= before
    assert not (moved and clock.due is None)
    if clock.due is not None:
        assert all(new.is_working_day(day) for day in _dates(clock))
    facts, dates = clock.facts, clock.due
    assert not clock.redate(new, on(today))
    assert (clock.facts, clock.due) == (facts, dates)


def _dates(clock: RunningClock) -> list[date]:
    assert clock.due is not None
    return [clock.due.promised, *([clock.due.legal] if clock.due.legal else [])]
