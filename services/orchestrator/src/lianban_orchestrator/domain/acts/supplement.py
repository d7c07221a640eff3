"""补正: the applicant hands in everything that was asked for (L-SUPPLEMENT)."""

from __future__ import annotations

from datetime import datetime

from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal, Supplement
from lianban.contracts.events import CaseEvent
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import CLOSED, CaseStatus, EventKind, StepState
from lianban_orchestrator.domain.acts.acceptance import counted_anew
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused
from lianban_orchestrator.domain.transitions import Trigger


def check(machine: CaseMachine, handed_in: Supplement, now: datetime) -> None:
    at = machine.when(handed_in.waited, now)
    if machine.status in CLOSED:
        raise ActRefused(Refusal.CASE_CLOSED, Rule.SUPPLEMENT)
    if handed_in.step == ACCEPTANCE_STEP and not machine.accepts_on_filing:
        if machine.status is not CaseStatus.SUPPLEMENT:
            raise ActRefused(Refusal.NOT_REQUESTED, Rule.SUPPLEMENT)
        if machine.supplements.is_late(at):
            raise ActRefused(Refusal.SUPPLEMENT_OVER, Rule.SUPPLEMENT)
        return
    step = machine.steps.get(handed_in.step)
    if step is None:
        raise ActRefused(Refusal.UNKNOWN_STEP, Rule.SUPPLEMENT, handed_in.step)
    if step.state is not StepState.SUPPLEMENT:
        raise ActRefused(Refusal.NOT_REQUESTED, Rule.SUPPLEMENT)
    if step.supplements.is_late(at):
        raise ActRefused(Refusal.SUPPLEMENT_OVER, Rule.SUPPLEMENT)


def apply(machine: CaseMachine, handed_in: Supplement, now: datetime) -> list[CaseEvent]:
    """The day it arrives is the day of receipt, and the clock starts anew from there."""
    check(machine, handed_in, now)
    if handed_in.step == ACCEPTANCE_STEP and handed_in.step not in machine.steps:
        at = machine.when(handed_in.waited, now, machine.complete_at)
        machine.complete_at = at
        machine.status = CaseStatus.RECEIVED
        machine.supplements.arrived()
        clock = machine.acceptance_clock
        clock.move(counted_anew(clock.facts, at), now)
        kind = EventKind.CASE_SUPPLEMENT_RECEIVED
        return [machine.event(kind, at, act_id=handed_in.act_id, due=clock.due, clock=clock.facts)]
    step = machine.steps[handed_in.step]
    at = machine.when(handed_in.waited, now, step.pauses[-1].began)
    step.counted_from = at
    step.supplements.arrived()
    step.go_on(Trigger.SUPPLEMENT, at)
    was = step.clock.last_due if step.clock else None
    if step.clock is not None:
        step.clock.move(counted_anew(step.clock.facts, at), now)
    event = machine.step_event(
        EventKind.STEP_SUPPLEMENT_RECEIVED,
        at,
        step,
        act_id=handed_in.act_id,
        was=was,
        clock=step.clock.facts if step.clock else None,
    )
    return [event, *machine.case_clock_events(now)]
