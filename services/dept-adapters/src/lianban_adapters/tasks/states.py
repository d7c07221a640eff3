"""States of a task, as officers read them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class TaskState(StrEnum):
    RECEIVED = "received"  # stored here, the department's system has not acknowledged it
    SENT = "sent"  # acknowledged by the system, or lying in the inbox
    CLAIMED = "claimed"  # an officer works on it in the inbox
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


OPEN: Final = (TaskState.RECEIVED, TaskState.SENT, TaskState.CLAIMED)

TASK_STATE_ZH: Final = {
    TaskState.RECEIVED: "待送达业务系统",
    TaskState.SENT: "待办理",
    TaskState.CLAIMED: "办理中",
    TaskState.DECIDED: "已办结",
    TaskState.WITHDRAWN: "已收回",
}
