"""特别程序: hearing, tender, testing … stop the clock while they last, once the applicant is told (art. 45, L-STOP)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lianban.catalog.plan import PlanProcedure
from lianban.catalog.terms import SpecialProcedureKind
from lianban.catalog.wording import SPECIAL_PROCEDURE_ZH
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import Deadline, deadline, local_date
from lianban.clock.facts import Stop
from lianban.clock.limits import Unit
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct, Refusal
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import ActKind, EventKind, StepState
from lianban_orchestrator.domain.acts.common import (
    needs_document,
    needs_person,
    not_in_past,
    refused,
)
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.steps import OpenStop, Step
from lianban_orchestrator.domain.transitions import Trigger

_UNIT_ZH: Final = {Unit.WORKING_DAYS: "个工作日", Unit.NATURAL_DAYS: "日"}


def check(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> None:
    if step.state is StepState.SUPPLEMENT:
        raise refused(Refusal.SUPPLEMENT_AWAITED, act, Rule.SUPPLEMENT)
    if act.kind is ActKind.RESUME:
        if act.procedure is None or act.procedure not in step.stops:
            raise refused(Refusal.NOT_STOPPED, act)
        needs_document(act)
        return
    if step.is_notice or step.clock is None:
        raise refused(Refusal.NO_CLOCK, act)
    needs_person(act)
    listed = _listed(step, act.procedure)
    if act.procedure is None or (act.procedure is SpecialProcedureKind.OWN_LAW and listed is None):
        raise refused(Refusal.UNKNOWN_PROCEDURE, act)
    if act.procedure in step.stops:
        raise refused(Refusal.ALREADY_STOPPED, act)
    needs_document(act, Refusal.NOTICE_NEEDED)
    if act.days is None or act.days < 1:
        raise refused(Refusal.LENGTH_NEEDED, act)
    not_in_past(act, step.counted_from)
    at = machine.when(act.waited, now, step.started_at)
    if step.clock.is_over(at):
        raise refused(Refusal.EXPIRED, act)  # what is overdue is decided, not put aside
    if listed is not None:
        longest = listed.longest
        if _planned(machine.calendar, at, act.days).day > machine.last_day(longest, at).day:
            raise refused(Refusal.TOO_LONG, act, longest=f"{longest.promised} {_UNIT_ZH[longest.unit]}")


def stop(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    assert step.clock is not None
    assert act.procedure is not None
    assert act.days is not None
    at = machine.when(act.waited, now, step.started_at)
    planned = _planned(machine.calendar, at, act.days)
    was = step.clock.last_due
    begun = Stop(began=local_date(at), reason=f"特别程序：{SPECIAL_PROCEDURE_ZH[act.procedure]}", planned=planned.day)
    step.stops[act.procedure] = OpenStop(begun, step.pause(Trigger.STOP, at), planned)
    step.accepted = True  # who stops the clock of the decision has accepted
    step.clock.move(step.clock.facts.model_copy(update={"stops": (*step.clock.facts.stops, begun)}), now)
    event = machine.step_event(
        EventKind.STEP_STOPPED, at, step, act, until=planned.day, was=was, clock=step.clock.facts
    )
    return [event, *machine.case_clock_events(now)]


def resume(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    """The procedure has ended; the clock goes on when no other still runs."""
    assert step.clock is not None
    assert act.procedure is not None
    at = machine.when(act.waited, now, step.started_at)
    under_way = step.stops.pop(act.procedure)
    under_way.pause.end(at)
    begun = under_way.stop
    ended = begun.until(local_date(at))
    stops = tuple(ended if each == begun else each for each in step.clock.facts.stops)
    was = step.clock.last_due
    if not step.stops:
        step.go_on(Trigger.RESUME, at)
    step.clock.move(step.clock.facts.model_copy(update={"stops": stops}), now)
    event = machine.step_event(
        EventKind.STEP_RESUMED, at, step, act, due=step.clock.due_with_trace, was=was, clock=step.clock.facts
    )
    return [event, *machine.case_clock_events(now)]


def _listed(step: Step, kind: SpecialProcedureKind | None) -> PlanProcedure | None:
    return next((procedure for procedure in step.plan.procedures if procedure.kind is kind), None)


def _planned(calendar: CalendarSnapshot, at: datetime, days: int) -> Deadline:
    return deadline(calendar, local_date(at), days, Unit.WORKING_DAYS)
