"""Whether what a department asks for can be handed in: it must be something the step asks for at all. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lianban.clock.rules import Rule
from lianban.contracts.documents import ActDocument
from lianban.platform.problems import FieldError
from lianban_adapters.dossiers.models import Dossier

MISSING_PURPOSE: Final = "核对补正事项"


def missing_faults(dossier: Dossier, document: ActDocument) -> Iterator[FieldError]:
    """Codes that stand neither in the dossier nor among what the step may ask for."""
    materials = {*dossier.scope.materials, *(material.code for material in dossier.materials)}
    elements = {*dossier.scope.elements, *dossier.elements}
    for number, item in enumerate(document.missing):
        if item.material is not None and item.material not in materials:
            message = "本环节的卷宗中没有该代码的材料"
            yield FieldError(f"/missing/{number}/material", "unknown-material", message, rule=Rule.ONCE)
        if item.element is not None and item.element not in elements:
            message = "本环节的卷宗中没有该代码的表单项"
            yield FieldError(f"/missing/{number}/element", "unknown-element", message, rule=Rule.ONCE)
