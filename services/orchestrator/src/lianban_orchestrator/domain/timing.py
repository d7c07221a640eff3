"""What time does to a case: lights, silence, public notices that are over, supplements that did not come, and calendars
that change while it runs."""

from __future__ import annotations

from datetime import datetime

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date
from lianban.clock.limits import Light
from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, Cause, EventKind, Outcome, StepState
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused
from lianban_orchestrator.domain.steps import Step
from lianban_orchestrator.domain.transitions import Trigger


def next_alarm(machine: CaseMachine) -> tuple[datetime, str] | None:
    """The earliest instant at which something becomes due, and what it is of in Chinese: the step's name, or the case.
    None while nothing can."""
    return min(_alarms(machine), default=None)


def next_instant(machine: CaseMachine) -> datetime | None:
    """The instant of :func:`next_alarm` alone."""
    alarm = next_alarm(machine)
    return alarm[0] if alarm else None


def _alarms(machine: CaseMachine) -> list[tuple[datetime, str]]:
    found = [(clock.next_alarm, "办件") for clock in machine.own_clocks()]
    if machine.status is CaseStatus.SUPPLEMENT:
        found.append((machine.supplements.waits_until, "补正"))
    for step in machine.steps.values():
        match step.state:
            case StepState.OPEN if step.clock:
                found.append((_ends_by_itself(step), step.plan.name))
                found.append((None if step.is_notice else step.clock.next_alarm, step.plan.name))
            case StepState.SUPPLEMENT:
                found.append((step.supplements.waits_until, f"{step.plan.name} 补正"))
            case StepState.STOPPED:
                waited_for = (stop.planned.ends_at for stop in step.stops.values() if not stop.overrun)
                found += [(ends_at, f"{step.plan.name} 特别程序") for ends_at in waited_for]
    return [(instant, name) for instant, name in found if instant is not None]


def tick(machine: CaseMachine, now: datetime) -> list[CaseEvent]:
    """Everything that became due by ``now``."""
    events: list[CaseEvent] = []
    if machine.status is CaseStatus.SUPPLEMENT and machine.supplements.is_over(now):
        return machine.close_unaccepted(
            CaseStatus.LAPSED, Outcome.LAPSED, EventKind.CASE_LAPSED, now, cause=Cause.NOT_SUPPLEMENTED
        )
    for clock in machine.own_clocks():
        events += _ring(machine, clock, now)
    for step in list(machine.steps.values()):
        match step.state:
            case StepState.OPEN:
                events += _tick_open(machine, step, now)
            case StepState.SUPPLEMENT:
                events += _tick_awaited(machine, step, now)
            case StepState.STOPPED:
                events += _tick_stopped(machine, step, now)
    return events


def _tick_open(machine: CaseMachine, step: Step, now: datetime) -> list[CaseEvent]:
    clock = step.clock
    if clock is None:
        return []
    ends_at = _ends_by_itself(step)
    ends = ends_at is not None and ends_at <= now
    events = []
    for alarm in [] if step.is_notice else clock.advance(now):
        # Nobody is told to hurry with what has just ended by itself, but what their silence came to.
        cause = Cause.TACIT_OPINION if ends and alarm.light is Light.RED else alarm.cause
        due = clock.due_with_trace
        events.append(machine.step_event(EventKind.STEP_LIGHT, now, step, light=alarm.light, cause=cause, due=due))
    if ends_at is not None and ends:
        cause = Cause.NOTICE_ENDED if step.is_notice else Cause.TACIT_OPINION
        machine.take_back(step, cause)
        events += machine.grant(step, machine.over_at(ends_at), now, cause=cause)
    return events


def _tick_awaited(machine: CaseMachine, step: Step, now: datetime) -> list[CaseEvent]:
    """The applicant let the time to supplement pass: the step ends with it, however late we notice, and the theme's
    policy says what becomes of the others."""
    until = step.supplements.until
    if until is None or not step.supplements.is_over(now):
        return []
    machine.take_back(step, Cause.NOT_SUPPLEMENTED)
    at = machine.over_at(until.ends_at)
    step.end(Trigger.LAPSE, at)
    event = machine.step_event(EventKind.STEP_LAPSED, at, step, cause=Cause.NOT_SUPPLEMENTED, due=None)
    return machine.end_negatively(step, event, now)


def _tick_stopped(machine: CaseMachine, step: Step, now: datetime) -> list[CaseEvent]:
    """A special procedure that takes longer than the applicant was told is told once."""
    events = []
    for procedure, stop in step.stops.items():
        if not stop.overrun and stop.planned.ends_at <= now:
            stop.overrun = True
            events.append(
                machine.step_event(
                    EventKind.STEP_LIGHT,
                    now,
                    step,
                    light=Light.YELLOW,
                    cause=Cause.STOP_OVERRUN,
                    procedure=procedure,
                    until=stop.planned.day,
                    trace=stop.planned.trace,
                )
            )
    return events


def _ends_by_itself(step: Step) -> datetime | None:
    """When an open step is granted without an act: a public notice by its days, an opinion by silence (缺席默认)."""
    if step.clock is None:
        return None
    if step.is_notice:
        return step.clock.dates.promised.ends_at if step.clock.dates else None
    return step.clock.last_instant if step.is_tacit else None


def _ring(machine: CaseMachine, clock: RunningClock, now: datetime) -> list[CaseEvent]:
    events: list[CaseEvent] = []
    for alarm in clock.advance(now):
        due = clock.due_with_trace
        if clock is machine.acceptance_clock and clock.is_over(now):
            # L-ACCEPT-5: silence has accepted, and supervision is told.
            told = machine.event(EventKind.CASE_LIGHT, now, light=Light.RED, due=due, cause=Cause.DEEMED)
            return [*events, told, *machine.accept(now, cause=Cause.DEEMED)]
        delivery = clock is not machine.acceptance_clock and clock is not machine.case_clock
        cause = Cause.DELIVERY if delivery else alarm.cause
        events.append(machine.event(EventKind.CASE_LIGHT, now, light=alarm.light, due=due, cause=cause))
    return events


# -- a new calendar -------------------------------------------------------------------------------------------------


def check_recalendar(machine: CaseMachine, calendar: CalendarSnapshot) -> None:
    """Raises ActRefused when the case has ended, or its clocks began before the calendar does."""
    if machine.closed:
        raise ActRefused(Refusal.CASE_CLOSED, Rule.WD)
    if calendar.first_year > local_date(machine.received_at).year:
        raise ActRefused(Refusal.OLD_CALENDAR, Rule.WD)


def recalendar(machine: CaseMachine, calendar: CalendarSnapshot, now: datetime) -> list[CaseEvent]:
    """Every clock that runs is dated anew (clocks.md, Counting 6); an event for each date that moves.

    The last day to hand in a supplement stays: the applicant has it in writing.
    """
    check_recalendar(machine, calendar)
    machine.calendar = calendar
    machine.shipments.calendar = calendar
    events: list[CaseEvent] = []
    for clock in machine.own_clocks():
        was = clock.due
        if clock.redate(calendar, now):
            delivery = clock is not machine.acceptance_clock and clock is not machine.case_clock
            events.append(
                machine.event(
                    EventKind.CASE_REDATED,
                    now,
                    due=clock.due_with_trace,
                    was=was,
                    clock=clock.facts,
                    cause=Cause.DELIVERY if delivery else Cause.CALENDAR,
                )
            )
    for step in machine.steps.values():
        if step.with_department and step.clock is not None:
            was = step.clock.due
            if step.clock.redate(calendar, now):
                events.append(
                    machine.step_event(
                        EventKind.STEP_REDATED,
                        now,
                        step,
                        due=step.clock.due_with_trace,
                        was=was,
                        clock=step.clock.facts,
                        cause=Cause.CALENDAR,
                    )
                )
    return events
