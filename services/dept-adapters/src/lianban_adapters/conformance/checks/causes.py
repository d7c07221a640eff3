"""The one cause for which acts come in vain, where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lianban.platform.webhooks import TOLERANCE
from lianban_adapters.conformance.evidence import CALLBACK, Arrival, Cause, Evidence, Play
from lianban_adapters.conformance.signatures import clock_off, remedy

_DOWN: Final = 503  # was answered without having read anything
_UNKNOWN_DEPARTMENT: Final = "unknown-department"
_LIST: Final = "先使平台能读出办理动作的清单（前置库为 lb_act，文件为 acts/new）"
_SEEN: Final = "收到的回传都不能采用："


def cause_of(evidence: Evidence) -> Cause | None:
    """Of acts that never reach the platform, or never as acts."""
    if evidence.troubles and not evidence.arrivals:  # there may be a list, and nothing in it that can be read
        trouble = evidence.troubles[-1]
        return Cause(f"取不到办理动作：{trouble.seen}", trouble.advice or _LIST)
    if evidence.fetches and not any(one.known for one in evidence.fetches) and not evidence.acts(Play.BASIC):
        return Cause(
            f"取不到材料：请求了 {len(evidence.fetches)} 次，都没有带正确的令牌",
            "每次请求都带 Authorization: Bearer 令牌；给了 --material-token-file 的，令牌与它相同",
        )
    calls = [one for one in evidence.arrivals if one.way == CALLBACK]
    if not calls and evidence.astray:
        path = evidence.astray.most_common(1)[0][0]
        return Cause(f"回传都发到 {path}，平台没有这个地址", "应为平台网址加 /v1/departments/部门代码/acts")
    if not evidence.arrivals and not evidence.unfinished:
        return evidence.silence
    read = [one for one in calls if one.status != _DOWN]
    return _of_calls(read) if read else None


def _of_calls(calls: Sequence[Arrival]) -> Cause | None:
    if all(one.problem == _UNKNOWN_DEPARTMENT for one in calls):
        return Cause(f"{_SEEN}网址中的部门代码不是本部门的", "网址中的部门代码改为 --department 的")
    if all(one.flaw for one in calls):
        mistake = calls[-1].flaw or ""
        return Cause(f"{_SEEN}签名不符（{mistake}）", remedy(mistake))
    if all(fault.code == "encoding" for one in calls for fault in one.form) and all(one.form for one in calls):
        return Cause(f"{_SEEN}{calls[-1].form[0].message}", "发出以前编码为 UTF-8，再对发出的字节签名")
    if all(one.lag is not None and abs(one.lag) > TOLERANCE for one in calls):
        return Cause(f"{_SEEN}签名的时间比本机{clock_off(-(calls[-1].lag or 0.0))}", "校准部门系统的时钟")
    return None
