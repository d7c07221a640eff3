"""Whether a supplement answers what was asked. Pure; finds every fault, and no message repeats what was filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lianban.catalog.form import FormSpec
from lianban.catalog.form_check import check_form
from lianban.contracts.documents import ActDocument
from lianban.platform.problems import FieldError, pointer
from lianban_intake.applications.validation import check_file
from lianban_intake.dossiers.cut import DossierCut
from lianban_intake.supplements.schemas import SupplementRequest

_NOT_ASKED: Final = "没有要求补正这一项，请删去"


@dataclass(frozen=True)
class Compiled:
    """What the case was compiled to when it was filed: a later catalogue changes nothing in it."""

    form: FormSpec
    cut: DossierCut

    def element(self, code: str) -> str:
        known = self.cut.elements.get(code)
        return known.name if known else code

    def material(self, code: str) -> str:
        known = self.cut.materials.get(code)
        return known.name if known else code


@dataclass(frozen=True)
class Wanted:
    """Elements and materials that were asked for, each with the notes on it. What the case's form and list of materials
    do not have cannot be handed in, so it is not waited for either."""

    elements: Mapping[str, str]
    materials: Mapping[str, str]

    @classmethod
    def of(cls, document: ActDocument, compiled: Compiled) -> Wanted:
        fields = {field.code for field in compiled.form.fields}
        elements: dict[str, list[str]] = {}
        materials: dict[str, list[str]] = {}
        for item in document.missing:
            if item.element in fields:
                elements.setdefault(item.element or "", []).append(item.note)
            if item.material in compiled.cut.materials:
                materials.setdefault(item.material or "", []).append(item.note)
        return cls(
            elements={code: "；".join(notes) for code, notes in elements.items()},
            materials={code: "；".join(notes) for code, notes in materials.items()},
        )


def check(
    request: SupplementRequest,
    wanted: Wanted,
    compiled: Compiled,
    values: Mapping[str, Any],
    uploaded: Mapping[str, str],
) -> list[FieldError]:
    """Every fault. ``values``: the form as it stands so far, which has to be right as a whole with the corrections;
    ``uploaded``: digest → media type of those of the request's files that have been uploaded."""
    return [
        *_form(request.form, wanted, compiled, values),
        *_materials(request.materials, wanted, compiled, uploaded),
    ]


def _form(
    given: Mapping[str, Any], wanted: Wanted, compiled: Compiled, values: Mapping[str, Any]
) -> Iterator[FieldError]:
    for code, note in wanted.elements.items():
        if code not in given:
            yield FieldError(pointer(["form", code]), "missing", f"请补正“{compiled.element(code)}”：{note}")
    for code in given:
        if code not in wanted.elements:
            yield FieldError(pointer(["form", code]), "not-asked", _NOT_ASKED)
    corrected = {**values, **{code: value for code, value in given.items() if code in wanted.elements}}
    for fault in check_form(compiled.form, corrected):
        yield FieldError(f"/form{fault.pointer}", fault.code, fault.message_zh)


def _materials(
    given: Mapping[str, tuple[str, ...]], wanted: Wanted, compiled: Compiled, uploaded: Mapping[str, str]
) -> Iterator[FieldError]:
    for code, note in wanted.materials.items():
        if not given.get(code):
            message = f"请补正“{compiled.material(code)}”：{note}"
            yield FieldError(pointer(["materials", code]), "missing", message)
    for code, digests in given.items():
        if code not in wanted.materials:
            yield FieldError(pointer(["materials", code]), "not-asked", _NOT_ASKED)
            continue
        known = compiled.cut.materials[code]
        for position, digest in enumerate(digests):
            yield from check_file(
                pointer(["materials", code, position]),
                known.name,
                known.formats,
                uploaded.get(digest),
                repeated=digest in digests[:position],
            )
