"""Conditions (``when``): CEL over the answers of a theme's questionnaire, type-checked before anything is evaluated.

One string variable ``answers.<question>`` per question, nothing else; the result is a bool. The answer of a question
that was not asked is the empty string, so ``answers.housing == 'rent'`` is simply false there.
CEL is pure, always ends, and is bounded in size and iterations (https://cel.dev); see docs/decisions/0004-cel.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from cel_expr_python import cel

_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_POSITION = re.compile(r"<input>:(\d+):(\d+)")
_COMPARED = re.compile(r"answers\.(\w+)\s*[!=]=\s*('[^']*'|\"[^\"]*\")")
_REVERSED = re.compile(r"('[^']*'|\"[^\"]*\")\s*[!=]=\s*answers\.(\w+)")
_LISTED = re.compile(r"answers\.(\w+)\s+in\s+\[([^\]]*)\]")
_NAMED = re.compile(r"\banswers\.(\w+)")
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")


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

    def eval(self, *, data: Mapping[str, str]) -> _Value: ...


class Condition:
    """A compiled condition. Immutable and free to be shared between threads."""

    __slots__ = ("_expression", "source")

    def __init__(self, source: str, expression: _Expression) -> None:
        self.source = source
        self._expression = expression

    def holds(self, bindings: Mapping[str, str]) -> bool:
        """Whether it holds for these bindings (see :func:`bind`)."""
        try:
            value = self._expression.eval(data=bindings).value()
        except RuntimeError as error:  # the iteration budget
            raise ConditionError(ConditionProblem.EVALUATION, self.source, str(error)) from None
        # Any other run-time error comes as a value of type ERROR.
        if not isinstance(value, bool):
            raise ConditionError(ConditionProblem.EVALUATION, self.source, str(value))
        return value


def bind(questions: Iterable[str], answers: Mapping[str, str]) -> dict[str, str]:
    """Variables for :meth:`Condition.holds`: every question has one, empty where there is no answer."""
    return {f"answers.{question}": answers.get(question, "") for question in questions}


@lru_cache(maxsize=512)
def _environment(questions: tuple[str, ...]) -> cel.Env:
    return cel.NewEnv(variables={f"answers.{question}": cel.Type.STRING for question in questions})


@lru_cache(maxsize=8192)
def compile_condition(source: str, questions: tuple[str, ...]) -> Condition:
    """Parse and type-check ``source`` against the variables of ``questions``; raises :class:`ConditionError`."""
    try:
        expression = _environment(questions).compile(source)
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


def compared_values(source: str) -> list[tuple[str, str]]:
    """(question, literal) for each literal the source compares an answer with: ``==``, ``!=`` and ``in [...]``.

    The library gives no access to the syntax tree, so this reads the text; it serves the linter's typo check only.
    """
    found = [(question, literal[1:-1]) for question, literal in _COMPARED.findall(source)]
    found += [(question, literal[1:-1]) for literal, question in _REVERSED.findall(source)]
    for question, listed in _LISTED.findall(source):
        found += [(question, single or double) for single, double in _LITERAL.findall(listed)]
    return found


def named_variables(source: str) -> frozenset[str]:
    """Questions the source speaks of, read from its text as :func:`compared_values` does."""
    return frozenset(_NAMED.findall(source))
