"""How departments stand, as operators read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from lianban.platform.circuit import CircuitState
from lianban.platform.directory import DepartmentEntry
from lianban_adapters.channels.incoming.runner import Course
from lianban_adapters.channels.port import INBOX
from lianban_adapters.isolation.gate import GateKeeper
from lianban_adapters.isolation.waiting import Backlog

CIRCUIT_ZH: Final = {
    CircuitState.CLOSED: "正常",
    CircuitState.OPEN: "暂停发送",
    CircuitState.HALF_OPEN: "正在试探",
}


class Target(StrEnum):
    INBOX = "inbox"
    OWN = "own"


class Switch(BaseModel):
    """切换部门的办理方式。"""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    to: Target = Field(description="inbox：新任务进人工收件箱；own：恢复由部门系统接收")
    reason: str | None = Field(default=None, min_length=1, max_length=200, description="原因，不得含个人信息")


class FetchStatus(BaseModel):
    """从部门取办理动作的情况，答复本请求的进程所见。"""

    failures: int = Field(description="连续失败次数")
    last_failure_at: datetime | None
    last_failure: str | None
    last_success_at: datetime | None


class DepartmentStatus(BaseModel):
    """一个部门的对接情况。"""

    department: str
    name: str = Field(description="部门名称；名录没有写的为代码")
    channel: str = Field(description="名录所写的对接方式")
    in_use: str = Field(description="现在的对接方式；切换到人工收件箱的为 inbox")
    switched_at: datetime | None = Field(description="最近一次切换的时间")
    switched_by: str | None = Field(description="谁切换的")
    switch_reason: str | None = Field(description="为何切换")
    circuit: CircuitState
    circuit_zh: str
    next_attempt_at: datetime | None = Field(description="暂停发送的，何时试发一项")
    failures: int = Field(description="连续失败次数")
    last_failure_at: datetime | None
    last_failure: str | None
    last_success_at: datetime | None = Field(description="部门系统最近一次接收；至多晚几秒")
    last_rejection_at: datetime | None = Field(description="部门系统最近一次答复不接收；至多晚几秒")
    last_rejection: str | None = Field(description="为何没有接收；这样的任务已转入人工收件箱")
    rejections: int = Field(description="最近一次接收以来不接收的次数；至多晚几秒")
    backlog: int = Field(description="等待发送的任务数，含正在发送的")
    sending: int = Field(description="其中正在发送的")
    oldest_received_at: datetime | None = Field(description="其中最早的收件时间")
    fetching: FetchStatus | None = Field(description="由平台取办理动作的部门（轮询、前置库、文件）才有")
    open: bool = Field(description="现在是否在开放时间内")
    next_opening: datetime | None


class Switched(DepartmentStatus):
    """切换之后的对接情况。"""

    moved: int = Field(description="此次切换已转入人工收件箱的任务数；正在发送的未被接收时随后转入")


class StatusList(BaseModel):
    departments: list[DepartmentStatus]


def department_status(
    entry: DepartmentEntry, gate: GateKeeper, row: Mapping[str, Any], backlog: Backlog | None, course: Course | None
) -> DepartmentStatus:
    """``row``: of the table of gates; empty while there was no trouble."""
    free_at, openings = row.get("free_at"), row.get("openings", 0)
    state = CircuitState.HALF_OPEN if openings else CircuitState.CLOSED
    if free_at is not None and free_at > datetime.now(UTC):
        state = CircuitState.OPEN
    opens_at = gate.opens_at
    return DepartmentStatus(
        department=gate.department,
        name=entry.name or gate.department,
        channel=entry.channel,
        in_use=INBOX if row.get("switched") else entry.channel,
        switched_at=row.get("switched_at"),
        switched_by=row.get("switched_by"),
        switch_reason=row.get("switch_reason"),
        circuit=state,
        circuit_zh=CIRCUIT_ZH[state],
        next_attempt_at=free_at if state is CircuitState.OPEN else None,
        failures=row.get("failures", 0),
        last_failure_at=row.get("failed_at"),
        last_failure=row.get("failure"),
        last_success_at=row.get("succeeded_at"),
        last_rejection_at=row.get("rejected_at"),
        last_rejection=row.get("rejection"),
        rejections=row.get("rejections", 0),
        backlog=backlog.waiting if backlog else 0,
        sending=backlog.sending if backlog else 0,
        oldest_received_at=backlog.oldest if backlog else None,
        fetching=_fetching(course) if course else None,
        open=opens_at is None,
        next_opening=opens_at,
    )


def _fetching(course: Course) -> FetchStatus:
    return FetchStatus(
        failures=course.failures,
        last_failure_at=course.failed_at,
        last_failure=course.failure,
        last_success_at=course.succeeded_at,
    )
