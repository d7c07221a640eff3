"""The case's record an official document is written from: all of it fixed once the document's event is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from lianban.catalog.plan import Plan, PlanStep
from lianban.catalog.terms import DeliveryMode
from lianban.contracts.documents import ActDocument, MissingItem
from lianban.contracts.events import CaseEvent
from lianban_intake.dossiers.cut import DossierCut
from lianban_intake.official_documents.kinds import DocumentKind


@dataclass(frozen=True)
class CaseRecord:
    """``events``: those before ``event`` that are recorded, in order. ``act``: the department's own statement."""

    case_no: str
    kind: DocumentKind
    number: str
    dated: date
    applicant: str = field(repr=False)
    received_at: datetime
    delivery_mode: DeliveryMode
    plan: Plan
    cut: DossierCut
    event: CaseEvent
    events: tuple[CaseEvent, ...]
    act: ActDocument = field(repr=False)

    @property
    def step(self) -> PlanStep | None:
        """None where the document is about the case as a whole."""
        return next((step for step in self.plan.steps if step.code == self.event.step), None)

    @property
    def issuer(self) -> str:
        return self.step.department_name if self.step else self.plan.lead_department_name

    @property
    def basis(self) -> tuple[str, ...]:
        """设定依据 of the step's matter."""
        return self.cut.basis.get(self.step.code, ()) if self.step else ()

    def name_of(self, item: MissingItem) -> str:
        """Name of the material or of the element of the form; empty for what the catalogue did not know then."""
        if item.material is not None and item.material in self.cut.materials:
            return self.cut.materials[item.material].name
        if item.element is not None and item.element in self.cut.elements:
            return f"申请表“{self.cut.elements[item.element].name}”"
        return ""
