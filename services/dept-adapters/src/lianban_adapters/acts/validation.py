"""Every fault of an act at once, with JSON pointers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from lianban.contracts.status import ActKind, ActorKind, Decision
from lianban.platform.media_types import sniff
from lianban.platform.problems import FieldError, Problem, field_errors
from lianban_adapters.acts.schemas import WrittenAct

_AHEAD: Final = timedelta(minutes=5)
"""Clocks of departments may go fast by this much."""

_REFUSAL_NEEDS: Final = {
    "officer": "不予决定须写明作出决定的工作人员（行政许可法第三十八条）",
    "reason": "不予决定须说明理由（行政许可法第三十八条）",
    "legal_basis": "不予决定须写明依据（行政许可法第三十八条）",
    "remedy": "不予决定须告知复议、诉讼等救济途径（行政许可法第三十八条）",
}

A = TypeVar("A", bound=WrittenAct)


def parse(model: type[A], raw: Any, now: datetime, defaults: Mapping[str, Any] | None = None) -> A:
    """Raises the problem 422 ``invalid-act``. ``defaults``: what is known without being written, for the rules."""
    faults: list[FieldError] = []
    act: A | None = None
    try:
        act = model.model_validate(raw)
    except ValidationError as error:
        faults.extend(field_errors(error.errors(include_url=False, include_input=False)))
    if isinstance(raw, Mapping):
        known = {fault.pointer for fault in faults}
        written = {**raw, **(defaults or {})}
        faults.extend(fault for fault in rules(written) if fault.pointer not in known)
    if act is not None:
        faults.extend(_contents(act, now))
    if faults or act is None:
        raise invalid(faults)
    return act


def invalid(faults: list[FieldError]) -> Problem:
    return Problem(422, "invalid-act", "办理动作内容有误", f"共有 {len(faults)} 处需要更正。", faults)


def rules(written: Mapping[str, Any]) -> Iterator[FieldError]:
    """What fields ask of each other. Looks at what was written, so that it speaks even where types are wrong."""
    kind, decision = written.get("kind"), written.get("decision")
    # An act without a kind lacks the decision as well, and whoever wrote it shall not learn that only next time.
    if kind in (None, ActKind.DECIDE) and decision is None:
        yield FieldError("/decision", "missing", "办结须写明办理结论")
    if kind == ActKind.ACCEPT:
        for name in ("decision", "results"):
            if written.get(name):
                yield FieldError(f"/{name}", "not-with-accept", "受理动作不带办理结论和结果")
    if decision == Decision.REFUSED and written.get("actor") == ActorKind.HUMAN:
        for name, message in _REFUSAL_NEEDS.items():
            if _blank(written.get(name)):
                yield FieldError(f"/{name}", "missing", message)


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
    return value is None or (isinstance(value, str) and not value.strip())
