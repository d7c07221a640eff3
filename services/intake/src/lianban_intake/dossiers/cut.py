"""How a case's data is cut into dossiers: what each step's department may see, as it stood when the case was filed.

Kept with the case, in codes and names only, so that a later catalogue changes nothing in a running case.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from lianban.catalog.compiler import Compilation, Dossier
from lianban.catalog.models import Catalog
from lianban.catalog.wording import basis_zh
from lianban.contracts.names import ACCEPTANCE_STEP


class Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class ElementName(Part):
    """``options``: value → label, where the element is a choice."""

    name: str
    options: dict[str, str] = {}


class Producer(Part):
    """A step whose result is a material that a later step needs."""

    step: str
    result: str


class MaterialName(Part):
    """``formats`` and ``elicence``: of what the applicant hands in; none where nothing was written down."""

    name: str
    produced_by: tuple[Producer, ...] = ()
    formats: tuple[str, ...] = ()
    elicence: str | None = None


class DossierCut(Part):
    """``steps``: step code → codes of elements and materials; names stand once, beside. For the official documents:
    ``basis``: step code → 设定依据; ``drafted``: not every department had confirmed the catalogue."""

    elements: dict[str, ElementName]
    materials: dict[str, MaterialName]
    steps: dict[str, Dossier]
    basis: dict[str, tuple[str, ...]] = {}
    drafted: bool = False

    def of(self, step: str) -> Dossier | None:
        """What the step may see; None for a step the case does not have.

        Who accepts the case (受理) has to see whether it is complete, hence everything.
        """
        if step == ACCEPTANCE_STEP and step not in self.steps:
            return Dossier(elements=tuple(self.elements), materials=tuple(self.materials))
        return self.steps.get(step)


def cut_of(catalog: Catalog, compilation: Compilation) -> DossierCut:
    elements = {
        field.code: ElementName(
            name=field.element.name, options={option.value: option.label for option in field.element.options}
        )
        for field in compilation.form.fields
    }
    materials = {
        item.material: MaterialName(
            name=item.name,
            formats=item.formats,
            elicence=item.elicence,
            produced_by=tuple(
                Producer(step=step.code, result=result.code)
                for step in compilation.plan.steps
                if step.code in item.produced_by
                for result in catalog.matters[step.matter].results
                if result.material == item.material
            ),
        )
        for item in compilation.materials
    }
    return DossierCut(
        elements=elements,
        materials=materials,
        steps=compilation.dossiers,
        basis={step.code: basis_zh(catalog.matters[step.matter].basis) for step in compilation.plan.steps},
        drafted=compilation.notice.review_note is not None,
    )
