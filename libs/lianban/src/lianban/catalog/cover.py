"""When something holds, found from the situations in which it holds, and said in the words of the questionnaire.

Conditions are evaluated, never read: whatever a condition is made of, its meaning is the set of situations it holds in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lianban.catalog.models import Question, Theme

Box = tuple[tuple[str, tuple[str, ...]], ...]
"""(question, its answers that will do) for some questions, all of which must fit. Empty: no question matters."""

_NEVER: Final[tuple[Box, ...]] = ()
_ALWAYS: Final[tuple[Box, ...]] = ((),)


class Cover:
    """Describes sets of situations. ``situations`` are normalised answers, every one the questionnaire can end with:
    a question that is not asked has the empty string."""

    def __init__(self, theme: Theme, situations: Sequence[Mapping[str, str]]) -> None:
        self._theme = theme
        self._all = (1 << len(situations)) - 1
        self._situations = situations
        # Sets of situations are bits of an integer: (question, answer) → those in which it is given.
        self._given: dict[str, dict[str, int]] = {question.code: {} for question in theme.questions}
        for number, answers in enumerate(situations):
            for code, given in self._given.items():
                given[answers[code]] = given.get(answers[code], 0) | 1 << number

    def boxes(self, chosen: Sequence[bool]) -> tuple[Box, ...]:
        """Boxes that together hold exactly the situations chosen. None of them could be larger."""
        wanted = sum(1 << number for number, is_chosen in enumerate(chosen) if is_chosen)
        if wanted == self._all:
            return _ALWAYS
        found: list[Box] = []
        left = wanted
        while left:
            box, held = self._grown((left & -left).bit_length() - 1, wanted)
            found.append(box)
            left &= ~held
        return tuple(found) or _NEVER

    def when_zh(self, chosen: Sequence[bool]) -> str | None:
        """The condition in words, None when it holds in every situation."""
        boxes = self.boxes(chosen)
        return None if boxes == _ALWAYS else "；或者".join(self._box_zh(box) for box in boxes)

    def _grown(self, start: int, wanted: int) -> tuple[Box, int]:
        """The largest box around situation ``start`` within ``wanted``, and the situations it holds.

        Questions that are not asked there are let go first (the answers to the others say as much), then later ones:
        what is left are the questions a reader meets first.
        """
        answers = self._situations[start]
        accepted: dict[str, tuple[str, ...]] = {code: (answers[code],) for code in self._given}
        later_first = list(accepted)[::-1]
        for code in sorted(later_first, key=lambda code: answers[code] != ""):
            without = {other: values for other, values in accepted.items() if other != code}
            if not self._held(without) & ~wanted:
                accepted = without
        for code in accepted:
            for value in filter(None, self._given[code]):
                wider = {**accepted, code: tuple(dict.fromkeys((*accepted[code], value)))}
                if not self._held(wider) & ~wanted:
                    accepted = wider
        return tuple(accepted.items()), self._held(accepted)

    def _held(self, accepted: Mapping[str, tuple[str, ...]]) -> int:
        held = self._all
        for code, values in accepted.items():
            given = self._given[code]
            held &= sum(given[value] for value in values)  # answers exclude one another, so the sum is the union
        return held

    def _box_zh(self, box: Box) -> str:
        questions = {question.code: question for question in self._theme.questions}
        return "，且".join(self._factor_zh(questions[code], values) for code, values in box)

    def _factor_zh(self, question: Question, values: tuple[str, ...]) -> str:
        heading = f"“{question.text.partition('？')[0]}”"
        chosen = [option.label for option in question.options if option.value in values]
        others = [option.label for option in question.options if option.value not in values]
        always_asked = "" not in self._given[question.code]
        if always_asked and 0 < len(others) < len(chosen):
            return f"{heading}未选{_either(others)}"
        return f"{heading}选{_either(chosen)}"


def _either(labels: list[str]) -> str:
    return "或".join(f"“{label}”" for label in labels)
