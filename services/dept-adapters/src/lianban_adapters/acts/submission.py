"""An act that has passed validation, from whichever side it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct
from lianban.contracts.names import CASE_STEP
from lianban.contracts.status import ActKind, ActorKind, Decision, Role
from lianban.platform.crypto import Keyring
from lianban.platform.problems import FieldError
from lianban_adapters.acts.capacity import unproven
from lianban_adapters.acts.documents import Prepared, fingerprint, prepare
from lianban_adapters.acts.schemas import CallbackAct, InboxAct, WrittenAct
from lianban_adapters.acts.tables import Act


@dataclass(frozen=True)
class Submission:
    """``holder``: the officer who must hold the task in the inbox; none for a callback, and for whoever approves.
    ``unproven``: the capacity it is approved in, where what came with it does not prove that."""

    department: str
    act_id: str
    task_id: str
    kind: ActKind
    actor: ActorKind
    occurred_at: datetime
    decision: Decision | None
    officer: str | None
    prepared: Prepared
    fingerprint: str
    holder: str | None = None
    role: Role | None = None
    procedure: SpecialProcedureKind | None = None
    days: int | None = None
    overrides: Rule | None = None
    unproven: tuple[FieldError, ...] = ()

    @property
    def is_automatic_denial(self) -> bool:
        """L-REFUSE: a system may not refuse, nor send away; a person has to look at it."""
        denies = self.decision is Decision.REFUSED or self.kind is ActKind.NOT_ACCEPT
        return denies and self.actor is ActorKind.SYSTEM

    @property
    def case_no(self) -> str:
        return self.task_id.rpartition(":")[0]

    @property
    def step(self) -> str:
        return self.task_id.rpartition(":")[2]

    @property
    def is_on_case(self) -> bool:
        """An act on the whole case, which is nobody's task."""
        return self.step == CASE_STEP


def of_system(department: str, act: CallbackAct, keyring: Keyring) -> Submission:
    """An act a department's system has sent."""
    prepared = prepare(act)
    return Submission(
        department=department,
        act_id=act.act_id,
        task_id=act.task_id,
        kind=act.kind,
        actor=act.actor,
        occurred_at=act.occurred_at,
        decision=act.decision,
        officer=act.officer,
        prepared=prepared,
        fingerprint=fingerprint(keyring, act.task_id, act, prepared),
        unproven=tuple(unproven({"kind": act.kind, "role": act.role, "task_id": act.task_id})),
        **_content(act),
    )


def of_officer(
    department: str, task_id: str, act_id: str, officer: str, act: InboxAct, now: datetime, keyring: Keyring
) -> Submission:
    """An act of the officer who holds the task in the inbox, or of whoever approves what an officer may not."""
    prepared = prepare(act)
    return Submission(
        department=department,
        act_id=act_id,
        task_id=task_id,
        kind=act.kind,
        actor=ActorKind.HUMAN,
        occurred_at=act.occurred_at or now,
        decision=act.decision,
        officer=officer,
        prepared=prepared,
        fingerprint=fingerprint(keyring, task_id, act, prepared),
        holder=officer if act.role in (None, Role.OFFICER) else None,
        **_content(act),
    )


def _content(act: WrittenAct) -> dict[str, Any]:
    return {name: getattr(act, name) for name in ("role", "procedure", "days", "overrides")}


def update_id(department: str, act_id: str) -> str:
    """Of the act's Update. Act ids are the departments' own: two may use the same, and as text of outsiders they do
    not belong where everybody who operates the platform reads them."""
    return hashlib.sha256(f"{department}:{act_id}".encode()).hexdigest()[:32]


def department_act(act: Act, waited: float) -> DepartmentAct:
    """As the case gets it. ``waited``: seconds it lay here before its case was asked."""
    return DepartmentAct(
        act_id=update_id(act.department, act.act_id),
        step=act.step,
        department=act.department,
        kind=ActKind(act.kind),
        actor=ActorKind(act.actor),
        occurred_at=act.occurred_at,
        decision=Decision(act.decision) if act.decision else None,
        officer=act.officer,
        document=act.document,
        role=Role(act.role) if act.role else None,
        procedure=SpecialProcedureKind(act.procedure) if act.procedure else None,
        days=act.days,
        overrides=Rule(act.overrides) if act.overrides else None,
        waited=waited,
    )
