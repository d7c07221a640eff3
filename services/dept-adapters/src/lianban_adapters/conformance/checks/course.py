"""How a department goes on when a task changes: taken back, supplemented, or one to accept a whole case."""

from __future__ import annotations

from typing import Final

from lianban.contracts.status import ACT_ZH, ActKind
from lianban_adapters.conformance.checks.model import Check, Verdict, Weight, failed, passed, unshown
from lianban_adapters.conformance.evidence import FETCHED, Evidence, Play, Reply

_SENT: Final = "一、平台发给部门"
_ON_ACCEPTANCE: Final = (ActKind.ACCEPT, ActKind.NOT_ACCEPT, ActKind.REQUEST_SUPPLEMENT)
_UNDER_WAY: Final = 1.0
"""Seconds after the withdrawal was answered in which an act may arrive that was on its way."""


def _stopped(evidence: Evidence) -> Verdict:
    if evidence.withdrawn_at is None:
        return unshown("任务没有收回成功")
    acts, end = evidence.acts(Play.WITHDRAWN), evidence.withdrawn_at + _UNDER_WAY
    known = {one.act_id for one in acts if one.at <= end}
    # Where acts are fetched, what was done before lies there until its receipt.
    later = [one for one in acts if one.at > end and not (one.way == FETCHED and one.act_id in known)]
    before = len(known)
    if later:
        return failed(f"收回以后还来了 {len(later)} 次办理动作")
    return passed(f"收回以前 {before} 个动作，收回以后没有")


def _not_begun(evidence: Evidence) -> Verdict:
    """The one that came after its withdrawal."""
    sent = [one for one in evidence.messages(Play.STRANGER) if one.type == "task.created"]
    if not sent:
        return unshown("收回的消息没有被收下")
    if sent[0].answered.reply is not Reply.TAKEN:
        return failed(f"随后到的任务：{sent[0].answered.reason}")
    if acts := evidence.acts(Play.STRANGER):
        return failed(f"随后到的任务仍然办理，来了 {len(acts)} 次办理动作")
    return passed("收下以后没有办理") if evidence.acts() else unshown("没有收到办理动作，不能比较")


def _went_on(evidence: Evidence) -> Verdict:
    asked = {
        one.task_id: one.at
        for one in evidence.acts()
        if one.act and one.act.kind is ActKind.REQUEST_SUPPLEMENT and one.status == 200
    }
    told = {one.message_id.split(":supplement:")[0]: one for one in evidence.sent if one.type == "task.supplemented"}
    shown = [task for task in asked if task in told and told[task].answered.reply is Reply.TAKEN]
    if not shown:
        return unshown("部门没有告知过补正")
    waiting = [
        task
        for task in shown
        if not any(
            one.task_id == task
            and one.at > asked[task]
            and not (one.act and one.act.kind is ActKind.REQUEST_SUPPLEMENT)
            for one in evidence.acts()
        )
    ]
    if waiting and not _had_files(evidence):
        return unshown("补正的材料没有取到，不能继续办理")
    return failed("收到补正后没有继续办理") if waiting else passed("收到补正后继续办理")


def _had_files(evidence: Evidence) -> bool:
    """Or never asked for any: whoever lacks them for a wrong token has another mistake."""
    asked = [one.known for one in evidence.fetches if one.play is Play.SUPPLEMENT]
    return not asked or any(asked)


def _accepted(evidence: Evidence) -> Verdict:
    kinds = [one.act.kind for one in evidence.acts(Play.ACCEPTANCE) if one.act]
    if not kinds:
        return unshown("没有发送受理任务，或者没有答复")
    wrong = [kind for kind in kinds if kind not in _ON_ACCEPTANCE]
    return failed(f"受理任务答复了“{ACT_ZH[wrong[0]]}”") if wrong else passed(ACT_ZH[kinds[0]])


COURSE: Final = (
    Check(
        "withdrawn-stops",
        "收回后停止办理",
        Weight.ALWAYS,
        "任务收回以后不再有办理动作",
        _SENT,
        "任务被收下、收回的消息答复 2xx 以后才能检验",
        _stopped,
    ),
    Check(
        "withdrawn-first",
        "先收回、后送达的任务不办理",
        Weight.ALWAYS,
        "收回的消息先到、任务后到的，任务答复 2xx（前置库、文件：取走），不办理",
        _SENT,
        "收回不认识的任务答复 2xx 以后才能检验",
        _not_begun,
        by_acts=True,
    ),
    Check(
        "supplement-resumed",
        "补正后继续办理",
        Weight.IF_USED,
        "告知补正的任务，收到 task.supplemented 以后继续办理",
        _SENT,
        "对缺少材料的样例任务告知补正；从不告知补正的不必检验",
        _went_on,
        by_acts=True,
    ),
    Check(
        "acceptance",
        "受理整个办件",
        Weight.IF_USED,
        "受理任务答复受理、不予受理或者告知补正，不答复办结",
        _SENT,
        "牵头部门请加 --acceptance；其他部门不必检验",
        _accepted,
    ),
)
