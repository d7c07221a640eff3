"""Every way a theme's questionnaire can end, and what is left of the theme then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lianban.catalog.answers import endings
from lianban.catalog.graph import ancestors, topological, without
from lianban.catalog.index import SelectedStep, Selection, ThemeIndex
from lianban.catalog.models import Theme

Outcome = tuple[object, ...]
"""What a selection comes to for the applicant: equal outcomes make the same plan, form and materials."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One set of answers and the steps it calls for, in plan order."""

    answers: dict[str, str]
    graph: dict[str, tuple[str, ...]]
    steps: dict[str, SelectedStep]
    ancestors: dict[str, frozenset[str]]
    outcome: Outcome

    def shown(self) -> str:
        return "、".join(f"{question}={answer}" for question, answer in self.answers.items() if answer) or "无需回答"


class Situations:
    """The situations of a sound theme: all of them, or ``exhaustive`` is false and the first ``MAX_SITUATIONS``."""

    def __init__(self, index: ThemeIndex) -> None:
        self.index = index
        self._answers, self.exhaustive = endings(index.theme)

    @property
    def theme(self) -> Theme:
        return self.index.theme

    @cached_property
    def all(self) -> list[Situation]:
        return [self._situation(answers) for answers in self._answers]

    @cached_property
    def distinct(self) -> list[Situation]:
        """One situation for each different outcome."""
        return list({situation.outcome: situation for situation in reversed(self.all)}.values())

    @cached_property
    def plans(self) -> list[Situation]:
        """One situation for each different set of steps."""
        return list({tuple(situation.graph): situation for situation in reversed(self.distinct)}.values())

    @cached_property
    def alike(self) -> list[tuple[int, tuple[str, ...]]]:
        """(question, options) for each largest group of two or more options that make no difference in any situation.
        Nothing where not every situation is known."""
        if not self.exhaustive:
            return []
        found: list[tuple[int, tuple[str, ...]]] = []
        for index, question in enumerate(self.theme.questions):
            outcomes = self._outcomes(index)
            groups: list[list[str]] = []
            for value in (option.value for option in question.options):
                same = (group for group in groups if all(item.get(group[0]) == item.get(value) for item in outcomes))
                if group := next(same, None):
                    group.append(value)
                else:
                    groups.append([value])
            found += [(index, tuple(group)) for group in groups if len(group) > 1]
        return found

    def _outcomes(self, index: int) -> list[dict[str, dict[tuple[str, ...], Outcome]]]:
        """For each set of earlier answers under which question ``index`` is asked: answer → later answers → outcome."""
        found: dict[tuple[str, ...], dict[str, dict[tuple[str, ...], Outcome]]] = {}
        for situation in self.all:
            answers = tuple(situation.answers.values())
            if answers[index]:
                later = found.setdefault(answers[:index], {}).setdefault(answers[index], {})
                later[answers[index + 1 :]] = situation.outcome
        return list(found.values())

    def _situation(self, answers: dict[str, str]) -> Situation:
        selection = self.index.select(answers)
        selected = {step.code: step for step in selection.steps}
        graph = without(self.index.graph, selected)
        steps = {code: selected[code] for code in topological(graph)}
        return Situation(answers, graph, steps, ancestors(graph), _outcome(selection))


def _outcome(selection: Selection) -> Outcome:
    elements = frozenset((use.element, use.required) for use in selection.elements)
    steps = tuple(
        (
            step.code,
            frozenset((use.element, use.required) for use in step.elements),
            frozenset((use.material, use.required, use.form, use.copies, use.standard) for use in step.materials),
        )
        for step in selection.steps
    )
    return elements, steps
