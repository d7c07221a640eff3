"""Acts whose exchange is recorded: every kind, and whatever may be refused about one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Case:
    """An act, by the name of its sample; ``before``: acts that were taken on the same task. ``change``: fields written
    otherwise."""

    name: str
    title: str
    act: str
    before: Sequence[str] = ()
    change: Mapping[str, Any] | None = None
    withdrawn: bool = False
    foreign: bool = False


_ACCEPT, _ASK, _STOP, _EXTEND, _GRANT = "accept", "request_supplement", "stop", "extend", "decide_granted"
_FILE: Final = {"name": "样例许可证.pdf", "media_type": "application/pdf"}

CASES: Final = (
    Case("accept", "受理", _ACCEPT),
    Case("not-accept", "不予受理", "not_accept"),
    Case("request-supplement", "一次性告知补正", _ASK),
    Case("stop", "转特别程序", _STOP),
    Case("resume", "特别程序结束", "resume", (_STOP,)),
    Case("extend", "延长期限", _EXTEND),
    Case("decide-granted", "办结：准予", _GRANT),
    Case("decide-refused", "办结：不予", "decide_refused"),
    Case("decide-by-system", "系统的否定答复，转人工", "decide_by_system"),
    Case("refused-unknown-task", "没有这项任务", _GRANT, change={"task_id": "429006S1202603029999999X:sample-permit"}),
    Case("refused-foreign-step", "其他部门的任务", _GRANT, foreign=True),
    Case("refused-withdrawn", "已经收回的任务", _GRANT, withdrawn=True),
    Case("refused-decided", "已经办结的任务", "decide_refused", (_GRANT,)),
    Case("refused-already-accepted", "再次受理", _ACCEPT, (_ACCEPT,), {"act_id": "yl-0101"}),
    Case("refused-already-requested", "再次告知补正", _ASK, (_ASK, "supplemented"), {"act_id": "yl-0103"}),
    Case("refused-acceptance-over", "受理以后告知补正", _ASK, (_ACCEPT,)),
    Case("refused-supplement-awaited", "等待补正期间办结", _GRANT, (_ASK,)),
    Case("refused-stopped", "特别程序期间办结", _GRANT, (_STOP,)),
    Case("refused-already-stopped", "同一特别程序再次开始", _STOP, (_STOP,), {"act_id": "yl-0104"}),
    Case("refused-not-stopped", "结束没有开始的特别程序", "resume"),
    Case("refused-wrong-role", "批准延期的身份不符", _EXTEND, change={"role": "officer"}),
    Case("refused-too-long", "延期过长", _EXTEND, change={"days": 11}),
    Case("refused-already-extended", "再次延期", _EXTEND, (_EXTEND,), {"act_id": "yl-0106"}),
    Case("refused-idempotency-conflict", "同一编号、不同内容", _GRANT, (_GRANT,), {"reason": "另一个理由。"}),
    Case("refused-fields", "字段有误", "decide_refused", change={"remedy": None, "desicion": "refused", "days": 3}),
    Case("refused-no-file", "缺少要送达的文件", _GRANT, change={"results": [{"code": "permit", "name": "样例许可证"}]}),
    Case(
        "refused-unknown-result",
        "任务没有的结果",
        _GRANT,
        change={"results": [{"code": "other", "name": "其他证照"}]},
    ),
    Case(
        "refused-wrong-file",
        "文件与所写的类型不符",
        _GRANT,
        change={"results": [{"code": "permit", "name": "样例许可证", "file": {**_FILE, "content": "5qC35L6L"}}]},
    ),
    Case(
        "refused-unknown-material", "任务没有的材料", _ASK, change={"missing": [{"material": "other", "note": "缺。"}]}
    ),
)
