"""一套材料: the one material list. Duplicates are merged; what an earlier step produces is not asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict

from lianban.catalog.index import SelectedStep, ThemeIndex
from lianban.catalog.models import MaterialUse
from lianban.catalog.terms import MaterialForm

_STRICTNESS: Final = (MaterialForm.ELECTRONIC, MaterialForm.COPY, MaterialForm.ORIGINAL)


class MaterialRequirement(BaseModel):
    """A material that the plan's steps need.

    ``needed_by``: steps for which the applicant hands it in; ``produced_by``: earlier steps of the plan that make it
    for the steps ``produced_for``. The applicant is asked for it only when ``needed_by`` is not empty (``asked``);
    ``required``, ``form`` and ``copies`` then speak of those steps alone.
    """

    model_config = ConfigDict(frozen=True)

    material: str
    name: str
    form: MaterialForm
    copies: int
    required: bool
    formats: tuple[str, ...]
    elicence: str | None = None
    subject: str | None = None
    description: str | None = None
    standards: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()
    produced_by: tuple[str, ...] = ()
    produced_for: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        return bool(self.needed_by)

    @property
    def fetchable(self) -> bool:
        """Whether the e-licence library may hold it, so that it need not be handed in (高频证照免提交)."""
        return self.asked and self.elicence is not None and self.subject is not None


def producers(
    steps: Mapping[str, SelectedStep], ancestors: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """(step, material) → the steps before it, in plan order, whose results are that material."""
    makers: dict[str, list[str]] = {}
    for code, step in steps.items():
        for result in step.matter.results:
            if result.material:
                makers.setdefault(result.material, []).append(code)
    return {
        (code, use.material): tuple(maker for maker in makers.get(use.material, ()) if maker in ancestors[code])
        for code, step in steps.items()
        for use in step.materials
    }


def merge_materials(
    index: ThemeIndex, steps: Mapping[str, SelectedStep], ancestors: Mapping[str, frozenset[str]]
) -> tuple[MaterialRequirement, ...]:
    """One requirement for each material of the plan, in plan order."""
    made = producers(steps, ancestors)
    uses: dict[str, list[tuple[str, MaterialUse]]] = {}
    for code, step in steps.items():
        for use in step.materials:
            uses.setdefault(use.material, []).append((code, use))
    return tuple(_merged(index, material, found, made) for material, found in uses.items())


def stricter(*forms: MaterialForm) -> MaterialForm:
    """The strictest of the forms."""
    return max(forms, key=_STRICTNESS.index)


def _merged(
    index: ThemeIndex,
    material: str,
    uses: list[tuple[str, MaterialUse]],
    made: Mapping[tuple[str, str], tuple[str, ...]],
) -> MaterialRequirement:
    entry = index.materials[material]
    from_applicant = [(code, use) for code, use in uses if not made[code, material]]
    counted = [use for _, use in from_applicant or uses]
    return MaterialRequirement(
        material=material,
        name=entry.name,
        form=stricter(entry.form, *(use.form for use in counted if use.form)),
        copies=max(use.copies for use in counted),
        required=any(use.required for use in counted),
        formats=entry.formats,
        elicence=entry.elicence,
        subject=entry.subject,
        description=entry.description,
        standards=tuple(dict.fromkeys(use.standard for use in counted if use.standard)),
        needed_by=tuple(dict.fromkeys(code for code, _ in from_applicant)),
        produced_by=tuple(dict.fromkeys(maker for code, _ in uses for maker in made[code, material])),
        produced_for=tuple(dict.fromkeys(code for code, _ in uses if made[code, material])),
    )
