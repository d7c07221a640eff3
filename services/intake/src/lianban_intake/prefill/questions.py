"""The questions of a request: to each registry one for each holder, and one for each licence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lianban.catalog.models import Subject
from lianban.catalog.prefill import LicenceQuery, Prefill, RegistryQuery
from lianban_intake.prefill.schemas import HolderGiven, NotFetched, Reason

Kind = Literal["registry", "licence"]

REASON_ZH = {
    Reason.NO_HOLDER: "没有列明{subject}，{cure}",
    Reason.NOT_CONNECTED: "{source}尚未接入，{cure}",
    Reason.UNAVAILABLE: "{source}暂时无法查询，可以稍后重试，或者{cure}",
    Reason.NOT_HELD: "{source}没有相应记录，{cure}",
    Reason.UNUSABLE: "{source}返回的内容不符合要求，未采用，{cure}",
}
_CURE = {"registry": "请自行填写", "licence": "请上传"}
_LIBRARY_ZH = "电子证照库"


@dataclass(frozen=True)
class Target:
    """An element to fill in or a material to fetch."""

    code: str
    name: str
    subject: Subject


@dataclass(frozen=True)
class Question:
    """``holder``: position in the request; None when nobody was named. ``source``: registry or licence type."""

    kind: Kind
    source: str
    source_name: str
    holder: int | None
    targets: tuple[Target, ...]
    matters: tuple[str, ...]

    def unanswered(self, target: Target, reason: Reason) -> NotFetched:
        where = self.source_name if self.kind == "registry" else _LIBRARY_ZH
        text = REASON_ZH[reason].format(subject=target.subject.name, source=where, cure=_CURE[self.kind])
        return NotFetched(
            kind="element" if self.kind == "registry" else "material",
            code=target.code,
            name=target.name,
            subject=target.subject.code,
            subject_name=target.subject.name,
            source_name=where,
            reason=reason,
            reason_zh=text,
            retry=reason is Reason.UNAVAILABLE,
        )


def questions(prefill: Prefill, holders: Sequence[HolderGiven]) -> list[Question]:
    """Whoever is several subjects is asked about once."""
    subjects = {subject.code: subject for subject in prefill.subjects}
    holder_of = {code: position for position, holder in enumerate(holders) for code in holder.subjects}
    found: dict[tuple[Kind, str, int | None], Question] = {}

    def add(kind: Kind, code: str, name: str, query: RegistryQuery | LicenceQuery, targets: Sequence[str]) -> None:
        position = holder_of.get(query.subject)
        subject = subjects[query.subject]
        asked = tuple(Target(target, shown, subject) for target, shown in zip(targets, query.names, strict=True))
        known = found.get((kind, code, position))
        found[kind, code, position] = Question(
            kind=kind,
            source=code,
            source_name=name,
            holder=position,
            targets=(*(known.targets if known else ()), *asked),
            matters=tuple(dict.fromkeys([*(known.matters if known else ()), *query.matters])),
        )

    for query in prefill.registries:
        add("registry", query.registry, query.registry_name, query, query.elements)
    for licence in prefill.licences:
        add("licence", licence.licence, licence.licence_name, licence, licence.materials)
    return list(found.values())
