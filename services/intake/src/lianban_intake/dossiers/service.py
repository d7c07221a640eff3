"""Dossiers: a case's data cut to one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.contracts.documents import ActDocument
from lianban.platform.crypto import Keyring
from lianban.platform.objects import ObjectStore
from lianban.platform.problems import Problem
from lianban_intake.cases.results import ResultReader
from lianban_intake.cases.service import no_such_case
from lianban_intake.dossiers.cut import DossierCut, ElementName, MaterialName
from lianban_intake.dossiers.repository import Access, cut_of_compilation, open_case
from lianban_intake.dossiers.schemas import (
    ApplicantGiven,
    DeliveryGiven,
    DossierGiven,
    ElementGiven,
    MaterialGiven,
    RecipientGiven,
    ScopeGiven,
)
from lianban_intake.sealed import Column, unseal
from lianban_intake.supplements.carrier import Carrier
from lianban_intake.supplements.corrections import Corrections, corrected_form, corrected_materials
from lianban_intake.supplements.repository import applied, unsealed

_REMEMBERED: Final = 1024
_ASKING: Final = 2.0
"""Seconds for a case to say whether it has taken a supplement: one that has answers at once."""


class DossierReader:
    """One for the service: it remembers how compilations are cut, for thousands of cases share a handful."""

    def __init__(self, direct: AsyncEngine, objects: ObjectStore, keyring: Keyring, carrier: Carrier) -> None:
        self._cuts: dict[str, DossierCut] = {}
        self._direct = direct
        self._documents = ResultReader(direct, objects)
        self._keyring = keyring
        self._carrier = carrier

    async def dossier(self, access: Access, issued: Mapping[str, str]) -> DossierGiven:
        """Of ``access.step``. ``issued``: documents of earlier steps (step → digest) that the events may not have
        brought here yet. Raises the problems 404 ``unknown-case`` and ``unknown-step``."""
        row = await self._open(access)
        cut = self._cuts.get(row.compilation) or await self._cut(row.compilation)
        part = cut.of(access.step or "")
        if part is None:
            raise Problem(404, "unknown-step", "该办件没有这个环节")
        case_no = access.case_no
        corrections = await self._corrections(row, case_no)
        values = corrected_form(unseal(self._keyring, row.form, case_no, Column.FORM)["values"], corrections)
        handed_in: Iterable[Mapping[str, Any]] = ()
        if part.materials:
            filed = unseal(self._keyring, row.materials, case_no, Column.MATERIALS)
            handed_in = corrected_materials(filed, corrections)
        documents = {**(row.documents or {}), **issued}
        materials: list[MaterialGiven] = []
        for code in part.materials:
            name = cut.materials[code]
            materials += _handed_in(code, name, handed_in)
            materials += await self._produced(code, name, documents)
        return DossierGiven(
            case_no=case_no,
            step=access.step or "",
            elements={code: _element(cut.elements[code], values[code]) for code in part.elements if code in values},
            materials=tuple(materials),
            applicant=self._applicant(row.applicant, case_no),
            scope=ScopeGiven(elements=part.elements, materials=part.materials),
        )

    async def recipient(self, access: Access) -> RecipientGiven:
        """Raises the problem 404 ``unknown-case``."""
        row = await self._open(access)
        applicant = self._applicant(row.applicant, access.case_no)
        delivery = unseal(self._keyring, row.delivery, access.case_no, Column.DELIVERY)
        return RecipientGiven(
            name=applicant.name,
            mobile=applicant.mobile,
            email=applicant.email,
            delivery=DeliveryGiven(**_present(delivery, DeliveryGiven.model_fields)),
        )

    async def _cut(self, digest: str) -> DossierCut:
        async with self._direct.connect() as connection:
            cut = await cut_of_compilation(connection, digest)
        if len(self._cuts) >= _REMEMBERED:
            self._cuts.clear()
        self._cuts[digest] = cut
        return cut

    async def _corrections(self, row: Any, case_no: str) -> list[Corrections]:
        """A department that has been told of a supplement may ask before its answer has been written down here: so the
        case is asked first. While it cannot be, or refuses, the dossier is as it was."""
        if not row.awaiting:
            return unsealed(self._keyring, row.corrections or ())
        await self._carrier.carry_all_of(case_no, _ASKING)
        async with self._direct.connect() as connection:
            return await applied(connection, self._keyring, case_no)

    async def _open(self, access: Access) -> Any:
        async with self._direct.connect() as connection:
            row = await open_case(connection, access)
        if row is None:
            raise no_such_case()
        return row

    async def _produced(self, code: str, name: MaterialName, documents: Mapping[str, str]) -> list[MaterialGiven]:
        """What earlier steps of this case have issued: nobody has to hand it in again."""
        found = []
        for producer in name.produced_by:
            document: ActDocument = await self._documents.document(documents.get(producer.step))
            for result in document.results:
                if result.code == producer.result and (file := result.file):
                    found.append(
                        MaterialGiven(
                            code=code,
                            name=name.name,
                            digest=file.digest,
                            media_type=file.media_type,
                            file_name=file.name,
                        )
                    )
        return found

    def _applicant(self, sealed: bytes, case_no: str) -> ApplicantGiven:
        applicant = unseal(self._keyring, sealed, case_no, Column.APPLICANT)
        return ApplicantGiven(**_present(applicant, ApplicantGiven.model_fields))


def _handed_in(code: str, name: MaterialName, files: Iterable[Mapping[str, Any]]) -> list[MaterialGiven]:
    return [
        MaterialGiven(
            code=code,
            name=name.name,
            digest=file["digest"],
            media_type=file["media_type"],
            file_name=file["file_name"],
            licence=file.get("licence"),
        )
        for file in files
        if file["material"] == code
    ]


def _element(name: ElementName, value: Any) -> ElementGiven:
    text = ("是" if value else "否") if isinstance(value, bool) else name.options.get(value, str(value))
    return ElementGiven(name=name.name, value=value, text=text)


def _present(values: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The application has empty texts where nothing was filled in; here nothing is None."""
    return {field: values.get(field) or None for field in fields}
