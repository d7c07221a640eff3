"""States of an act on its way to the case."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ActState(StrEnum):
    RECEIVED = "received"  # stored; the request that brought it is asking the case
    WAITING = "waiting"  # in the outbox: the case could not be asked, or not in time
    APPLIED = "applied"
    REFUSED = "refused"  # by the case
    REVIEW = "review"  # a system's refusal, which only a person may make (L-REFUSE)


UNDER_WAY: Final = (ActState.RECEIVED, ActState.WAITING)

ACT_STATE_ZH: Final = {
    ActState.RECEIVED: "处理中",
    ActState.WAITING: "已存，待送达办件",
    ActState.APPLIED: "已生效",
    ActState.REFUSED: "未被接受",
    ActState.REVIEW: "系统否定答复，转人工",
}
