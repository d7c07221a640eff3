"""What a department does with the messages it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from lianban_adapters.conformance.checks.model import Check, Verdict, Weight, failed, passed, unshown
from lianban_adapters.conformance.evidence import Evidence, Play, Reply, Sent

_SENT: Final = "一、平台发给部门"
_SIGNED: Final = "三、签名"
_POLLED: Final = "只能被调用的系统（轮询）"
_FILES: Final = "文件交换（SFTP）"
_CALLED: Final = frozenset({"rest", "polling"})
_RETURN: Final = "前面的消息被收下后才能检验，请先解决前面的问题"


def taken(play: Play, kind: str, first: int = 0, last: int | None = None) -> Callable[[Evidence], Verdict]:
    """Messages of this type, from the ``first`` to before the ``last``, were taken."""

    def judge(evidence: Evidence) -> Verdict:
        sent = [one for one in evidence.messages(play) if one.type == kind][first:last]
        return _all_taken(sent)

    return judge


def turned_away(play: Play) -> Callable[[Evidence], Verdict]:
    """A forged message: 4xx, and nothing comes of it."""

    def judge(evidence: Evidence) -> Verdict:
        sent = list(evidence.messages(play))
        acts = evidence.acts(play)
        if not sent:
            return unshown("没有发送")
        answered = sent[0].answered
        if answered.reply is Reply.TAKEN:
            return failed("收下了这个消息" + ("，并且办理了" if acts else ""))
        if answered.reply is Reply.UNAVAILABLE:
            return failed(answered.reason)
        return failed("虽未收下，却办理了") if acts else passed(answered.reason)

    return judge


def _supplemented(evidence: Evidence) -> Verdict:
    return _all_taken([one for one in evidence.sent if one.type == "task.supplemented"])


def _all_taken(sent: Sequence[Sent]) -> Verdict:
    if not sent:
        return unshown("没有发送")
    wrong = [one.answered.reason for one in sent if one.answered.reply is not Reply.TAKEN]
    return failed("；".join(dict.fromkeys(wrong))) if wrong else passed(f"{len(sent)} 次都收下")


MESSAGES: Final = (
    Check(
        "task-taken",
        "收下新任务",
        Weight.ALWAYS,
        "task.created 答复 2xx（前置库：is_sync 改为 1；文件：移到 tasks/done）",
        _SENT,
        _RETURN,
        taken(Play.BASIC, "task.created", 0, 1),
    ),
    Check(
        "repeat-taken",
        "重发的消息照旧答复",
        Weight.ALWAYS,
        "webhook-id 相同的 task.created 再来，仍答复 2xx",
        _SENT,
        _RETURN,
        taken(Play.BASIC, "task.created", 1),
        _CALLED,
    ),
    Check(
        "fields-ignored",
        "不认识的字段",
        Weight.ALWAYS,
        "带有不认识的字段的 task.created 答复 2xx",
        _SENT,
        _RETURN,
        taken(Play.FIELDS, "task.created"),
        frozenset({"rest", "polling", "files"}),
    ),
    Check(
        "type-ignored",
        "不认识的消息",
        Weight.ALWAYS,
        "不认识的 type 答复 2xx，不作处理",
        _SENT,
        _RETURN,
        taken(Play.TYPE, "task.sample_of_the_future"),
        frozenset({"rest", "files"}),
    ),
    Check(
        "large-taken",
        "内容很多的任务",
        Weight.ALWAYS,
        "约 0.8 MB 的 task.created 照样收下",
        _SENT,
        _RETURN,
        taken(Play.LARGE, "task.created"),
    ),
    Check(
        "supplement-taken",
        "收下补正",
        Weight.ALWAYS,
        "task.supplemented 答复 2xx（前置库、文件：取走），没有要求过补正的也一样",
        _SENT,
        _RETURN,
        _supplemented,
    ),
    Check(
        "withdrawn-taken",
        "收下收回任务的消息",
        Weight.ALWAYS,
        "task.withdrawn 和它的重发都答复 2xx（前置库、文件：取走）",
        _SENT,
        _RETURN,
        taken(Play.WITHDRAWN, "task.withdrawn"),
    ),
    Check(
        "withdrawn-unknown",
        "收回不认识的任务",
        Weight.ALWAYS,
        "没有见过的任务被收回、送达后再次收回，都答复 2xx（前置库、文件：取走）",
        _SENT,
        _RETURN,
        taken(Play.STRANGER, "task.withdrawn"),
    ),
    Check(
        "signature-forged",
        "拒收伪造的签名",
        Weight.ALWAYS,
        "用别的密钥签名的消息答复 4xx，不办理",
        _SIGNED,
        _RETURN,
        turned_away(Play.FORGED),
        frozenset({"rest"}),
    ),
    Check(
        "signature-missing",
        "拒收没有签名的消息",
        Weight.ALWAYS,
        "没有签名的消息答复 4xx，不办理",
        _SIGNED,
        _RETURN,
        turned_away(Play.UNSIGNED),
        frozenset({"rest"}),
    ),
    Check(
        "signature-altered",
        "拒收改动过的消息",
        Weight.ALWAYS,
        "正文与签名不符的消息答复 4xx，不办理",
        _SIGNED,
        _RETURN,
        turned_away(Play.ALTERED),
        frozenset({"rest"}),
    ),
    Check(
        "manifest-checked",
        "核对批次的清单",
        Weight.ALWAYS,
        "与 manifest.json 不符的任务移到 tasks/quarantine，不办理",
        _FILES,
        _RETURN,
        turned_away(Play.ALTERED),
        frozenset({"files"}),
    ),
    Check(
        "signature-stale",
        "拒收过时的消息",
        Weight.ALWAYS,
        "十分钟以前签名的消息答复 4xx，不办理",
        _SIGNED,
        _RETURN,
        turned_away(Play.STALE),
        frozenset({"rest"}),
    ),
    Check(
        "token-forged",
        "拒绝错误的令牌",
        Weight.ALWAYS,
        "令牌错误的请求答复 4xx，不办理",
        _POLLED,
        _RETURN,
        turned_away(Play.FORGED),
        frozenset({"polling"}),
    ),
)
