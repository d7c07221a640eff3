"""Every fault of an act at once, with JSON pointers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from lianban.clock.rules import Rule
from lianban.contracts.documents import NotAcceptedGround
from lianban.contracts.status import ACT_ZH, ActKind, ActorKind, Decision
from lianban.platform.media_types import sniff
from lianban.platform.problems import FieldError, Problem, field_errors
from lianban_adapters.acts.capacity import unproven
from lianban_adapters.acts.kinds import FIELD_ZH, SHAPES, kind_of, rule_of, rule_of_field
from lianban_adapters.acts.schemas import CallbackAct, WrittenAct

_AHEAD: Final = timedelta(minutes=5)
"""Clocks of departments may go fast by this much."""

_REFUSAL_NEEDS: Final = {
    "reason": "不予决定须说明理由（行政许可法第三十八条）",
    "legal_basis": "不予决定须写明依据（行政许可法第三十八条）",
    "remedy": "不予决定须告知复议、诉讼等救济途径（行政许可法第三十八条）",
}

A = TypeVar("A", bound=WrittenAct)


def parse(model: type[A], raw: Any, now: datetime, defaults: Mapping[str, Any] | None = None) -> A:
    """Raises the problem 422 ``invalid-act``. ``defaults``: what is known without being written, for the rules.

    Where the capacity alone is not proven the act is well-formed: it may be the repetition of one that was taken when
    that was not asked yet, and is refused after it has been looked up.
    """
    faults: list[FieldError] = []
    act: A | None = None
    try:
        act = model.model_validate(raw)
    except ValidationError as error:
        faults.extend(field_errors(error.errors(include_url=False, include_input=False)))
    if isinstance(raw, Mapping):
        known = {fault.pointer for fault in faults}
        written = {**raw, **(defaults or {})}
        faults = [replace(fault, rule=rule_of_field(_top(fault.pointer), written)) for fault in faults]
        faults.extend(fault for fault in rules(written) if fault.pointer not in known)
    if act is not None:
        faults.extend(_contents(act, now))
    if faults or act is None:
        raise invalid(_with_unproven(faults, raw) if model is CallbackAct else faults)
    return act


def _with_unproven(faults: list[FieldError], raw: Any) -> list[FieldError]:
    """Whoever may not approve it need not learn what else to write in that place."""
    found = list(unproven(raw)) if isinstance(raw, Mapping) else []
    named = {fault.pointer for fault in found}
    return [*(fault for fault in faults if fault.pointer not in named), *found]


def invalid(faults: list[FieldError]) -> Problem:
    return Problem(422, "invalid-act", "办理动作内容有误", f"共有 {len(faults)} 处需要更正。", faults)


def rules(written: Mapping[str, Any]) -> Iterator[FieldError]:
    """What fields ask of each other. Looks at what was written, so that it speaks even where types are wrong."""
    kind = kind_of(written)
    if kind is None:
        # An act without a kind lacks the decision as well, and whoever wrote it shall not learn that only next time.
        if written.get("kind") is None and written.get("decision") is None:
            yield FieldError("/decision", "missing", SHAPES[ActKind.DECIDE].needs["decision"])
        return
    yield from _foreign(kind, written)
    yield from _needed(kind, written)
    yield from _missing_items(written.get("missing"))


def _foreign(kind: ActKind, written: Mapping[str, Any]) -> Iterator[FieldError]:
    """Fields of other kinds: whoever writes them means something that would not happen."""
    shape = SHAPES[kind]
    for name, name_zh in FIELD_ZH.items():
        if name not in shape.needs and name not in shape.takes and not _blank(written.get(name)):
            code = f"not-with-{kind.value.replace('_', '-')}"
            yield FieldError(f"/{name}", code, f"“{ACT_ZH[kind]}”不带{name_zh}")


def _needed(kind: ActKind, written: Mapping[str, Any]) -> Iterator[FieldError]:
    """What the act lacks. A denial by a system is complete without: a person decides anew."""
    shape, rule = SHAPES[kind], rule_of(kind, written)
    by_system = written.get("actor") == ActorKind.SYSTEM
    refusal = kind is ActKind.DECIDE and written.get("decision") == Decision.REFUSED
    needs = dict(shape.needs)
    if refusal and not by_system:
        needs |= _REFUSAL_NEEDS
        rule = Rule.REFUSE
    if kind is ActKind.NOT_ACCEPT:
        if by_system:
            return
        if written.get("ground") == NotAcceptedGround.NOT_COMPETENT:
            needs["competent_body"] = "不属于本机关职权范围的，须写明向哪个机关申请"
    if shape.by_person and by_system:
        message = f"“{ACT_ZH[kind]}”须由工作人员作出，系统不得自动作出"
        yield FieldError("/actor", "human-needed", message, rule=rule)
    elif (shape.by_person or refusal) and written.get("actor") == ActorKind.HUMAN and _blank(written.get("officer")):
        message = f"“{ACT_ZH[kind]}”须写明作出的工作人员的编号"
        yield FieldError("/officer", "missing", message, rule=rule)
    for name, message in needs.items():
        if _blank(written.get(name)):
            yield FieldError(f"/{name}", "missing", message, rule=rule)


def _missing_items(items: Any) -> Iterator[FieldError]:
    """An applicant has to know of each thing what it is, and is asked for it once."""
    seen = set()
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, Mapping):
            continue
        named = (_code(item.get("material")), _code(item.get("element")))
        if _blank(item.get("material")) and _blank(item.get("element")):
            yield FieldError(f"/missing/{number}", "missing", "须写明材料或者表单项的代码", rule=Rule.ONCE)
        elif named in seen:
            yield FieldError(f"/missing/{number}", "repeated", "同一项只写一次，要求写在一处", rule=Rule.ONCE)
        seen.add(named)


def _contents(act: WrittenAct, now: datetime) -> Iterator[FieldError]:
    occurred_at = getattr(act, "occurred_at", None)
    if occurred_at is not None and occurred_at > now + _AHEAD:
        yield FieldError("/occurred_at", "in-future", "办理时间晚于当前时间 5 分钟以上")
    for number, result in enumerate(act.results):
        if result.valid_from and result.valid_until and result.valid_from > result.valid_until:
            yield FieldError(f"/results/{number}/valid_until", "before-start", "有效期止不得早于有效期起")
        # An applicant shall get what the certificate says it is.
        if result.file and sniff(result.file.content) != result.file.media_type:
            yield FieldError(f"/results/{number}/file/content", "media-type", "文件内容与所写的类型不符")


def _blank(value: Any) -> bool:
    """Whether nothing is said: an empty list is as good as none."""
    return not value.strip() if isinstance(value, str) else value in (None, [])


def _code(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _top(pointer: str) -> str:
    """The act's own field a pointer leads into."""
    return pointer.split("/", 2)[1] if pointer else ""
