"""``/v1/redatings``: which calendars have been brought to the open cases, and what dates they moved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from lianban.platform.auth import Principal, require
from lianban.platform.openapi import problems
from lianban_intake.dependencies import Connection
from lianban_intake.redating import report
from lianban_intake.redating.schemas import RunList, RunReport

router = APIRouter(prefix="/v1/redatings", tags=["期限重算"])

Operator = Annotated[Principal, Depends(require("operator", "supervisor"))]
Which = Annotated[
    str, Path(max_length=64, pattern=r"^([0-9]{1,9}|[0-9]{4}\.[0-9a-f]+)$", description="次序号，或日历版本")
]


@router.get("", summary="因新日历重算期限的各次", description="每次依据的日历、涉及的办件数和是否完成，最近的在前。")
async def list_runs(_caller: Operator, connection: Connection) -> RunList:
    return await report.all_runs(connection)


@router.get(
    "/{which}",
    summary="一次重算的结果",
    description="哪些办件的期限变了，从哪天改到哪天；没有重算成的写明原因。",
    responses=problems({404: "没有这次重算"}),
)
async def read_run(
    which: Which,
    _caller: Operator,
    connection: Connection,
    after: Annotated[str, Query(max_length=40, pattern=r"^[0-9A-Z]*$", description="从这个办件编号之后读起")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="至多列出多少办件")] = 100,
) -> RunReport:
    return await report.report(connection, which, after, limit)
