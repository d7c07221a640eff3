"""Acts (办理动作): what departments, applicants and couriers do to a case, as inputs and outcomes of its Updates.

The Update id is ``act_id``: a repeated act gets the first one's outcome. A refused act fails with an
``ApplicationError`` whose type is one of :class:`Refusal`, whose first detail is the rule it was refused by (an id of
:class:`~lianban.clock.rules.Rule`) and whose message is Chinese and free of personal data.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import Field

from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.rules import Rule
from lianban.contracts.base import Contract
from lianban.contracts.events import CaseEvent
from lianban.contracts.names import CASE_STEP
from lianban.contracts.status import ActKind, ActorKind, CaseStatus, Decision, DeliveryState, Role, StepState

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
    ALREADY_REQUESTED = "already-requested"  # L-ONCE: what is missing is told once
    ACCEPTANCE_OVER = "acceptance-over"  # accepted, by act or by silence: nothing can be found missing any more
    NOT_REQUESTED = "not-requested"  # a supplement nobody asked for
    SUPPLEMENT_OVER = "supplement-over"  # its last day is over
    SUPPLEMENT_AWAITED = "supplement-awaited"
    MUST_BE_ACCEPTED = "must-be-accepted"  # everything that was asked for has been handed in
    STOPPED = "stopped"  # only its resumption ends a special procedure
    NOT_STOPPED = "not-stopped"
    ALREADY_STOPPED = "already-stopped"  # by the same procedure
    UNKNOWN_PROCEDURE = "unknown-procedure"
    NOTICE_NEEDED = "notice-needed"  # the applicant has to be told in writing
    LENGTH_NEEDED = "length-needed"  # planned length of a stop, days of an extension
    TOO_LONG = "too-long"
    WRONG_ROLE = "wrong-role"
    ALREADY_EXTENDED = "already-extended"
    EXPIRED = "expired"  # an extension after the limit it extends
    NOT_EXTENDABLE = "not-extendable"
    NOT_OVERRIDABLE = "not-overridable"
    IN_PAST = "in-past"  # done before the step it is about had begun
    NO_ACCEPTANCE = "no-acceptance"  # a step that asks nothing of the applicant has nothing to find missing
    NO_CLOCK = "no-clock"  # a stop of what has no limit
    OLD_CALENDAR = "old-calendar"  # does not reach back to where the case's clocks began


_RULE: Final = {
    ActKind.ACCEPT: Rule.ACCEPT_5,
    ActKind.NOT_ACCEPT: Rule.ACCEPT_5,
    ActKind.REQUEST_SUPPLEMENT: Rule.ONCE,
    ActKind.STOP: Rule.STOP,
    ActKind.RESUME: Rule.STOP,
    ActKind.EXTEND: Rule.EXT_10,
    ActKind.OVERRIDE: Rule.ONCE,
    ActKind.DECIDE: Rule.DEC_20,
}


def rule_of(kind: ActKind, step: str, decision: Decision | None = None) -> Rule:
    """The rule an act is measured by where no narrower one refuses it."""
    if kind is ActKind.EXTEND and step == CASE_STEP:
        return Rule.EXT_15
    if kind is ActKind.DECIDE and decision is Decision.REFUSED:
        return Rule.REFUSE
    return _RULE[kind]


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
    role: Role | None = Field(default=None, description="of EXTEND and OVERRIDE: in what capacity it is approved")
    procedure: SpecialProcedureKind | None = Field(default=None, description="of STOP and RESUME")
    days: int | None = Field(default=None, description="working days: planned length of STOP, length of EXTEND")
    overrides: Rule | None = Field(default=None, description="of OVERRIDE: the rule an exception is made from")
    waited: float = Field(default=0.0, ge=0, description=WAITED)


class Withdrawal(Contract):
    """Input of the Update ``withdraw``: the applicant takes the application back."""

    act_id: str


class Supplement(Contract):
    """Input of the Update ``supplement``: the applicant has handed in everything that step asked for.

    ``step``: :data:`~lianban.contracts.names.ACCEPTANCE_STEP` while the case is not accepted.
    """

    act_id: str
    step: str
    waited: float = Field(default=0.0, ge=0, description=WAITED)


class Recalendar(Contract):
    """Input of the Update ``recalendar``: every clock that runs is dated anew by this calendar (clocks.md, Counting 6).

    ``act_id`` is derived from the calendar's version: publishing twice dates once.
    """

    act_id: str
    calendar: CalendarSnapshot


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
