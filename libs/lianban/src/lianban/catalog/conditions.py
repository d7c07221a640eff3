"""Conditions (``when``): CEL, type-checked before anything is evaluated; the result is a bool.

Of a questionnaire: one string variable ``answers.<question>`` per question, nothing else. The answer of a question
that was not asked is the empty string, so ``answers.housing == 'rent'`` is simply false there.
Of a theme's eligibility: one variable ``facts.<fact>`` of the fact's type, see :mod:`lianban.catalog.eligibility`.
CEL is pure, always ends, and is bounded in size and iterations (https://cel.dev); see docs/decisions/0004-cel.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol

from cel_expr_python import cel

_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_POSITION = re.compile(r"<input>:(\d+):(\d+)")
_NO_VALUE = "UNKNOWN: No value with name"
_COMPARED = re.compile(r"(\w+)\.(\w+)\s*[!=]=\s*('[^']*'|\"[^\"]*\")")
_REVERSED = re.compile(r"('[^']*'|\"[^\"]*\")\s*[!=]=\s*(\w+)\.(\w+)")
_LISTED = re.compile(r"(\w+)\.(\w+)\s+in\s+\[([^\]]*)\]")
_NAMED = re.compile(r"\b(\w+)\.(\w+)")
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")


Scalar = str | int | bool


class ValueType(StrEnum):
    """Type of a variable."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"


Variables = tuple[tuple[str, ValueType], ...]
"""Full names (``answers.housing``) and types of what a condition may speak of."""

_TYPES: Final = {
    ValueType.STRING: cel.Type.STRING,
    ValueType.INTEGER: cel.Type.INT,
    ValueType.BOOLEAN: cel.Type.BOOL,
}


class ConditionProblem(StrEnum):
    """What is wrong with a condition."""

    SYNTAX = "syntax"
    UNKNOWN_VARIABLE = "unknown-variable"
    WRONG_TYPE = "wrong-type"
    EVALUATION = "evaluation"


class ConditionError(ValueError):
    """A condition that cannot be used. ``detail`` names the variable, the type or the place, whichever helps."""

    def __init__(self, problem: ConditionProblem, source: str, detail: str) -> None:
        super().__init__(f"{problem}: {detail}: {source}")
        self.problem = problem
        self.source = source
        self.detail = detail


class _Value(Protocol):
    def value(self) -> object: ...


class _Expression(Protocol):
    """What is used of the library's expression object (it ships a stub without a py.typed marker)."""

    def eval(self, *, data: Mapping[str, Scalar]) -> _Value: ...


class Condition:
    """A compiled condition. Immutable and free to be shared between threads."""

    __slots__ = ("_expression", "source")

    def __init__(self, source: str, expression: _Expression) -> None:
        self.source = source
        self._expression = expression

    def holds(self, bindings: Mapping[str, Scalar]) -> bool:
        """Whether it holds for these bindings (see :func:`bind`), which give every variable a value."""
        value = self._value(bindings)
        # A run-time error comes as a value of type ERROR.
        if not isinstance(value, bool):
            raise ConditionError(ConditionProblem.EVALUATION, self.source, str(value))
        return value

    def decided(self, bindings: Mapping[str, Scalar]) -> bool | None:
        """The same where variables may have no value; None: what is missing decides. CEL's ``&&`` and ``||`` look at
        both sides, so ``facts.a || facts.b`` holds when one of them does and the other is not known."""
        value = self._value(bindings)
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.startswith(_NO_VALUE):
            return None
        raise ConditionError(ConditionProblem.EVALUATION, self.source, str(value))

    def _value(self, bindings: Mapping[str, Scalar]) -> object:
        try:
            return self._expression.eval(data=bindings).value()
        except RuntimeError as error:  # the iteration budget
            raise ConditionError(ConditionProblem.EVALUATION, self.source, str(error)) from None


def bind(questions: Iterable[str], answers: Mapping[str, str]) -> dict[str, str]:
    """Variables for :meth:`Condition.holds`: every question has one, empty where there is no answer."""
    return {f"answers.{question}": answers.get(question, "") for question in questions}


@lru_cache(maxsize=512)
def _environment(variables: Variables) -> cel.Env:
    return cel.NewEnv(variables={name: _TYPES[kind] for name, kind in variables})


@lru_cache(maxsize=8192)
def compile_condition(source: str, questions: tuple[str, ...]) -> Condition:
    """A condition over the answers to ``questions``; raises :class:`ConditionError`."""
    return compile_expression(source, tuple((f"answers.{question}", ValueType.STRING) for question in questions))


@lru_cache(maxsize=8192)
def compile_expression(source: str, variables: Variables) -> Condition:
    """Parse and type-check ``source`` against the variables; raises :class:`ConditionError`."""
    try:
        expression = _environment(variables).compile(source)
    except RuntimeError as error:
        raise _explained(source, str(error)) from None
    result = expression.return_type()
    if result != cel.Type.BOOL:
        raise ConditionError(ConditionProblem.WRONG_TYPE, source, str(result.name()).lower())
    return Condition(source, expression)


def _explained(source: str, message: str) -> ConditionError:
    if unknown := _UNDECLARED.search(message):
        return ConditionError(ConditionProblem.UNKNOWN_VARIABLE, source, unknown[1])
    if "no matching overload" in message:
        return ConditionError(ConditionProblem.WRONG_TYPE, source, "overload")
    position = _POSITION.search(message)
    return ConditionError(ConditionProblem.SYNTAX, source, position[2] if position else "1")


def compared_values(source: str, space: str = "answers") -> list[tuple[str, str]]:
    """(variable, literal) for each literal the source compares a variable of the name space with: ``==``, ``!=`` and
    ``in [...]``.

    The library gives no access to the syntax tree, so this reads the text; it serves the linter's typo check only.
    """
    found = [(name, literal[1:-1]) for of, name, literal in _COMPARED.findall(source) if of == space]
    found += [(name, literal[1:-1]) for literal, of, name in _REVERSED.findall(source) if of == space]
    for of, name, listed in _LISTED.findall(source):
        if of == space:
            found += [(name, single or double) for single, double in _LITERAL.findall(listed)]
    return found


def named_variables(source: str, space: str = "answers") -> tuple[str, ...]:
    """Variables of the name space that the source speaks of, each once, read from its text as
    :func:`compared_values` does. What looks like one inside a literal is none."""
    return tuple(dict.fromkeys(name for of, name in _NAMED.findall(_LITERAL.sub("''", source)) if of == space))
