"""How acts come: called back or fetched, and what the department does with the platform's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lianban.platform.webhooks import TOLERANCE
from lianban_adapters.conformance.checks.model import Check, Verdict, Weight, failed, passed, unshown
from lianban_adapters.conformance.evidence import FETCHED, IN_ANSWER, Arrival, Evidence, Play, Reply
from lianban_adapters.conformance.signatures import clock_off

_BACK: Final = "二、部门回给平台"
_ANSWERS: Final = "平台的答复"
_SIGNED: Final = "三、签名"
_POLLED: Final = "只能被调用的系统（轮询）"
_TABLES: Final = "前置库表"
_FILES: Final = "文件交换（SFTP）"
_REST: Final = frozenset({"rest"})
_FETCHED: Final = frozenset({"polling"})
_CALL: Final = "用回传的方式作出办理动作；只在答复中当场给出的不必检验"
_CONFLICT, _UNPROCESSABLE, _DOWN = 409, 422, 503
_MOST_REPEATS: Final = 2
_UNFINISHED: Final = 3.0
"""Seconds after which a batch that is still not finished will not be."""

_SAME_MOMENT: Final = 2.0
"""Seconds by which the lag of a repetition that was signed anew may differ from that of the first."""


def _called(evidence: Evidence, *plays: Play) -> list[Arrival]:
    return [one for one in evidence.acts(*plays) if one.way != IN_ANSWER]


def _signed(evidence: Evidence) -> Verdict:
    calls = _called(evidence)
    if not calls:
        return unshown("没有收到回传")
    wrong = [one.flaw for one in calls if one.flaw]
    return (
        failed(f"{len(calls)} 次回传中 {len(wrong)} 次签名不符（{wrong[0]}）")
        if wrong
        else passed(f"{len(calls)} 次都相符")
    )


def _address(evidence: Evidence) -> Verdict:
    if evidence.astray:
        path, times = evidence.astray.most_common(1)[0]
        return failed(f"{times} 次发到 {path}，平台没有这个地址")
    calls = _called(evidence)
    if not calls:
        return unshown("没有收到回传")
    astray = [one for one in calls if one.problem == "unknown-department"]
    return failed(f"{len(astray)} 次的部门代码不符") if astray else passed(f"{len(calls)} 次都到")


def _clock(evidence: Evidence) -> Verdict:
    lags = [one.lag for one in _called(evidence) if one.lag is not None]
    if not lags:
        return unshown("没有收到带时间的回传")
    worst = max(lags, key=abs)
    if abs(worst) > TOLERANCE:
        return failed(f"签名的时间比本机{clock_off(-worst)}")
    return passed(f"相差至多 {abs(worst):.0f} 秒")


def _came_again(evidence: Evidence) -> Verdict:
    calls = _called(evidence, Play.RETRY)
    if not calls:
        return unshown("没有收到办理动作")
    return passed(f"共来了 {len(calls)} 次") if calls[-1].status != _DOWN else failed("答复 503 以后没有再来")


def _same(evidence: Evidence) -> Verdict:
    calls = _called(evidence, Play.RETRY)
    if len(calls) < 2:
        return unshown("没有重发")
    first = calls[0]
    tried = [one for one in calls[1:] if one.act_id != first.act_id or one.fingerprint != first.fingerprint]
    started = [one for one in tried if not _after_success(one, calls)]
    if not started:
        return passed("编号和内容都没有变")
    return failed("换了编号" if started[0].act_id != first.act_id else "编号相同而内容变了")


def _after_success(act: Arrival, calls: list[Arrival]) -> bool:
    """What comes after the first act was taken is the next one."""
    return any(one.status in (200, 202) and one.at < act.at for one in calls)


def _signed_anew(evidence: Evidence) -> Verdict:
    calls = [one for one in _called(evidence, Play.RETRY) if one.lag is not None]
    if not calls:
        return unshown("没有重发")
    first = calls[0]
    apart = [one for one in calls[1:] if one.act_id == first.act_id and one.at - first.at > _SAME_MOMENT]
    if not apart:
        return unshown("没有隔开足够时间的重发")
    old = [one for one in apart if (one.lag or 0.0) - (first.lag or 0.0) > _SAME_MOMENT]
    return failed("重发时用的是原来的签名时间") if old else passed("每次都重新签名")


def _calm(play: Play, status: int) -> Callable[[Evidence], Verdict]:
    def judge(evidence: Evidence) -> Verdict:
        answered = [one for one in _called(evidence, play) if one.status == status]
        if not answered:
            return unshown(f"没有机会答复 {status}")
        repeats = len(answered) - 1
        return (failed if repeats > _MOST_REPEATS else passed)(f"之后又来了 {repeats} 次")

    return judge


def _listed(evidence: Evidence) -> Verdict:
    if not evidence.troubles:
        return passed(f"读了 {evidence.listings} 次") if evidence.listings else unshown("没有读过清单")
    last = evidence.troubles[-1]
    if not evidence.listings:
        return failed(last.seen)  # the cause of the report says what to do
    return failed(f"有时不成：{last.seen}" + (f"，{last.advice}" if last.advice else ""))


def _finished(evidence: Evidence) -> Verdict:
    left = [batch for batch, (first, last) in evidence.unfinished.items() if last - first >= _UNFINISHED]
    if left:
        return failed(f"{len(left)} 个目录一直没有 manifest.json，或者一直在变动")
    return passed("都写完了") if evidence.acts() else unshown("没有收到办理动作")


def _kept(evidence: Evidence) -> Verdict:
    taken = {one.message_id for one in evidence.sent if one.answered.reply is Reply.TAKEN}
    if not taken:
        return unshown("没有取走的任务")
    gone = len(evidence.vanished)
    return failed(f"{gone} 批取走以后不见了") if gone else passed(f"{len(taken)} 批都在")


def _receipts(evidence: Evidence) -> Verdict:
    settled = [one for one in evidence.acts() if one.way == FETCHED and one.status != _DOWN]
    if not settled:
        return unshown("没有取到办理动作")
    again = evidence.listed_again
    return failed(f"{len(again)} 个动作有回执以后还在清单中") if again else passed("有回执的都不再列出")


def _paged(evidence: Evidence) -> Verdict:
    looks = evidence.paging
    if not looks:
        return unshown("没有同时列着两个动作的时候")
    if not all(look.ended for look in looks):
        return failed("翻页没有尽头")
    listed = [[key for page in look.pages for key in page] for look in looks]
    if any(len(keys) > len(set(keys)) for keys in listed):
        return failed("同一个动作列出两次：是否没有按 after 接着列")
    if lost := sum(len(look.stable.difference(keys)) for look, keys in zip(looks, listed, strict=True)):
        return failed(f"limit 为 1 时，{lost} 个动作没有列出：没列完的，是否没有给出 next")
    turned = max(len(look.pages) for look in looks)
    return passed(f"翻了 {turned} 页，不缺不重") if turned > 1 else unshown("一次全部列出，没有翻页")


WAYS: Final = (
    Check(
        "callback-address",
        "回传的网址正确",
        Weight.IF_USED,
        "回传到 /v1/departments/本部门代码/acts",
        _BACK,
        _CALL,
        _address,
        _REST,
        by_acts=True,
    ),
    Check(
        "callback-signed",
        "回传的签名相符",
        Weight.IF_USED,
        "每次回传的签名都相符",
        _SIGNED,
        _CALL,
        _signed,
        _REST,
        by_acts=True,
    ),
    Check(
        "callback-clock",
        "时钟准确",
        Weight.IF_USED,
        "签名时间与接收时间相差不超过 5 分钟",
        _SIGNED,
        _CALL,
        _clock,
        _REST,
        by_acts=True,
    ),
    Check(
        "callback-retried",
        "平台不能处理时重发",
        Weight.IF_USED,
        "答复 503 以后再次回传",
        _ANSWERS,
        _CALL,
        _came_again,
        _REST,
        by_acts=True,
    ),
    Check(
        "callback-same",
        "重发用同一编号",
        Weight.IF_USED,
        "重发的 act_id 和内容都与第一次相同",
        _ANSWERS,
        _CALL,
        _same,
        by_acts=True,
    ),
    Check(
        "callback-resigned",
        "重发时重新签名",
        Weight.IF_USED,
        "重发用新的签名时间",
        _ANSWERS,
        _CALL,
        _signed_anew,
        _REST,
        by_acts=True,
    ),
    Check(
        "conflict-calm",
        "答复 409 以后不再重发",
        Weight.IF_USED,
        f"之后至多再来 {_MOST_REPEATS} 次",
        _ANSWERS,
        _CALL,
        _calm(Play.CONFLICT, _CONFLICT),
        by_acts=True,
    ),
    Check(
        "faulty-calm",
        "答复 422 以后不原样重发",
        Weight.IF_USED,
        f"之后至多再来 {_MOST_REPEATS} 次",
        _ANSWERS,
        _CALL,
        _calm(Play.FAULTY, _UNPROCESSABLE),
        _REST,
        by_acts=True,
    ),
    Check(
        "acts-listed",
        "列出办理动作",
        Weight.ALWAYS,
        "GET acts 每次都给出合乎格式的清单",
        _POLLED,
        "在系统中办理样例任务",
        _listed,
        _FETCHED,
    ),
    Check(
        "acts-kept",
        "没有回执的继续列出",
        Weight.IF_USED,
        "平台没有给回执的动作仍在清单中",
        _POLLED,
        "在系统中办理样例任务",
        _came_again,
        _FETCHED,
        by_acts=True,
    ),
    Check(
        "receipt-ends",
        "有回执的不再列出",
        Weight.IF_USED,
        "收下回执的动作不再列出",
        _POLLED,
        "在系统中办理样例任务",
        _receipts,
        _FETCHED,
        by_acts=True,
    ),
    Check(
        "acts-paged",
        "翻页不缺不重",
        Weight.IF_USED,
        "没列完的给出 next，用 after 接着列，每个动作列出一次",
        _POLLED,
        "同时有两个没有回执的动作时才能检验；每次都全部列出的不必翻页",
        _paged,
        _FETCHED,
        by_acts=True,
    ),
    Check(
        "batch-finished",
        "办理动作的批次写完",
        Weight.IF_USED,
        "acts/new 中的目录都有 manifest.json，与文件相符，写完以后不再变动",
        _FILES,
        "在系统中办理样例任务",
        _finished,
        frozenset({"files"}),
    ),
    Check(
        "batch-kept",
        "取走的批次留在 done",
        Weight.IF_USED,
        "处理完的任务移到 tasks/done，不删除：平台据此知道已经送到",
        _FILES,
        "任务被取走以后才能检验",
        _kept,
        frozenset({"files"}),
    ),
    Check(
        "folder-usable",
        "交换目录可以读写",
        Weight.ALWAYS,
        "平台的账号能列出、读取、移动 acts/new 中的批次，每次都成功",
        _FILES,
        "按对接说明设置账号的权限",
        _listed,
        frozenset({"files"}),
    ),
    Check(
        "tables-usable",
        "表可以读写",
        Weight.ALWAYS,
        "平台的账号能写 lb_task，能读 lb_act、lb_act_result，每次都成功",
        _TABLES,
        "按建表脚本建表、授权",
        _listed,
        frozenset({"staging"}),
    ),
)
