"""Official documents: typeset when they are first asked for, kept by their content from then on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.catalog.plan import Plan
from lianban.catalog.terms import DeliveryMode
from lianban.contracts.events import CaseEvent
from lianban.platform.crypto import Keyring
from lianban.platform.objects import ObjectMissing, ObjectStore
from lianban.platform.problems import Problem
from lianban_intake.cases.results import ResultReader
from lianban_intake.cases.service import no_such_case
from lianban_intake.dossiers.cut import DossierCut
from lianban_intake.dossiers.repository import Access
from lianban_intake.official_documents import repository
from lianban_intake.official_documents.kinds import READ_PAST, TITLE_ZH, DocumentKind
from lianban_intake.official_documents.letters import write
from lianban_intake.official_documents.record import CaseRecord
from lianban_intake.official_documents.schemas import DocumentGiven, DocumentList, DocumentShown
from lianban_intake.official_documents.typeset import letter_pdf
from lianban_intake.sealed import Column, unseal
from lianban_intake.threads import MakingThreads

_WAITING: Final = 200
"""A document takes some 30 ms."""


@dataclass(frozen=True)
class OfficialPdf:
    """``name``: of the file."""

    name: str
    content: bytes


class OfficialDocuments:
    def __init__(self, direct: AsyncEngine, objects: ObjectStore, keyring: Keyring) -> None:
        self._direct = direct
        self._objects = objects
        self._keyring = keyring
        self._acts = ResultReader(direct, objects)
        self._threads = MakingThreads(_WAITING, "查看文书的人较多")

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    async def all_of(self, case_no: str, source: str | None) -> DocumentList:
        """Raises the problem 404 ``unknown-case``."""
        async with self._direct.connect() as connection:
            rows = await repository.all_of(connection, case_no, source)
        if not rows:
            raise no_such_case()
        return DocumentList(case_no=case_no, documents=tuple(_shown(case_no, row) for row in rows if row.number))

    async def given(self, access: Access, seq: int) -> DocumentGiven:
        """For whoever tells of it. Raises the problems of :func:`_checked`."""
        async with self._direct.connect() as connection:
            found = _checked(await repository.open_one(connection, access, seq))
        return DocumentGiven(**_named(found))

    async def pdf_for(self, access: Access, seq: int) -> OfficialPdf:
        """As :meth:`pdf`, for the platform's own services."""
        async with self._direct.connect() as connection:
            found = _checked(await repository.open_one(connection, access, seq))
        return await self._pdf(found)

    async def pdf(self, case_no: str, seq: int, source: str | None) -> OfficialPdf:
        """Raises the problems of :func:`_checked`, and 503 ``unavailable`` while something it tells of is missing."""
        async with self._direct.connect() as connection:
            found = _checked(await repository.find(connection, case_no, seq, source))
        return await self._pdf(found)

    async def _pdf(self, found: Row[Any]) -> OfficialPdf:
        digest = found.digest or await self._typeset(found)
        try:
            content = await self._objects.get(digest)
        except ObjectMissing:
            raise _not_now("文书文件暂时读取不到，请稍后再试。") from None
        return OfficialPdf(f"{TITLE_ZH[DocumentKind(found.kind)]}（{found.number}）.pdf", content)

    async def _typeset(self, found: Row[Any]) -> str:
        """No connection is held while files are read and pages are set."""
        record = await self._record(found)
        loop = asyncio.get_running_loop()
        content = await loop.run_in_executor(self._threads, lambda: letter_pdf(write(record), record.dated))
        digest = await self._objects.put(content)
        async with self._direct.connect() as connection:
            return await repository.keep(connection, found.case_no, found.seq, digest)

    async def _record(self, found: Row[Any]) -> CaseRecord:
        async with self._direct.connect() as connection:
            row = await repository.record_of(connection, found.case_no, found.seq)
        *before, event = [CaseEvent.model_validate(body) for body in row.events]
        kind = DocumentKind(found.kind)
        if kind in READ_PAST and len(before) != event.seq:
            raise _not_now("办件的前序记录尚未到齐，请稍后再试。")  # a case's events have no gaps, but may be late
        applicant = unseal(self._keyring, row.applicant, found.case_no, Column.APPLICANT)
        return CaseRecord(
            case_no=found.case_no,
            kind=kind,
            number=found.number,
            dated=found.dated,
            applicant=applicant["name"],
            received_at=row.received_at,
            delivery_mode=DeliveryMode(row.delivery_mode),
            plan=Plan.model_validate(row.plan),
            cut=DossierCut.model_validate(row.dossiers),
            event=event,
            events=tuple(before),
            act=await self._acts.document(event.document),
        )


def _checked(found: Row[Any] | None) -> Row[Any]:
    """The document, or the problem 404 ``unknown-case``, ``unknown-event`` (it may still be on its way here) or
    ``no-document`` (the event yields none)."""
    if found is None:
        raise no_such_case()
    if found.event is None:
        raise Problem(404, "unknown-event", "没有这份文书", "办件没有这项记录，或者记录尚未到达。")
    if found.seq is None:
        raise Problem(404, "no-document", "没有这份文书", "这项记录不产生文书。")
    return found


def _named(row: Row[Any]) -> dict[str, Any]:
    kind = DocumentKind(row.kind)
    return {"seq": row.seq, "kind": kind, "title": TITLE_ZH[kind], "number": row.number, "dated": row.dated}


def _shown(case_no: str, row: Row[Any]) -> DocumentShown:
    return DocumentShown(
        **_named(row),
        step=row.step,
        step_name=row.step_name,
        href=f"/v1/cases/{case_no}/documents/{row.seq}",
    )


def _not_now(detail: str) -> Problem:
    return Problem(503, "unavailable", "文书暂不可用", detail, headers={"Retry-After": "5"})
