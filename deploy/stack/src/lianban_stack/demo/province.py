"""What the province was told of a case (办件归集), held against what the portal shows of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from lianban.contracts.status import EventKind
from lianban_stack.demo.scenes import CaseRun, Json

_PATIENCE: Final = 30
"""Seconds the feed may take after the case's last event."""

_LIGHTS: Final = (EventKind.CASE_LIGHT, EventKind.STEP_LIGHT)


class Province:
    """``url``: of its staging tables."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, hide_parameters=True)

    async def aclose(self) -> None:
        await self._engine.dispose()

    async def check(self, run: CaseRun, events: list[Json]) -> None:
        """Every event but lights is there by its name, in order; acceptance, procedures, results and materials too."""
        expected = [event["kind_zh"] for event in events if event["kind"] not in _LIGHTS]
        for _ in range(_PATIENCE * 2):
            told = [row.event_name for row in await self._rows("process", run.case_no)]
            if len(told) >= len(expected):
                break
            await asyncio.sleep(0.5)
        if told != expected:
            run.faults.append(f"省前置库的过程信息不符：应为 {expected}，实为 {told}")
        kinds = Counter(event["kind"] for event in events)
        wanted = {
            "accept": kinds[EventKind.CASE_ACCEPTED],
            "special_procedure": kinds[EventKind.STEP_STOPPED],
        }
        for table, number in wanted.items():
            if (found := len(await self._rows(table, run.case_no))) != number:
                run.faults.append(f"省前置库的 {table} 应有 {number} 条，实为 {found} 条")
        decided = {row.process_code for row in await self._rows("result", run.case_no)}
        missing = {step["code"] for step in run.steps} - decided
        run.faults.extend(f"省前置库没有 {code} 的结果" for code in sorted(missing))
        if not await self._rows("material", run.case_no):
            run.faults.append("省前置库没有材料信息")

    async def _rows(self, table: str, case_no: str) -> list[Any]:
        query = text(f"SELECT * FROM up_pro_{table} WHERE project_no = :case_no AND cd_operation <> 'D' ORDER BY seq")
        async with self._engine.connect() as connection:
            return list((await connection.execute(query, {"case_no": case_no})).all())
