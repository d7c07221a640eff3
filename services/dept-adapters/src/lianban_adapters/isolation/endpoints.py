"""The operators' API: how departments stand, and switching one to the inbox and back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from lianban.platform.auth import Principal, require
from lianban.platform.directory import Channel
from lianban.platform.openapi import problems
from lianban.platform.problems import Problem
from lianban_adapters.inbox.access import own_code
from lianban_adapters.isolation import repository, waiting
from lianban_adapters.isolation.schemas import DepartmentStatus, StatusList, Switch, Switched, Target, department_status
from lianban_adapters.services import Services, services

router = APIRouter(prefix="/v1/departments")

Operator = Annotated[Principal, Depends(require("operator", "supervisor"))]
Own = Annotated[Services, Depends(services)]


@router.get(
    "/status",
    summary="各部门的对接情况",
    description="对接方式、熔断、积压、下次开放时间，以及谁在何时切换到人工收件箱。",
)
async def list_status(_caller: Operator, own: Own) -> StatusList:
    return StatusList(departments=await _status(own, sorted(own.directory.departments)))


@router.put(
    "/{department}/channel",
    summary="切换到人工收件箱，或者切换回来",
    description="等待发送的任务转到人工收件箱；部门已经收到的，仍由其系统办理。重复切换结果相同；另写了原因的，记为一次新的切换。",
    responses=problems({404: "没有这个部门", 409: "该部门没有业务系统，无需切换"}),
)
async def switch_department(
    department: Annotated[str, Path(description="部门代码，见名录")], switch: Switch, caller: Operator, own: Own
) -> Switched:
    """Tasks that wait go to the inbox; those the department has stay with it. Doing it again changes nothing."""
    entry = own.directory.departments.get(department)
    if entry is None:
        known = "、".join(sorted(own.directory.departments))
        raise Problem(404, "unknown-department", "没有这个部门", f"部门代码不在名录中，名录中有 {known}。")
    if entry.channel == Channel.INBOX:
        raise Problem(409, "no-own-system", "该部门没有业务系统", "该部门的任务本来就在人工收件箱办理，无需切换。")
    moved = await own.gates.switch(department, switch.to is Target.INBOX, own_code(caller), switch.reason)
    [status] = await _status(own, [department])
    return Switched(**status.model_dump(), moved=moved)


async def _status(own: Services, departments: list[str]) -> list[DepartmentStatus]:
    async with own.database.connection() as connection:
        rows = await repository.all_rows(connection)
        backlogs = await waiting.backlogs(connection)
    return [
        department_status(
            own.directory.departments[code],
            own.gates.of(code),
            rows.get(code, {}),
            backlogs.get(code),
            own.courses.get(code),
        )
        for code in departments
    ]
