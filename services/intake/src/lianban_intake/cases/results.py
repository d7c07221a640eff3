"""Results (办理结果), read from the documents of the departments' acts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.contracts.documents import ActDocument, ActResult
from lianban.contracts.status import STEP_STATE_ZH, StepState
from lianban.platform.objects import ObjectMissing, ObjectStore
from lianban.platform.problems import Problem
from lianban_intake.cases import repository
from lianban_intake.cases.schemas import DecisionShown, ResultFileShown, Results, ResultShown
from lianban_intake.cases.service import no_such_case


@dataclass(frozen=True)
class Download:
    content: bytes
    media_type: str
    name: str


class ResultReader:
    """The database first, then the store: no transaction is open while files are read."""

    def __init__(self, direct: AsyncEngine, objects: ObjectStore) -> None:
        self._direct = direct
        self._objects = objects

    async def all(self, case_no: str, source: str | None) -> Results:
        """Every decision so far, in plan order."""
        ended = [row for row in await self._rows(case_no, source) if row.step_decision is not None]
        documents = await asyncio.gather(*(self.document(row.step_document) for row in ended))
        decisions = tuple(_decision(row, document) for row, document in zip(ended, documents, strict=True))
        return Results(case_no=case_no, decisions=decisions)

    async def file(self, case_no: str, source: str | None, step: str, code: str) -> Download:
        """Raises the problem 404 ``unknown-result``."""
        for row in await self._rows(case_no, source):
            if row.step_code == step:
                for result in (await self.document(row.step_document)).results:
                    if result.code == code and result.file:
                        content = await self._objects.get(result.file.digest)
                        return Download(content, result.file.media_type, result.file.name)
        raise Problem(404, "unknown-result", "没有这个办理结果", "该环节没有这个结果文件，或尚未办结。")

    async def document(self, digest: str | None) -> ActDocument:
        """Empty where a department decided without one, as a registry does."""
        if digest is None:
            return ActDocument()
        try:
            return ActDocument.model_validate_json(await self._objects.get(digest))
        except ObjectMissing:
            raise Problem(
                503, "unavailable", "办理结果暂不可用", "请稍后再试。", headers={"Retry-After": "30"}
            ) from None

    async def _rows(self, case_no: str, source: str | None) -> list[Row[Any]]:
        async with self._direct.connect() as connection:
            rows = await repository.with_steps(connection, case_no, source)
        if not rows:
            raise no_such_case()
        return list(rows)


def _decision(row: Row[Any], document: ActDocument) -> DecisionShown:
    return DecisionShown(
        step=row.step_code,
        step_name=row.step_name,
        department_name=row.step_department_name,
        decision=row.step_decision,
        decision_zh=STEP_STATE_ZH[StepState(row.step_decision)],
        decided_at=row.step_ended_at,
        reason=document.reason,
        legal_basis=document.legal_basis,
        remedy=document.remedy,
        results=tuple(_result(row, result) for result in document.results),
    )


def _result(row: Row[Any], result: ActResult) -> ResultShown:
    file = result.file
    return ResultShown(
        **result.model_dump(exclude={"file"}),
        file=file
        and ResultFileShown(
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            href=f"/v1/applications/{row.case_no}/results/{row.step_code}/{result.code}",
        ),
    )
