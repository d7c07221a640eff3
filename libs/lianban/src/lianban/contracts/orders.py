"""Orders: inputs and receipts of the activities that services carry out for a case. ``key`` makes each idempotent."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from lianban.catalog.plan import PlanResult
from lianban.catalog.terms import DeliveryMode, SpecialProcedureKind, StepKind
from lianban.clock.limits import Light
from lianban.contracts.base import Contract
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.status import Cause, DeliveryState, MessageKind, Outcome


class TaskOrder(Contract):
    """A department gets a step, or (step ``acceptance``) the case to accept. Input of ``submit_task``."""

    key: str
    case_no: str
    step: str
    step_name: str
    kind: StepKind
    matter: str
    department: str
    theme: str
    theme_name: str
    division: str
    received_at: datetime
    results: tuple[PlanResult, ...] = Field(default=(), description="what the step yields when granted")
    documents: dict[str, str] = Field(
        default={}, description="digests of the acts' documents of the steps before it: what they issued belongs to it"
    )
    due: Due | None = None
    events: tuple[CaseEvent, ...] = ()


class TaskOrders(Contract):
    """Input of ``submit_tasks``: all tasks that one turn of a case opens. No output."""

    tasks: tuple[TaskOrder, ...]


class TaskReceipt(Contract):
    """Output of ``submit_task``. What the department answered at once comes as an Update, like any other act."""

    channel: str


class TaskWithdrawal(Contract):
    """Input of ``withdraw_task``: what is not decided is taken back. No output.

    ``events`` are those of the task's order, which may never have been carried out.
    """

    key: str
    case_no: str
    step: str
    department: str
    cause: Cause
    events: tuple[CaseEvent, ...] = ()


class TaskSupplement(Contract):
    """Input of ``supplement_task``: what the department missed has come, and its time counts anew. No output."""

    key: str
    case_no: str
    step: str
    department: str
    received_at: datetime
    due: Due | None = None
    events: tuple[CaseEvent, ...] = ()


class MessageOrder(Contract):
    """Input of ``send_message``. Recipients are looked up where the message is sent. No output."""

    key: str
    case_no: str
    kind: MessageKind
    theme_name: str
    department: str | None = None
    step_name: str | None = None
    light: Light | None = None
    cause: Cause | None = Field(default=None, description="of a light: which limit it is about")
    due: date | None = None
    legal_due: date | None = None
    outcome: Outcome | None = None
    about: int | None = Field(
        default=None, description="seq of the event it tells of: the official document of that event goes with it"
    )
    procedure: SpecialProcedureKind | None = None
    days: int | None = Field(default=None, description="working days: a stop's planned length, an extension's length")
    until: date | None = Field(default=None, description="last day: to hand in a supplement, of a stop as planned")
    events: tuple[CaseEvent, ...] = ()


class DeliverableResult(Contract):
    code: str
    name: str
    step: str


class DeliveryOrder(Contract):
    """Input of ``deliver_results``: tell the applicant what was decided and hand over the results."""

    key: str
    case_no: str
    theme_name: str
    mode: DeliveryMode
    outcome: Outcome | None = Field(description="none: a part shipped while other steps still run (art. 44)")
    results: tuple[DeliverableResult, ...]
    last: bool = Field(default=False, description="nothing else of this case is still on its way")
    shipment: int = Field(default=1, description="a case ships in parts when a result may not wait for the others")
    refusals: tuple[int, ...] = Field(
        default=(), description="seqs of the refusals among what was decided: their official documents are told of too"
    )
    due: Due | None = None
    events: tuple[CaseEvent, ...] = ()


class DeliveryReceipt(Contract):
    """Output of ``deliver_results``. SIGNED ends the case; anything else waits for the Update ``delivery``."""

    state: DeliveryState
