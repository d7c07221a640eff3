"""From the case's state to the orders the services carry out. Every key is derived from the case."""

from __future__ import annotations

from typing import Final

from lianban.catalog.terms import StepKind
from lianban.clock.limits import Light
from lianban.contracts.case import CaseInput
from lianban.contracts.events import CaseEvent
from lianban.contracts.names import ACCEPTANCE_STEP, task_id
from lianban.contracts.orders import DeliveryOrder, MessageOrder, TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.contracts.status import Cause, EventKind, MessageKind, Outcome
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.shipments import Shipment
from lianban_orchestrator.domain.steps import Step


def task_order(case: CaseInput, step: Step, documents: dict[str, str], event: CaseEvent) -> TaskOrder:
    """The step goes to its department, together with the event that it has started."""
    plan = step.plan
    return TaskOrder(
        key=task_id(case.case_no, plan.code),
        case_no=case.case_no,
        step=plan.code,
        step_name=plan.name,
        kind=plan.kind,
        matter=plan.matter,
        department=plan.department,
        theme=case.plan.theme,
        theme_name=case.plan.theme_name,
        division=case.plan.division,
        received_at=event.at,
        results=plan.results,
        documents=documents,
        due=event.due,
        events=(event,),
    )


def acceptance_order(case: CaseInput, clock: RunningClock) -> TaskOrder:
    """The lead department's officer is asked to accept the application."""
    return TaskOrder(
        key=task_id(case.case_no, ACCEPTANCE_STEP),
        case_no=case.case_no,
        step=ACCEPTANCE_STEP,
        step_name="受理",
        kind=StepKind.DECIDE,
        matter=ACCEPTANCE_STEP,
        department=case.plan.lead_department,
        theme=case.plan.theme,
        theme_name=case.plan.theme_name,
        division=case.plan.division,
        received_at=case.received_at,
        due=clock.due,
    )


def withdrawal_order(
    case: CaseInput, step: str, department: str, cause: Cause, events: tuple[CaseEvent, ...]
) -> TaskWithdrawal:
    return TaskWithdrawal(
        key=f"{task_id(case.case_no, step)}:withdrawn",
        case_no=case.case_no,
        step=step,
        department=department,
        cause=cause,
        events=events,
    )


def supplement_order(case: CaseInput, machine: CaseMachine, event: CaseEvent, step: str) -> TaskSupplement:
    """What was missing has come: the department's time counts anew from ``event.at``."""
    known = machine.steps.get(step)
    return TaskSupplement(
        key=f"{task_id(case.case_no, step)}:supplement:{event.seq}",
        case_no=case.case_no,
        step=step,
        department=known.plan.department if known else case.plan.lead_department,
        received_at=event.at,
        due=event.due,
        events=(event,),
    )


def accepted_message(case: CaseInput, events: tuple[CaseEvent, ...]) -> MessageOrder:
    return _message(case, MessageKind.ACCEPTED, "accepted", events)


def withdrawn_message(case: CaseInput, events: tuple[CaseEvent, ...]) -> MessageOrder:
    """Carries the events once more: whoever asked for the withdrawal may be gone before the outcome reaches it."""
    return _message(case, MessageKind.WITHDRAWN, "withdrawn", events)


def finished_message(case: CaseInput, outcome: Outcome | None) -> MessageOrder:
    return _message(case, MessageKind.FINISHED, "finished", ()).model_copy(update={"outcome": outcome})


def _message(case: CaseInput, kind: MessageKind, key: str, events: tuple[CaseEvent, ...]) -> MessageOrder:
    return MessageOrder(
        key=f"{case.case_no}:{key}", case_no=case.case_no, kind=kind, theme_name=case.plan.theme_name, events=events
    )


TOLD: Final = {
    EventKind.CASE_SUPPLEMENT_REQUESTED: MessageKind.SUPPLEMENT,
    EventKind.STEP_SUPPLEMENT_REQUESTED: MessageKind.SUPPLEMENT,
    EventKind.CASE_NOT_ACCEPTED: MessageKind.NOT_ACCEPTED,
    EventKind.STEP_NOT_ACCEPTED: MessageKind.NOT_ACCEPTED,
    EventKind.CASE_LAPSED: MessageKind.LAPSED,
    EventKind.STEP_LAPSED: MessageKind.LAPSED,
    EventKind.STEP_STOPPED: MessageKind.STOPPED,
    EventKind.STEP_RESUMED: MessageKind.RESUMED,
    EventKind.STEP_EXTENDED: MessageKind.EXTENDED,
    EventKind.CASE_EXTENDED: MessageKind.EXTENDED,
}
"""Events the applicant is told of in writing, each by a message of its own."""


def told_message(case: CaseInput, event: CaseEvent, step: Step | None) -> MessageOrder:
    return MessageOrder(
        key=f"{case.case_no}:told:{event.seq}",
        case_no=case.case_no,
        kind=TOLD[event.kind],
        theme_name=case.plan.theme_name,
        department=step.plan.department if step else case.plan.lead_department,
        step_name=step.plan.name if step else None,
        due=event.due.promised if event.due else None,
        legal_due=event.due.legal if event.due else None,
        about=event.seq,
        procedure=event.procedure,
        days=event.days,
        until=event.until,
    )


def light_message(case: CaseInput, event: CaseEvent, step: Step | None) -> MessageOrder:
    """To the officer responsible: the step's department, or the lead department for the case."""
    return MessageOrder(
        key=f"{case.case_no}:light:{event.seq}",
        case_no=case.case_no,
        kind=MessageKind.LIGHT,
        theme_name=case.plan.theme_name,
        department=step.plan.department if step else case.plan.lead_department,
        step_name=step.plan.name if step else None,
        light=Light(event.light),
        cause=event.cause,
        due=event.due.promised if event.due else None,
        legal_due=event.due.legal if event.due else None,
        procedure=event.procedure,
        until=event.until,
    )


def delivery_order(
    case: CaseInput, shipment: Shipment, outcome: Outcome | None, last: bool, event: CaseEvent
) -> DeliveryOrder:
    """``last``: nothing else of the case is still on its way."""
    return DeliveryOrder(
        key=f"{case.case_no}:delivery:{shipment.number}",
        case_no=case.case_no,
        theme_name=case.plan.theme_name,
        mode=shipment.mode,
        outcome=outcome if shipment.final or outcome is Outcome.WITHDRAWN else None,
        results=shipment.results,
        last=last,
        shipment=shipment.number,
        refusals=shipment.refusals,
        due=shipment.clock.due,
        events=(event,),
    )
