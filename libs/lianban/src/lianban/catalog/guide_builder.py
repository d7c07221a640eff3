"""Theme → guide, for everyone or for the situation that answers describe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final

from lianban.catalog.answers import InvalidAnswers, normalised, validate_answers
from lianban.catalog.compiler import ACCEPTANCE_LIMIT, UnknownTheme, build_plan
from lianban.catalog.form import build_form
from lianban.catalog.graph import stages, topological, without
from lianban.catalog.guide import (
    Guide,
    GuideFee,
    GuideField,
    GuideFieldGroup,
    GuideMaterial,
    GuideOption,
    GuideProduced,
    GuideQuestion,
    GuideResult,
    GuideStep,
    Range,
    Reduction,
)
from lianban.catalog.index import SelectedStep, Selection, theme_index
from lianban.catalog.materials import MaterialRequirement
from lianban.catalog.models import Catalog, Matter
from lianban.catalog.notice import NoticeFee, build_notice
from lianban.catalog.plan import Plan
from lianban.catalog.survey import Situation, Survey
from lianban.catalog.terms import AcceptanceMode
from lianban.catalog.wording import (
    EXEMPT_ZH,
    MATERIAL_FORM_ZH,
    MATERIAL_SOURCE_ZH,
    SHORTENED_ZH,
    STEP_KIND_ZH,
    basis_zh,
    legal_zh,
    promised_zh,
    special_procedure_zh,
)

_REDUCTIONS: Final = (
    ("days", "办理时间", "个工作日"),
    ("steps", "办理环节", "个"),
    ("materials", "申请材料", "份"),
    ("visits", "跑动次数", "次"),
    ("forms", "申请表单", "张"),
    ("fields", "填写字段", "项"),
)


def build_guide(catalog: Catalog, theme_code: str, answers: Mapping[str, str] | None = None) -> Guide:
    """The guide for everyone, or for the situation of ``answers``, in the division the theme is for.

    Raises :class:`UnknownTheme`, :class:`InvalidAnswers` with every fault of the answers.
    """
    if theme_code not in catalog.themes:
        raise UnknownTheme(theme_code)
    index = theme_index(catalog, theme_code)
    settled = None
    if answers is not None:
        if faults := validate_answers(index.theme, answers):
            raise InvalidAnswers(faults)
        settled = normalised(index.theme, answers)
    survey = Survey(index, catalog.divisions[index.theme.division], settled)
    return _Builder(catalog, survey, settled).guide()


class _Builder:
    def __init__(self, catalog: Catalog, survey: Survey, settled: Mapping[str, str] | None) -> None:
        self._catalog = catalog
        self._survey = survey
        self._settled = settled
        self._index = survey.index
        self._theme = survey.index.theme
        self._selection: Selection = survey.selection()
        selected = {step.code: step for step in self._selection.steps}
        graph = without(self._index.graph, selected)
        self._steps: dict[str, SelectedStep] = {code: selected[code] for code in topological(graph)}
        self._stage = {code: number for number, codes in enumerate(stages(graph), 1) for code in codes}
        division = catalog.divisions[self._theme.division]
        self._plan: Plan = build_plan(self._index, self._steps, graph, division)
        self._materials = survey.materials(self._steps.values())
        self._names = {step.code: step.name for step in self._plan.steps}
        self._step_when = {code: self._when_step(code) for code in self._steps}

    def guide(self) -> Guide:
        theme, index = self._theme, self._index
        notice = build_notice(index, self._plan, self._steps, self._materials)
        situations = self._survey.situations
        lead = index.departments[theme.lead].name
        on_filing = theme.acceptance is AcceptanceMode.ON_FILING
        return Guide(
            code=theme.code,
            name=theme.name,
            version=index.version,
            area=theme.area,
            stage=theme.stage,
            audience=notice.audience,
            summary=theme.summary,
            division=notice.division,
            lead=lead,
            participants=tuple(
                dict.fromkeys(step.department_name for step in self._plan.steps if step.department_name != lead)
            ),
            promised=notice.promised,
            legal=notice.legal,
            acceptance="材料齐全、符合法定形式的当场受理" if on_filing else f"{promised_zh(ACCEPTANCE_LIMIT)}内决定",
            delivery_promised=notice.delivery_promised,
            delivery_modes=notice.delivery_modes,
            supplement_limit=notice.supplement_limit,
            tailored=self._settled is not None,
            exhaustive=self._survey.exhaustive,
            eligibility=tuple(rule.why for rule in theme.eligibility),
            conditions=theme.conditions,
            questions=self._questions(),
            steps=tuple(self._step(order, code) for order, code in enumerate(self._steps, 1)),
            materials=tuple(self._material(item) for item in self._materials if item.asked),
            produced=tuple(
                GuideProduced(name=item.name, by=self._named(item.produced_by), used_by=self._named(item.produced_for))
                for item in self._materials
                if not item.asked
            ),
            form=self._form(),
            fees=tuple(fee for code in self._steps for fee in self._fees(code)),
            fee_total=_range(
                sum((fee.amount for step in found.steps.values() for fee in step.matter.fees), Decimal(0))
                for found in situations
            ),
            results=tuple(result for code in self._steps for result in self._results(code)),
            windows=notice.windows,
            visits=_range(found.savings.after.visits for found in situations),
            reductions=tuple(
                Reduction(
                    code=code,
                    name=name,
                    unit=unit,
                    before=_range(getattr(found.savings.before, code) for found in situations),
                    after=_range(getattr(found.savings.after, code) for found in situations),
                )
                for code, name, unit in _REDUCTIONS
            ),
            shortened=f"{SHORTENED_ZH} {notice.promised}。",
            review_note=notice.review_note,
        )

    def _questions(self) -> tuple[GuideQuestion, ...]:
        """All of them; in a guide for one situation those that were asked, with their answers."""
        survey, settled = self._survey, self._settled

        def is_asked(code: str) -> Callable[[Situation], bool]:
            return lambda found: found.answers[code] != ""

        return tuple(
            GuideQuestion(
                code=question.code,
                text=question.text,
                options=tuple(GuideOption(value=option.value, label=option.label) for option in question.options),
                when=survey.when_zh(is_asked(question.code)),
                asked_if=survey.boxes(is_asked(question.code)),
                answer=None if settled is None else settled[question.code],
            )
            for question in self._theme.questions
            if settled is None or settled[question.code]
        )

    def _step(self, order: int, code: str) -> GuideStep:
        step, matter = self._plan.step(code), self._steps[code].matter
        return GuideStep(
            code=code,
            order=order,
            stage=self._stage[code],
            name=step.name,
            kind=STEP_KIND_ZH[step.kind],
            department=step.department_name,
            department_short=self._index.departments[step.department].short_name,
            delegated_to=self._delegated_to(matter),
            after=self._named(step.after),
            promised=promised_zh(step.limit),
            legal=legal_zh(step.limit),
            when=self._step_when[code],
            conditions=matter.conditions,
            basis=basis_zh(matter.basis),
            special_procedures=tuple(special_procedure_zh(item) for item in matter.special_procedures),
            refusal=matter.refusal_text,
        )

    def _delegated_to(self, matter: Matter) -> tuple[str, ...]:
        if matter.handled_by is None:
            return ()
        bodies = self._index.departments.values()
        return tuple(body.name for body in bodies if body.role == matter.handled_by and body.division is not None)

    def _material(self, item: MaterialRequirement) -> GuideMaterial:
        entry, code = self._index.materials[item.material], item.material
        source = MATERIAL_SOURCE_ZH[entry.source] + (f"（{entry.issuer}）" if entry.issuer else "")
        makers = "、".join(f"“{name}”" for name in self._named(item.produced_by))
        return GuideMaterial(
            code=code,
            name=item.name,
            form=MATERIAL_FORM_ZH[item.form],
            copies=item.copies,
            required=item.required,
            formats=item.formats,
            source=source,
            description=item.description,
            standards=item.standards,
            needed_by=self._named(item.needed_by),
            when=self._survey.when_zh(lambda found: code in found.materials and found.materials[code].asked),
            exempt=EXEMPT_ZH if item.fetchable else None,
            produced=f"一并办理{makers}的，由本次联办产生，无需提交" if makers else None,
        )

    def _form(self) -> tuple[GuideFieldGroup, ...]:
        form = build_form(self._index, self._selection)
        groups: dict[str, list[GuideField]] = {}
        for field in form.fields:
            element = field.element
            registry = self._catalog.registries.get(element.registry or "") if element.prefillable else None
            groups.setdefault(element.group, []).append(
                GuideField(
                    code=field.code,
                    name=element.name,
                    required=field.required,
                    hint=element.hint,
                    choices=tuple(option.label for option in element.options),
                    prefilled=registry.name if registry else None,
                    when=self._when_field(field.code),
                )
            )
        return tuple(GuideFieldGroup(name=name, fields=tuple(fields)) for name, fields in groups.items())

    def _fees(self, code: str) -> Iterable[GuideFee]:
        matter = self._steps[code].matter
        when = self._step_when[code]
        return (GuideFee(**dict(NoticeFee.of(matter, fee)), when=when) for fee in matter.fees)

    def _results(self, code: str) -> Iterable[GuideResult]:
        step = self._plan.step(code)
        return (
            GuideResult(
                name=result.name,
                step=step.name,
                department=step.department_name,
                deliverable=result.deliverable,
                electronic=result.elicence is not None,
                validity=result.validity,
                when=self._step_when[code],
            )
            for result in self._steps[code].matter.results
        )

    def _when_step(self, code: str) -> str | None:
        return self._survey.when_zh(lambda found: code in found.steps)

    def _when_field(self, code: str) -> str | None:
        return self._survey.when_zh(lambda found: code in found.fields)

    def _named(self, codes: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._names[code] for code in codes)


def _range(values: Iterable[int | Decimal]) -> Range:
    found = sorted(Decimal(value) for value in values)
    return Range(low=found[0], high=found[-1])
