"""What has become of a supplement."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class SupplementState(StrEnum):
    PENDING = "pending"  # kept; the case has not answered yet
    APPLIED = "applied"
    REFUSED = "refused"  # by the case: nothing of it is visible to anybody


STATE_ZH: Final = {
    SupplementState.PENDING: "已收存，正在转送办理部门",
    SupplementState.APPLIED: "已补正",
    SupplementState.REFUSED: "未予接收",
}
