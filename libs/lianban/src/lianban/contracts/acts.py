"""Acts (办理动作): what departments, applicants and couriers do to a case, as inputs and outcomes of its Updates.

The Update id is ``act_id``: a repeated act gets the first one's outcome. A refused act fails with an
``ApplicationError`` whose type is one of :class:`Refusal` and whose message is Chinese and free of personal data.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import Field

from lianban.contracts.base import Contract
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import ActKind, ActorKind, CaseStatus, Decision, DeliveryState, StepState

WAITED: Final = "seconds the act lay with us before its case could be asked: our delay counts against nobody"


class Refusal(StrEnum):
    """Why an act is not possible: failure type of the Update and last part of the problem type."""

    UNKNOWN_STEP = "unknown-step"
    FOREIGN_STEP = "foreign-step"  # another department's
    STEP_NOT_OPEN = "step-not-open"  # not started yet, or already ended
    CASE_CLOSED = "case-closed"
    ALREADY_ACCEPTED = "already-accepted"
    HUMAN_NEEDED = "human-needed"  # L-REFUSE: an automatic adapter may never refuse
    DOCUMENT_NEEDED = "document-needed"  # L-REFUSE: reasons, basis and remedy in writing
    DECISION_NEEDED = "decision-needed"
    TOO_EARLY = "too-early"  # a public notice granted before its days are over
    TOO_LATE = "too-late"  # withdrawal after everything has been decided
    NO_DELIVERY = "no-delivery"


class DepartmentAct(Contract):
    """Input of the Update ``act``.

    ``document`` is the content hash of the act's document in the object store (reasons, results, files): it may
    hold personal data and therefore never travels through Temporal itself.
    """

    act_id: str
    step: str
    department: str
    kind: ActKind
    actor: ActorKind
    occurred_at: datetime
    decision: Decision | None = None
    officer: str | None = None
    document: str | None = None
    waited: float = Field(default=0.0, ge=0, description=WAITED)


class Withdrawal(Contract):
    """Input of the Update ``withdraw``: the applicant takes the application back."""

    act_id: str


class DeliveryAct(Contract):
    """Input of the Update ``delivery``: the parcel moved, or results were collected at the window."""

    act_id: str
    state: DeliveryState
    occurred_at: datetime
    shipment: int = 1
    collected: bool = Field(default=False, description="handed over at the window, by a clerk, not by the courier")
    waited: float = Field(default=0.0, ge=0, description=WAITED)


class ActOutcome(Contract):
    """Outcome of every Update. Whoever sent it relays ``events`` to the intake."""

    case_status: CaseStatus
    step_state: StepState | None = None
    closed: bool = False
    events: tuple[CaseEvent, ...] = ()
