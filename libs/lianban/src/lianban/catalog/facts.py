"""Facts a person or a company states of itself: their variables, whether they will do, how they are typed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lianban.catalog.conditions import Scalar, ValueType, Variables
from lianban.catalog.faults import nearest
from lianban.catalog.models import Catalog, Fact
from lianban.catalog.terms import Audience, FactType
from lianban.catalog.wording import AUDIENCE_ZH

_VALUE_TYPES: Final = {
    FactType.INTEGER: ValueType.INTEGER,
    FactType.BOOLEAN: ValueType.BOOLEAN,
    FactType.CHOICE: ValueType.STRING,
}
YES: Final = ("true", "是")
NO: Final = ("false", "否")


class FactProblem(StrEnum):
    UNKNOWN_FACT = "unknown-fact"
    OTHER_AUDIENCE = "other-audience"
    WRONG_TYPE = "wrong-type"
    UNKNOWN_OPTION = "unknown-option"
    OUT_OF_RANGE = "out-of-range"


@dataclass(frozen=True, slots=True)
class FactFault:
    """One thing wrong with the facts. ``pointer`` is a JSON pointer into them; the message repeats no value."""

    fact: str
    code: FactProblem
    message_zh: str

    @property
    def pointer(self) -> str:
        return "/" + self.fact.replace("~", "~0").replace("/", "~1")


class InvalidFacts(ValueError):
    """Facts nothing can be found by. Carries every fault."""

    def __init__(self, faults: tuple[FactFault, ...]) -> None:
        super().__init__("; ".join(fault.code for fault in faults))
        self.faults = faults


def facts_of(catalog: Catalog, audience: Audience) -> tuple[Fact, ...]:
    """The facts this audience may state, as the catalogue lists them."""
    return tuple(fact for fact in catalog.facts.values() if fact.audience is audience)


def fact_variables(catalog: Catalog, audience: Audience) -> Variables:
    """What eligibility rules of this audience's themes may speak of."""
    return tuple((f"facts.{fact.code}", _VALUE_TYPES[fact.type]) for fact in facts_of(catalog, audience))


def bind_facts(facts: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Variables for a rule: only facts that are stated have a value."""
    return {f"facts.{code}": value for code, value in facts.items()}


def checked_facts(catalog: Catalog, audience: Audience, facts: Mapping[str, object]) -> dict[str, Scalar]:
    """The facts, each known, of this audience, of its type and in its range; :class:`InvalidFacts` otherwise."""
    faults: list[FactFault] = []
    sound: dict[str, Scalar] = {}
    for code, value in facts.items():
        found = _fault(catalog, audience, code, value)
        if found:
            faults.append(FactFault(code, *found))
        elif isinstance(value, str | int):
            sound[code] = value
    if faults:
        raise InvalidFacts(tuple(faults))
    return sound


def read_value(fact: Fact, text: str) -> Scalar:
    """What was typed in, as the fact's type; the text itself when it is none, for :func:`checked_facts` to refuse."""
    if fact.type is FactType.BOOLEAN and text in YES + NO:
        return text in YES
    if fact.type is FactType.INTEGER:
        try:
            return int(text)
        except ValueError:
            return text
    return text


def values_zh(fact: Fact) -> str:
    """What may be stated, for people: ``true（是）、false（否）``."""
    match fact.type:
        case FactType.BOOLEAN:
            return f"{YES[0]}（{YES[1]}）、{NO[0]}（{NO[1]}）"
        case FactType.INTEGER:
            return f"{fact.minimum}～{fact.maximum} 的整数"
        case FactType.CHOICE:
            return "、".join(f"{option.value}（{option.label}）" for option in fact.options)


def _fault(catalog: Catalog, audience: Audience, code: str, value: object) -> tuple[FactProblem, str] | None:
    fact = catalog.facts.get(code)
    if fact is None:
        known = [item.code for item in facts_of(catalog, audience)]
        return FactProblem.UNKNOWN_FACT, f"没有这项情况，{nearest(code, known)}"
    if fact.audience is not audience:
        return FactProblem.OTHER_AUDIENCE, f"“{fact.name}”是{AUDIENCE_ZH[fact.audience]}的情况，请删去"
    # A bool is an int to Python, but not to whoever states an age.
    whole = isinstance(value, int) and not isinstance(value, bool)
    match fact.type:
        case FactType.BOOLEAN if not isinstance(value, bool):
            return FactProblem.WRONG_TYPE, f"“{fact.name}”应为{values_zh(fact)}"
        case FactType.INTEGER if not whole:
            return FactProblem.WRONG_TYPE, f"“{fact.name}”应为{values_zh(fact)}"
        case FactType.INTEGER if isinstance(value, int) and not _within(fact, value):
            return FactProblem.OUT_OF_RANGE, f"“{fact.name}”应为{values_zh(fact)}"
        case FactType.CHOICE if not isinstance(value, str):
            return FactProblem.WRONG_TYPE, f"“{fact.name}”应为选项之一：{values_zh(fact)}"
        case FactType.CHOICE if all(option.value != value for option in fact.options):
            return FactProblem.UNKNOWN_OPTION, f"“{fact.name}”没有这个选项（可选：{values_zh(fact)}）"
    return None


def _within(fact: Fact, value: int) -> bool:
    return (fact.minimum is None or value >= fact.minimum) and (fact.maximum is None or value <= fact.maximum)
