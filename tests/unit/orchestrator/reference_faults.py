"""Everything that speaks against an act by clocks.md, in no order: an act is possible when nothing does.

The product says the first thing it finds; it has to be one of these.
"""

from __future__ import annotations

from datetime import datetime

from reference_model import OPEN_STATES, Asked, ReferenceCase, RefStep, local, silent_since

from lianban.catalog.terms import AcceptanceMode, HandlingMode, SpecialProcedureKind, StepKind
from lianban.clock.limits import Unit
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct, Refusal
from lianban.contracts.names import ACCEPTANCE_STEP, CASE_STEP
from lianban.contracts.status import ActKind, ActorKind, CaseStatus, Decision, Role, StepState

Fault = tuple[Refusal, Rule]

RULES = {
    ActKind.ACCEPT: Rule.ACCEPT_5,
    ActKind.NOT_ACCEPT: Rule.ACCEPT_5,
    ActKind.REQUEST_SUPPLEMENT: Rule.ONCE,
    ActKind.OVERRIDE: Rule.ONCE,
    ActKind.STOP: Rule.STOP,
    ActKind.RESUME: Rule.STOP,
    ActKind.EXTEND: Rule.EXT_10,
    ActKind.DECIDE: Rule.DEC_20,
}
OF_ACCEPTANCE = (ActKind.ACCEPT, ActKind.NOT_ACCEPT, ActKind.REQUEST_SUPPLEMENT, ActKind.OVERRIDE)
NO_ACCEPTANCE = (StepKind.NOTICE, StepKind.BATCH)


def rule_of(act: DepartmentAct) -> Rule:
    if act.kind is ActKind.EXTEND and act.step == CASE_STEP:
        return Rule.EXT_15
    if act.kind is ActKind.DECIDE and act.decision is Decision.REFUSED:
        return Rule.REFUSE
    return RULES[act.kind]


def faults(case: ReferenceCase, act: DepartmentAct, now: datetime) -> set[Fault]:
    rule = rule_of(act)
    if case.status not in (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT, CaseStatus.IN_PROGRESS, CaseStatus.DELIVERING):
        return {(Refusal.CASE_CLOSED, rule)}
    if act.step == ACCEPTANCE_STEP and case.plan.acceptance is AcceptanceMode.LEAD:
        return _of_acceptance(case, act)
    if act.step == CASE_STEP:
        return _of_case(case, act, now)
    step = case.steps.get(act.step)
    if step is None:
        return {(Refusal.UNKNOWN_STEP, rule)}
    if step.state not in OPEN_STATES:
        return {(Refusal.STEP_NOT_OPEN, rule), *_foreign(act, step.plan.department)}
    found = {*_foreign(act, step.plan.department), *_of_step(case, step, act, now)}
    if step.state is StepState.SUPPLEMENT and act.kind is not ActKind.OVERRIDE:
        found.add((Refusal.SUPPLEMENT_AWAITED, Rule.SUPPLEMENT))
    needs_open = (ActKind.ACCEPT, ActKind.DECIDE, ActKind.NOT_ACCEPT, ActKind.REQUEST_SUPPLEMENT)
    if step.state is StepState.STOPPED and act.kind in needs_open:
        found.add((Refusal.STOPPED, Rule.STOP))
    return found


def supplement_faults(case: ReferenceCase, code: str) -> set[Fault]:
    if case.status not in (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT, CaseStatus.IN_PROGRESS, CaseStatus.DELIVERING):
        return {(Refusal.CASE_CLOSED, Rule.SUPPLEMENT), (Refusal.NOT_REQUESTED, Rule.SUPPLEMENT)}
    if code == ACCEPTANCE_STEP and case.plan.acceptance is AcceptanceMode.LEAD:
        asked = case.status is CaseStatus.SUPPLEMENT
    elif code in case.steps:
        asked = case.steps[code].state is StepState.SUPPLEMENT
    else:
        return {(Refusal.UNKNOWN_STEP, Rule.SUPPLEMENT)}
    return set() if asked else {(Refusal.NOT_REQUESTED, Rule.SUPPLEMENT)}


def withdrawal_faults(case: ReferenceCase) -> set[Fault]:
    if case.status is CaseStatus.DELIVERING:
        return {(Refusal.TOO_LATE, Rule.REMEDY)}
    ended = case.status not in (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT, CaseStatus.IN_PROGRESS)
    return {(Refusal.CASE_CLOSED, Rule.REMEDY)} if ended else set()


def _foreign(act: DepartmentAct, department: str) -> set[Fault]:
    return set() if act.department == department else {(Refusal.FOREIGN_STEP, rule_of(act))}


def _of_acceptance(case: ReferenceCase, act: DepartmentAct) -> set[Fault]:
    found = _foreign(act, case.plan.lead_department)
    if act.kind not in OF_ACCEPTANCE:
        return {*found, (Refusal.STEP_NOT_OPEN, rule_of(act))}
    if case.status is CaseStatus.SUPPLEMENT and act.kind is not ActKind.OVERRIDE:
        found.add((Refusal.SUPPLEMENT_AWAITED, Rule.SUPPLEMENT))
    elif case.status not in (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT):
        accepting = act.kind is ActKind.ACCEPT
        found.add((Refusal.ALREADY_ACCEPTED if accepting else Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5))
    if act.kind is not ActKind.ACCEPT:
        found |= _of_request(act, case.asked)
    if act.kind in (ActKind.NOT_ACCEPT, ActKind.REQUEST_SUPPLEMENT):
        found |= _past(act, case.received)
    return found


def _of_case(case: ReferenceCase, act: DepartmentAct, now: datetime) -> set[Fault]:
    found = _foreign(act, case.plan.lead_department)
    if act.kind is not ActKind.EXTEND or case.status is not CaseStatus.IN_PROGRESS:
        return {*found, (Refusal.STEP_NOT_OPEN, rule_of(act))}
    if case.plan.handling_mode is HandlingMode.SEPARATE or case.plan.limit.legal is None:
        found.add((Refusal.NOT_EXTENDABLE, Rule.EXT_15))
    found |= _of_extension(act, Role.GOVERNMENT_HEAD, 15, extended=case.extended) | _past(act, case.accepted)
    clock = case.count_case(local(now))
    assert clock is not None
    legal = clock.legal(case.worked)
    if legal is not None and case.case_counted_to(case.made_at(act, now, case.accepted)) > legal:
        found.add((Refusal.EXPIRED, Rule.EXT_15))
    return found


def _of_step(case: ReferenceCase, step: RefStep, act: DepartmentAct, now: datetime) -> set[Fault]:
    rule = rule_of(act)
    at = case.made_at(act, now, step.opened)
    found: set[Fault] = set()
    match act.kind:
        case ActKind.ACCEPT:
            if step.accepted:
                found.add((Refusal.ALREADY_ACCEPTED, rule))
        case ActKind.DECIDE:
            if act.decision is None:
                found.add((Refusal.DECISION_NEEDED, rule))
            if act.decision is Decision.REFUSED:
                found |= _person(act) | _document(act)
            if act.decision is Decision.GRANTED and step.plan.kind is StepKind.NOTICE:
                found.add((Refusal.TOO_EARLY, rule))
        case ActKind.NOT_ACCEPT | ActKind.REQUEST_SUPPLEMENT | ActKind.OVERRIDE:
            if step.plan.kind in NO_ACCEPTANCE:
                found.add((Refusal.NO_ACCEPTANCE, rule))
            over = step.accepted or at > silent_since(case, step)
            if over and step.state is not StepState.SUPPLEMENT:
                found.add((Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5))
            found |= _of_request(act, step.asked)
            if act.kind is not ActKind.OVERRIDE:
                found |= _past_day(act, step)
        case ActKind.STOP:
            found |= _of_stop(step, act)
            if step.clock is not None and case.counted_to(step, at) > step.clock.own(case.worked):
                found.add((Refusal.EXPIRED, rule))
        case ActKind.RESUME:
            if not act.procedure or not step.running(act.procedure):
                found.add((Refusal.NOT_STOPPED, rule))
            found |= _document(act)
        case ActKind.EXTEND:
            found |= _of_extension(act, Role.AGENCY_HEAD, 10, extended=step.extended) | _past_day(act, step)
            limit = step.plan.limit
            if step.plan.kind is StepKind.NOTICE or limit is None or limit.legal is None or limit.unit is Unit.INSTANT:
                found.add((Refusal.NOT_EXTENDABLE, rule))
            legal = step.clock.legal(case.worked) if step.clock else None
            if legal is not None and case.counted_to(step, at) > legal:
                found.add((Refusal.EXPIRED, rule))
    return found


def _of_request(act: DepartmentAct, asked: Asked) -> set[Fault]:
    found, used_up = _document(act), asked.times >= asked.allowed
    if act.kind is ActKind.NOT_ACCEPT:
        found |= _person(act)
        if asked.complete:
            found.add((Refusal.MUST_BE_ACCEPTED, Rule.SUPPLEMENT))
    if act.kind is ActKind.REQUEST_SUPPLEMENT and used_up:
        found.add((Refusal.ALREADY_REQUESTED, Rule.ONCE))
    if act.kind is ActKind.OVERRIDE:
        found |= _person(act)
        if act.role is not Role.SUPERVISOR:
            found.add((Refusal.WRONG_ROLE, Rule.ONCE))
        if act.overrides is not Rule.ONCE or not used_up:
            found.add((Refusal.NOT_OVERRIDABLE, Rule.ONCE))
    return found


def _of_stop(step: RefStep, act: DepartmentAct) -> set[Fault]:
    found = _person(act) | _document(act, Refusal.NOTICE_NEEDED) | _past_day(act, step)
    listed = {procedure.kind: procedure.longest.promised for procedure in step.plan.procedures}
    if step.plan.limit is None or step.plan.kind is StepKind.NOTICE:
        found.add((Refusal.NO_CLOCK, Rule.STOP))
    if act.procedure is None or (act.procedure is SpecialProcedureKind.OWN_LAW and act.procedure not in listed):
        found.add((Refusal.UNKNOWN_PROCEDURE, Rule.STOP))
    elif step.running(act.procedure):
        found.add((Refusal.ALREADY_STOPPED, Rule.STOP))
    if act.days is None or act.days < 1:
        found.add((Refusal.LENGTH_NEEDED, Rule.STOP))
    elif act.procedure in listed and act.days > listed[act.procedure]:  # the matter counts it in working days
        found.add((Refusal.TOO_LONG, Rule.STOP))
    return found


def _of_extension(act: DepartmentAct, head: Role, longest: int, *, extended: bool) -> set[Fault]:
    rule = rule_of(act)
    found = _person(act) | _document(act, Refusal.NOTICE_NEEDED)
    if act.role is not head:
        found.add((Refusal.WRONG_ROLE, rule))
    if extended:
        found.add((Refusal.ALREADY_EXTENDED, rule))
    if act.days is None or act.days < 1:
        found.add((Refusal.LENGTH_NEEDED, rule))
    elif act.days > longest:
        found.add((Refusal.TOO_LONG, rule))
    return found


def _person(act: DepartmentAct) -> set[Fault]:
    given = act.actor is ActorKind.HUMAN and act.officer
    return set() if given else {(Refusal.HUMAN_NEEDED, rule_of(act))}


def _document(act: DepartmentAct, refusal: Refusal = Refusal.DOCUMENT_NEEDED) -> set[Fault]:
    return set() if act.document else {(refusal, rule_of(act))}


def _past(act: DepartmentAct, since: datetime | None) -> set[Fault]:
    early = since is not None and local(act.occurred_at) < local(since)
    return {(Refusal.IN_PAST, rule_of(act))} if early else set()


def _past_day(act: DepartmentAct, step: RefStep) -> set[Fault]:
    return {(Refusal.IN_PAST, rule_of(act))} if local(act.occurred_at) < step.receipt else set()
