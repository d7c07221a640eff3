"""How a department fetches the files of its tasks."""

from __future__ import annotations

from typing import Final

from lianban_adapters.conformance.checks.model import Check, Verdict, Weight, failed, passed, unshown
from lianban_adapters.conformance.evidence import Evidence, Play

_SENT: Final = "一、平台发给部门"
_FETCH: Final = "请按说明下载任务的材料；不需要材料的不必检验"
_LINKED: Final = frozenset({"rest", "polling"})


def _token(evidence: Evidence) -> Verdict:
    if not evidence.fetches:
        return unshown("没有下载材料")
    strange = [one for one in evidence.fetches if not one.known]
    return failed(f"{len(strange)} 次没有带正确的令牌") if strange else passed(f"下载 {len(evidence.fetches)} 次")


def _whole(evidence: Evidence) -> Verdict:
    fetched = [one.digest for one in evidence.fetches if one.play is Play.DAMAGED and one.status == 200]
    if not fetched:
        return unshown("没有下载材料")
    once = [digest for digest in set(fetched) if fetched.count(digest) == 1]
    return failed("没有发现文件不完整") if once else passed("文件与 SHA-256 不符的重新下载")


MATERIALS: Final = (
    Check(
        "material-token",
        "下载材料带令牌",
        Weight.IF_USED,
        "每次下载都带 Authorization: Bearer 令牌",
        _SENT,
        _FETCH,
        _token,
    ),
    Check(
        "material-whole",
        "核对材料的 SHA-256",
        Weight.ADVICE,
        "下载到的文件不完整时重新下载",
        _SENT,
        _FETCH,
        _whole,
        _LINKED,
    ),
)
