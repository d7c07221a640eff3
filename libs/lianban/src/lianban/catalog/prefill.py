"""高频字段免填写, 高频证照免提交: what registries and the e-licence library can be asked, of whom, and the consent.

What belongs to nobody in particular is asked of the applicant. Each question names the matters it is for: data is
asked for a purpose, and for no other (个人信息保护法 art. 6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import groupby

from pydantic import BaseModel, ConfigDict

from lianban.catalog.form import FormField, FormSpec
from lianban.catalog.index import ThemeIndex
from lianban.catalog.materials import MaterialRequirement
from lianban.catalog.models import Subject
from lianban.catalog.plan import Plan


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class RegistryQuery(_Part):
    """What one registry is asked of one subject: codes of elements. ``matters``: codes of those that need them."""

    subject: str
    registry: str
    registry_name: str
    elements: tuple[str, ...]
    names: tuple[str, ...]
    matters: tuple[str, ...]


class LicenceQuery(_Part):
    """A licence of one subject, fetched once for all ``materials`` it serves as."""

    subject: str
    licence: str
    licence_name: str
    issuer: str
    materials: tuple[str, ...]
    names: tuple[str, ...]
    matters: tuple[str, ...]


class ConsentText(_Part):
    """What the holder agrees to. ``version`` is made of the text, so nobody agrees to a text he has not seen."""

    version: str
    text: str


class Prefill(_Part):
    """``subjects``: those anything can be asked of, in the form's order."""

    subjects: tuple[Subject, ...]
    registries: tuple[RegistryQuery, ...]
    licences: tuple[LicenceQuery, ...]
    consent: ConsentText


def build_prefill(index: ThemeIndex, plan: Plan, form: FormSpec, materials: Iterable[MaterialRequirement]) -> Prefill:
    """Everything that can be asked for this plan's form and materials."""
    matters = {step.code: step.matter for step in plan.steps}
    fields = [field for field in form.fields if field.prefillable]
    papers = [item for item in materials if item.fetchable]
    named = dict.fromkeys([field.element.subject for field in fields] + [item.subject for item in papers])
    subjects = tuple(index.subjects[code] for code in named if code)
    registries = tuple(
        RegistryQuery(
            subject=subject.code,
            registry=registry,
            registry_name=index.registries[registry].name,
            elements=tuple(field.code for field in asked),
            names=tuple(field.element.name for field in asked),
            matters=_matters(matters, (step for field in asked for step in field.needed_by)),
        )
        for subject in subjects
        for registry, asked in _by_registry([field for field in fields if field.element.subject == subject.code])
    )
    licences = tuple(
        LicenceQuery(
            subject=subject.code,
            licence=licence,
            licence_name=index.licences[licence].name,
            issuer=index.licences[licence].issuer,
            materials=tuple(item.material for item in served),
            names=tuple(item.name for item in served),
            matters=_matters(matters, (step for item in served for step in item.needed_by)),
        )
        for subject in subjects
        for licence, served in _by_licence([item for item in papers if item.subject == subject.code])
    )
    return Prefill(
        subjects=subjects,
        registries=registries,
        licences=licences,
        consent=_consent(plan, subjects, registries, licences),
    )


def _by_registry(fields: list[FormField]) -> list[tuple[str, list[FormField]]]:
    ordered = sorted(fields, key=lambda field: field.element.registry or "")
    return [(code, list(group)) for code, group in groupby(ordered, key=lambda field: field.element.registry or "")]


def _by_licence(papers: list[MaterialRequirement]) -> list[tuple[str, list[MaterialRequirement]]]:
    ordered = sorted(papers, key=lambda item: item.elicence or "")
    return [(code, list(group)) for code, group in groupby(ordered, key=lambda item: item.elicence or "")]


def _matters(matters: dict[str, str], steps: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(matters[step] for step in steps))


def _consent(
    plan: Plan, subjects: Iterable[Subject], registries: Iterable[RegistryQuery], licences: Iterable[LicenceQuery]
) -> ConsentText:
    """个人信息保护法 art. 17: who asks, what for, what, of whom, and that one may decline."""
    lines = [f"为办理“{plan.theme_name.replace('“', '').replace('”', '')}”，同意本平台就本人（本单位）查询和调取："]
    for subject in subjects:
        asked = [
            f"向{query.registry_name}查询{'、'.join(query.names)}"
            for query in registries
            if query.subject == subject.code
        ]
        asked += [f"从电子证照库调取{query.licence_name}" for query in licences if query.subject == subject.code]
        lines.append(f"{subject.name}：{'；'.join(asked)}。")
    steps = "、".join(dict.fromkeys(step.name for step in plan.steps))
    lines.append(f"所得信息和证照仅用于本次申请的下列事项，查询留有记录：{steps}。")
    lines.append("不同意，或者查询、调取不到的，可以自行填写、上传，不影响办理。")
    text = "\n".join(lines)
    return ConsentText(version=f"{plan.theme}-{hashlib.sha256(text.encode()).hexdigest()[:16]}", text=text)
