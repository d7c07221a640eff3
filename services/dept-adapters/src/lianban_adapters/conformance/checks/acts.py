"""What a department's acts say, whichever way they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from pydantic_core import from_json

from lianban.contracts.status import ACT_ZH, ActKind, ActorKind, Decision
from lianban.platform.problems import FieldError
from lianban_adapters.conformance.checks.model import Check, Verdict, Weight, failed, passed, unshown
from lianban_adapters.conformance.evidence import IN_ANSWER, Arrival, Evidence, Play

_SENT: Final = "一、平台发给部门"
_BACK: Final = "二、部门回给平台"
_KINDS: Final = "各种办理动作"
_DO_ACT: Final = "请在系统中办理样例任务；需要人工办理的，用 --wait 留足时间"
_NOTHING: Final = "没有收到办理动作"
_SHOWN: Final = 3
_CONFLICT: Final = 409
_REPLACEMENTS: Final = ("\ufffd", "锟斤拷", "烫烫烫")
_PLAYED: Final = (Play.CONFLICT, Play.FAULTY, Play.WITHDRAWN)
"""Where the platform's answer says nothing of the act."""


def _came(evidence: Evidence) -> Verdict:
    acts = evidence.acts(Play.BASIC)
    if not acts:
        return unshown(_NOTHING)
    kinds = list(dict.fromkeys(ACT_ZH[one.act.kind] for one in acts if one.act))
    return passed("、".join(kinds) if kinds else "来了，内容见 act-form")


def _form(evidence: Evidence) -> Verdict:
    return _faultless(evidence, evidence.acts(), lambda one: one.form)


def _content(evidence: Evidence) -> Verdict:
    """Against the task, and against what the department did before. What is done twice is another check's."""
    read = [one for one in evidence.acts() if one.act]
    out_of_turn = [
        one
        for one in read
        if one.play not in _PLAYED and one.status == _CONFLICT and not _is_repetition(one, evidence.acts())
    ]
    if out_of_turn:
        return failed("；".join(dict.fromkeys(f"{_kind(one)}：{one.problem}" for one in out_of_turn)))
    return _faultless(evidence, read, lambda one: one.content)


def _once(evidence: Evidence) -> Verdict:
    acts = [one for one in evidence.acts(Play.BASIC) if one.act_id]
    if not acts:
        return unshown(_NOTHING)
    if again := [one for one in acts if _is_repetition(one, acts)]:
        return failed(f"同一任务有两个“{_kind(again[0])}”，编号或者内容不同")
    return passed(f"共 {len({one.act_id for one in acts})} 个办理动作，没有重复")


def _is_repetition(act: Arrival, others: Sequence[Arrival]) -> bool:
    """The same thing done on the same task under another id, or another thing under the same id."""
    for one in others[: next(number for number, other in enumerate(others) if other is act)]:
        if one.task_id != act.task_id:
            continue
        if one.act_id == act.act_id:
            if one.fingerprint != act.fingerprint:
                return True
        elif _sort(one) == _sort(act):
            return True
    return False


def _sort(arrival: Arrival) -> tuple[object, ...]:
    if arrival.act is None:
        return (arrival.written.replace(arrival.act_id, ""),)
    return arrival.act.kind, arrival.act.procedure


def _at_once(evidence: Evidence) -> Verdict:
    acts = [one for one in evidence.acts() if one.way == IN_ANSWER]
    if not acts:
        return unshown("答复中没有带办理动作")
    unusable = [one for one in acts if one.form or one.content]
    return failed(f"{len(unusable)} 个不能采用") if unusable else passed(f"{len(acts)} 个都可采用")


def _never_refuses(evidence: Evidence) -> Verdict:
    acts = [one.act for one in evidence.acts() if one.act]
    if not acts:
        return unshown(_NOTHING)
    denials = [
        act
        for act in acts
        if act.actor is ActorKind.SYSTEM and (act.decision is Decision.REFUSED or act.kind is ActKind.NOT_ACCEPT)
    ]
    return failed(f"{len(denials)} 个否定答复由系统自动作出") if denials else passed("没有自动作出的否定答复")


def _chinese(evidence: Evidence) -> Verdict:
    acts = evidence.acts()
    if any(fault.code == "encoding" for one in acts for fault in one.form):
        return failed("正文不是 UTF-8")
    texts = [text for one in acts for text in _texts(from_json(one.written)) if not text.isascii() or "??" in text]
    if garbled := [text for text in texts if _is_garbled(text)]:
        return failed(f"有乱码：{garbled[0][:20]}")
    return passed("中文完好") if texts else unshown("办理动作中没有中文")


def _is_garbled(text: str) -> bool:
    if "??" in text or any(sign in text for sign in _REPLACEMENTS):
        return True
    try:
        text.encode("latin-1").decode("utf-8")  # UTF-8 read as Latin-1, and written again
    except UnicodeError:
        return False
    return not text.isascii()


def _texts(written: object) -> Iterator[str]:
    if isinstance(written, str):
        yield written
    elif isinstance(written, dict):
        for value in written.values():
            yield from _texts(value)
    elif isinstance(written, list):
        for value in written:
            yield from _texts(value)


def _faultless(
    evidence: Evidence, acts: Sequence[Arrival], faults: Callable[[Arrival], Iterable[FieldError]]
) -> Verdict:
    if not acts:
        return unshown(_NOTHING)
    found: list[FieldError] = [fault for one in acts for fault in faults(one)]
    if not found:
        return passed(f"{len(acts)} 次都无误")
    places = [evidence.place(fault.pointer) if fault.pointer else "" for fault in found]
    told = list(dict.fromkeys(f"{place} {fault.message}".strip() for place, fault in zip(places, found, strict=True)))
    more = f"；等共 {len(told)} 处" if len(told) > _SHOWN else ""
    return failed("；".join(told[:_SHOWN]) + more)


def _kind(arrival: Arrival) -> str:
    return ACT_ZH[arrival.act.kind] if arrival.act else "办理动作"


ACTS: Final = (
    Check(
        "act-came",
        "作出办理动作",
        Weight.ALWAYS,
        "对样例任务作出至少一个办理动作",
        _BACK,
        _DO_ACT,
        _came,
        by_acts=True,
    ),
    Check(
        "repeat-once",
        "重发不重复办理",
        Weight.ALWAYS,
        "同一任务重发以后，没有第二个同样的动作",
        _SENT,
        _DO_ACT,
        _once,
        by_acts=True,
    ),
    Check(
        "act-form",
        "办理动作合乎格式",
        Weight.ALWAYS,
        "字段齐全、取值正确、没有多余的字段",
        _KINDS,
        _DO_ACT,
        _form,
        by_acts=True,
    ),
    Check(
        "act-content",
        "办理动作与任务相符",
        Weight.ALWAYS,
        "结果代码、应附的文件、补正事项与任务一致，先后顺序合乎规则",
        _KINDS,
        _DO_ACT,
        _content,
        by_acts=True,
    ),
    Check(
        "never-refuses",
        "系统不自动作出否定答复",
        Weight.ALWAYS,
        "没有 actor（前置库为 actor_type）为 system 的不予决定、不予受理（L-REFUSE）",
        _KINDS,
        _DO_ACT,
        _never_refuses,
        by_acts=True,
    ),
    Check(
        "chinese-intact",
        "中文完好",
        Weight.IF_USED,
        "正文为 UTF-8，没有乱码",
        _BACK,
        "在办理动作中写中文，如结果的名称",
        _chinese,
        by_acts=True,
    ),
    Check(
        "answer-acts",
        "当场给出的办理动作",
        Weight.IF_USED,
        "答复中的 acts 都可采用",
        _SENT,
        "在对 task.created 的答复中带 acts；不用这种方式的不必检验",
        _at_once,
        frozenset({"rest"}),
    ),
)
