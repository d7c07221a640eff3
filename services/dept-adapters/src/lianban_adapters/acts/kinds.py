"""What belongs to each kind of act (办理动作): fields it needs, fields it may have, and the rule that asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lianban.clock.rules import Rule
from lianban.contracts.names import CASE_STEP
from lianban.contracts.status import ActKind

FIELD_ZH: Final = {
    "decision": "办理结论",
    "results": "办理结果",
    "reason": "理由",
    "legal_basis": "依据",
    "remedy": "救济途径",
    "missing": "补正事项",
    "ground": "不予受理的情形",
    "competent_body": "有权机关",
    "procedure": "特别程序",
    "days": "工作日数",
    "outcome": "特别程序的结果",
    "role": "批准人的身份",
    "overrides": "所突破的规则",
}
"""Fields that belong to some kinds of act and not to others."""


@dataclass(frozen=True)
class Shape:
    """``needs``: field and what is said where it is missing. ``by_person``: no system does it by itself."""

    rule: Rule
    needs: Mapping[str, str]
    takes: frozenset[str] = frozenset()
    by_person: bool = False


_WRITTEN: Final = frozenset({"reason", "legal_basis", "remedy"})
_BASIS: Final = frozenset({"legal_basis"})

SHAPES: Final = {
    ActKind.ACCEPT: Shape(Rule.ACCEPT_5, {}, _WRITTEN),
    ActKind.NOT_ACCEPT: Shape(
        Rule.ACCEPT_5,
        {"ground": "不予受理须写明属于哪一种情形", "reason": "不予受理须说明理由"},
        _WRITTEN | {"competent_body"},
        by_person=True,
    ),
    ActKind.REQUEST_SUPPLEMENT: Shape(
        Rule.ONCE, {"missing": "须一次写明需要补正的全部内容"}, frozenset({"reason", "legal_basis"})
    ),
    ActKind.STOP: Shape(
        Rule.STOP,
        {
            "procedure": "须写明是哪一种特别程序",
            "days": "须写明所需的工作日数，书面告知申请人",
            "reason": "须写明理由，书面告知申请人",
        },
        _BASIS,
        by_person=True,
    ),
    ActKind.RESUME: Shape(
        Rule.STOP,
        {"procedure": "须写明是哪一种特别程序结束", "outcome": "须写明特别程序的结果"},
        frozenset({"reason", "legal_basis"}),
    ),
    ActKind.EXTEND: Shape(
        Rule.EXT_10,
        {
            "role": "须写明批准人的身份",
            "days": "须写明延长的工作日数",
            "reason": "须写明延长的理由，告知申请人",
        },
        _BASIS,
        by_person=True,
    ),
    ActKind.OVERRIDE: Shape(
        Rule.ONCE,
        {
            "role": "须写明批准人的身份",
            "overrides": "须写明准许突破的规则",
            "reason": "须写明准许的理由",
        },
        _BASIS,
        by_person=True,
    ),
    ActKind.DECIDE: Shape(Rule.DEC_20, {"decision": "办结须写明办理结论"}, _WRITTEN | {"results"}),
}

_OWN_RULES: Final = {
    "procedure": Rule.STOP,
    "outcome": Rule.STOP,
    "missing": Rule.ONCE,
    "overrides": Rule.ONCE,
    "ground": Rule.ACCEPT_5,
    "competent_body": Rule.ACCEPT_5,
}
"""Of fields that only one rule asks for, whatever the kind says."""


def kind_of(written: Mapping[str, Any]) -> ActKind | None:
    """None where it is missing or no kind at all."""
    kind = written.get("kind")
    return ActKind(kind) if isinstance(kind, str) and kind in set(ActKind) else None


def rule_of(kind: ActKind, written: Mapping[str, Any]) -> Rule:
    """The rule an act of this kind is measured by."""
    of_case = str(written.get("task_id", "")).endswith(f":{CASE_STEP}")
    return Rule.EXT_15 if kind is ActKind.EXTEND and of_case else SHAPES[kind].rule


def rule_of_field(name: str, written: Mapping[str, Any]) -> Rule | None:
    """The rule that asks for a field; None where no rule of law does."""
    kind = kind_of(written)
    if name in _OWN_RULES or kind is None:
        return _OWN_RULES.get(name)
    return rule_of(kind, written) if name in SHAPES[kind].needs else None
