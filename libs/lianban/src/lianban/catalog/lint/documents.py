"""Documents that steps consume: each comes from the applicant, the e-licence library, or an earlier step."""

from __future__ import annotations

from collections.abc import Iterator

from lianban.catalog.faults import Finding
from lianban.catalog.lint.situations import Situation, Situations
from lianban.catalog.materials import producers
from lianban.catalog.terms import MaterialSource


def documents_available(situations: Situations) -> Iterator[Finding]:
    """What only the process makes is made before it is used; what a parallel step makes is waited for."""
    told: set[tuple[str, str]] = set()
    for situation in situations.distinct:
        for step, material, message, cure in _missing(situations, situation):
            if (step, material) not in told:
                told.add((step, material))
                position = [item.code for item in situations.index.steps].index(step)
                yield Finding("themes", situations.theme.code, ("steps", position), message, cure)


def _missing(situations: Situations, situation: Situation) -> Iterator[tuple[str, str, str, str]]:
    """(step, material, message, cure)."""
    for (step, material), makers in producers(situation.steps, situation.ancestors).items():
        entry = situations.index.materials[material]
        if makers:
            continue
        parallel = [code for code in _makers(situation, material) if _unordered(situation, step, code)]
        if parallel:
            message = f"环节 {step} 需要 {entry.name}，而产生它的环节 {'、'.join(parallel)} 并不在它之前"
            yield step, material, message, f"在 after 中写上 {parallel[0]}"
        elif entry.source is MaterialSource.PRODUCED and not entry.elicence:
            message = f"环节 {step} 需要 {entry.name}，但回答（{situation.shown()}）时没有前置环节产生它"
            yield step, material, message, "补上产生它的前置环节，或材料的 source 改为 applicant"


def _makers(situation: Situation, material: str) -> list[str]:
    return [
        code
        for code, step in situation.steps.items()
        if any(result.material == material for result in step.matter.results)
    ]


def _unordered(situation: Situation, one: str, other: str) -> bool:
    """Neither comes before the other, and they are two. (A step that renews a document consumes the old one.)"""
    return one != other and one not in situation.ancestors[other] and other not in situation.ancestors[one]
