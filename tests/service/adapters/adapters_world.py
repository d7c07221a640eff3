"""A running service with everything around it, and what tests say to it."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx
from adapters_outside import DepartmentSystem, Intake
from adapters_small_case import CASE_QUEUE, SmallCase
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowHandle

from fixtures.cable import Cable
from lianban.catalog.plan import PlanResult
from lianban.catalog.terms import StepKind
from lianban.clock.facts import ClockFacts
from lianban.contracts import names
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.contracts.status import CaseStatus, Cause, EventKind, StepState
from lianban.platform.auth import Role, TokenAuthority
from lianban.platform.objects import ObjectStore
from lianban.platform.webhooks import sign

CERTIFIED_STEP = "certified"
"""Granting this step yields a licence on paper; granting any other may yield one on record."""

_cases = itertools.count(1)


@dataclass
class World:
    """``market`` has a system, ``health`` works in the inbox."""

    http: httpx.AsyncClient
    temporal: Client
    cable: Cable
    intake: Intake
    market: DepartmentSystem
    secrets: dict[str, str]
    authority: TokenAuthority
    store: ObjectStore
    engine: AsyncEngine

    async def start(self, *steps: str, department: str = "market", wait: bool = True) -> WorkflowHandle[Any, Any]:
        """A case with these steps at one department. ``wait``: until every task is acknowledged."""
        case_no = f"429006E1-{next(_cases)}-{uuid.uuid4().hex[:8]}"
        orders = [order(case_no, step, department, seq) for seq, step in enumerate(steps, 1)]
        handle = await self.temporal.start_workflow(
            names.CASE_WORKFLOW, args=[orders], id=case_no, task_queue=CASE_QUEUE
        )
        if wait:
            await self.until(lambda: self._acknowledged(handle, len(steps)))
        return handle

    async def _acknowledged(self, handle: WorkflowHandle[Any, Any], number: int) -> bool:
        if len(await handle.query(SmallCase.receipts)) < number:
            return False
        return all(row["state"] != "received" for row in await self.rows("tasks", handle.id))

    async def callback(
        self, act: dict[str, Any], department: str = "market", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Signed as the department signs, unless other headers are given."""
        body = to_json(act)
        if headers is None:
            headers = sign(self.secrets[department], act["act_id"], body)
        return await self.http.post(
            f"/v1/departments/{department}/acts", content=body, headers={"content-type": "application/json", **headers}
        )

    def bearer(self, subject: str, role: Role = "officer", department: str | None = "health") -> dict[str, str]:
        return self.bearer_as(subject, (role,), department)

    def bearer_as(self, subject: str, roles: tuple[Role, ...], department: str | None = "health") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.authority.issue(subject, roles, department)}"}

    async def until(self, true: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not await true():
            assert time.monotonic() < end, "did not come about"
            await asyncio.sleep(0.05)

    async def rows(self, table: str, case_no: str) -> list[dict[str, Any]]:
        query = text(f"SELECT * FROM adapters.{table} WHERE case_no = :case_no ORDER BY 1, 2")
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(query, {"case_no": case_no})).mappings()]

    async def recorded(self, case_no: str, number: int) -> list[CaseEvent]:
        """Events the intake has recorded of a case, once there are so many."""

        async def there() -> bool:
            return len(self.intake.events[case_no]) >= number

        await self.until(there)
        return self.intake.events[case_no]


def order(case_no: str, step: str, department: str, seq: int = 1) -> TaskOrder:
    now = datetime.now(UTC)
    due = Due(promised=date(2030, 1, seq), legal=date(2030, 2, seq), calendar_version="test")
    event = CaseEvent(
        seq=seq,
        at=now,
        kind=EventKind.STEP_STARTED,
        case_status=CaseStatus.IN_PROGRESS,
        step=step,
        department=department,
        due=due,
    )
    return TaskOrder(
        key=names.task_id(case_no, step),
        case_no=case_no,
        step=step,
        step_name=f"环节 {step}",
        kind=StepKind.DECIDE,
        matter="matter",
        department=department,
        theme="E1",
        theme_name="教育入学",
        division="429006",
        received_at=now,
        results=(PlanResult(code="licence", name="许可证", deliverable=step == CERTIFIED_STEP),),
        due=due,
        events=(event,),
    )


def withdrawal(case_no: str, step: str, department: str = "market") -> TaskWithdrawal:
    return TaskWithdrawal(
        key=f"{names.task_id(case_no, step)}:withdrawn",
        case_no=case_no,
        step=step,
        department=department,
        cause=Cause.APPLICANT_WITHDREW,
    )


def supplement(case_no: str, step: str, department: str = "market", seq: int = 200) -> TaskSupplement:
    """What the department missed has come: its time counts anew until 15 February 2030."""
    now, due = datetime.now(UTC), Due(promised=date(2030, 2, 15), legal=date(2030, 3, 15), calendar_version="test")
    event = CaseEvent(
        seq=seq,
        at=now,
        kind=EventKind.CASE_SUPPLEMENT_RECEIVED
        if step == names.ACCEPTANCE_STEP
        else EventKind.STEP_SUPPLEMENT_RECEIVED,
        case_status=CaseStatus.IN_PROGRESS,
        step=None if step == names.ACCEPTANCE_STEP else step,
        state=StepState.OPEN,
        due=due,
        act_id=f"supplement-{seq}",
        clock=ClockFacts(started=date(2030, 1, 20)),
    )
    return TaskSupplement(
        key=f"{names.task_id(case_no, step)}:supplement:{seq}",
        case_no=case_no,
        step=step,
        department=department,
        received_at=now,
        due=due,
        events=(event,),
    )


def decision(case_no: str, step: str, **changes: Any) -> dict[str, Any]:
    """A complete callback that grants the step."""
    act = {
        "act_id": f"act-{uuid.uuid4().hex}",
        "task_id": names.task_id(case_no, step),
        "kind": "decide",
        "actor": "human",
        "officer": "zhang",
        "occurred_at": datetime.now(UTC).isoformat(),
        "decision": "granted",
    }
    return {name: value for name, value in {**act, **changes}.items() if value is not ...}
