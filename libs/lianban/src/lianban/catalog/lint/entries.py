"""Single entries: elements, divisions, matters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from lianban.catalog.faults import Finding
from lianban.catalog.graph import cycles
from lianban.catalog.models import Catalog, FactOption, Option
from lianban.catalog.terms import ElementType, FactType, Silence, SpecialProcedureKind, StepKind
from lianban.clock.limits import Unit


class Named(Protocol):
    """An entry as far as its name goes."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...


MAX_INTEGER: Final = 10**12
"""Far below what conditions can count."""


def duplicate_options(catalog: Catalog) -> Iterator[Finding]:
    """An option that stands twice in an element, a fact or a question."""
    for fact in catalog.facts.values():
        for value in _repeated(fact.options):
            yield Finding("facts", fact.code, ("options",), f"选项 {value} 重复", "删去其中一个")
    for element in catalog.elements.values():
        for value in _repeated(element.options):
            yield Finding("elements", element.code, ("options",), f"选项 {value} 重复", "删去其中一个")
    for theme in catalog.themes.values():
        for index, question in enumerate(theme.questions):
            for value in _repeated(question.options):
                field = ("questions", index, "options")
                yield Finding("themes", theme.code, field, f"选项 {value} 重复", "删去其中一个")


def _repeated(options: Iterable[Option | FactOption]) -> list[str]:
    values = [option.value for option in options]
    return [value for value in dict.fromkeys(values) if values.count(value) > 1]


def choice_options(catalog: Catalog) -> Iterator[Finding]:
    """A choice without options, options where nothing is chosen."""
    for element in catalog.elements.values():
        if element.type is ElementType.CHOICE and not element.options:
            yield Finding("elements", element.code, ("type",), "单选数据元没有选项", "写上 options，或改为 text")
        if element.type is not ElementType.CHOICE and element.options:
            yield Finding(
                "elements", element.code, ("options",), "只有 choice 类型可以有选项", "删去选项，或类型改为 choice"
            )


def element_bounds(catalog: Catalog) -> Iterator[Finding]:
    """Bounds that contradict each other, a pattern that is none."""
    for element in catalog.elements.values():
        for low, high in (("min_length", "max_length"), ("minimum", "maximum")):
            lowest, highest = getattr(element, low), getattr(element, high)
            if lowest is not None and highest is not None and lowest > highest:
                yield Finding("elements", element.code, (low,), f"{low} 大于 {high}", "改正上下限")
        if element.pattern is not None:
            try:
                re.compile(element.pattern)
            except re.error:
                yield Finding("elements", element.code, ("pattern",), "正则表达式有误", "改正 pattern")


def division_tree(catalog: Catalog) -> Iterator[Finding]:
    """A division that is its own ancestor."""
    parents = {code: (item.parent,) if item.parent else () for code, item in catalog.divisions.items()}
    for cycle in cycles(parents):
        message = f"区划上下级成环：{' → '.join([*cycle, cycle[0]])}"
        yield Finding("divisions", cycle[0], ("parent",), message, "改正 parent")


def duplicate_names(catalog: Catalog) -> Iterator[Finding]:
    """Two codes of one name: the same thing would be asked for twice, or two things could not be told apart."""
    sections: dict[str, Iterable[Named]] = {
        "departments": catalog.departments.values(),
        "licences": catalog.licences.values(),
        "elements": catalog.elements.values(),
        "materials": catalog.materials.values(),
        "matters": catalog.matters.values(),
        "themes": catalog.themes.values(),
    }
    for section, entries in sections.items():
        seen: dict[str, str] = {}
        for entry in entries:
            if (first := seen.setdefault(entry.name, entry.code)) != entry.code:
                message = f"名称“{entry.name}”与 {first} 相同"
                yield Finding(section, entry.code, ("name",), message, "是同一项的只留其一，不是的改名以便区分")


def matter_basis(catalog: Catalog) -> Iterator[Finding]:
    """设定依据: what a matter rests on; of an administrative decision, a law."""
    for matter in catalog.matters.values():
        if matter.kind is StepKind.DECIDE and not matter.basis:
            yield Finding("matters", matter.code, ("basis",), "审批事项没有设定依据", "写明法律名称和条文")
        elif not matter.basis:
            yield Finding("matters", matter.code, ("basis",), "事项没有设定依据", "写明法律、文件或者服务标准的名称")


def matter_limit(catalog: Catalog) -> Iterator[Finding]:
    """办结时限: all have one but BATCH, a NOTICE one of days, SERVICE no legal one (clocks.md, step kinds)."""
    for matter in catalog.matters.values():
        days = matter.limit is not None and matter.limit.unit is not Unit.INSTANT
        if matter.kind is StepKind.NOTICE and not days:
            yield Finding("matters", matter.code, ("limit",), "公示没有天数", "写明 limit，单位为 WD 或 D")
        elif matter.kind is StepKind.DECIDE and matter.limit is None:
            yield Finding("matters", matter.code, ("limit",), "审批事项没有办理时限", "写明 limit（单位、承诺、法定）")
        elif matter.kind is not StepKind.BATCH and matter.limit is None:
            yield Finding("matters", matter.code, ("limit",), "事项没有办理时限", "写明 limit，即办的单位为 INSTANT")
        if matter.kind is StepKind.BATCH and matter.limit is not None:
            yield Finding("matters", matter.code, ("limit",), "批次集中办理的事项不单独计时", "删去 limit")
        if matter.kind is StepKind.SERVICE and matter.limit is not None and matter.limit.legal is not None:
            yield Finding(
                "matters", matter.code, ("limit", "legal"), "公共服务事项没有法定时限", "删去 legal，只写承诺时限"
            )


def matter_results(catalog: Catalog) -> Iterator[Finding]:
    """A result code that stands twice in a matter."""
    for matter in catalog.matters.values():
        codes = [result.code for result in matter.results]
        for code in dict.fromkeys(codes):
            if codes.count(code) > 1:
                yield Finding("matters", matter.code, ("results",), f"办理结果 {code} 重复", "改用另一个代码")


def special_procedures(catalog: Catalog) -> Iterator[Finding]:
    """A stop of 行政许可法 art. 45 has a kind of that article; one of another law names that law. It has a longest
    length, and there is a clock it stops."""
    for matter in catalog.matters.values():
        if matter.special_procedures and matter.kind in (StepKind.BATCH, StepKind.NOTICE):
            message = "公示、批次事项没有可以暂停的时限"
            yield Finding("matters", matter.code, ("special_procedures",), message, "删去特别程序，或改正 kind")
        for index, item in enumerate(matter.special_procedures):
            if item.limit.unit is Unit.INSTANT:
                field = ("special_procedures", index, "limit")
                yield Finding("matters", matter.code, field, "特别程序没有最长期限", "写明最多几个工作日或自然日")
            own = all("行政许可法" in basis.law for basis in item.basis)
            if item.kind is SpecialProcedureKind.OWN_LAW and own:
                field = ("special_procedures", index, "basis")
                yield Finding("matters", matter.code, field, "行政许可法没有这种特别程序", "写明规定它的法律、法规")


def silence(catalog: Catalog) -> Iterator[Finding]:
    """Silence may stand for an opinion, never for a licence; and there must be a limit to let pass."""
    for matter in catalog.matters.values():
        if matter.silence is Silence.TACIT_OPINION and (matter.kind is not StepKind.OPINION or matter.limit is None):
            message = "缺席默认只适用于有时限的征求意见（OPINION）事项，不得默示许可"
            yield Finding("matters", matter.code, ("silence",), message, "改为 ESCALATE")


def offices(catalog: Catalog) -> Iterator[Finding]:
    """A role and a division go together, and a division has one office of a role."""
    seen: dict[tuple[str | None, str | None], str] = {}
    for department in catalog.departments.values():
        if (department.role is None) is not (department.division is None):
            yield Finding("departments", department.code, ("role",), "role 与 division 须同时写明", "补上另一项")
        elif department.role is not None:
            first = seen.setdefault((department.role, department.division), department.code)
            if first != department.code:
                message = f"{department.division} 已有承担 {department.role} 的 {first}"
                yield Finding("departments", department.code, ("division",), message, "一个区划只设一个")


def fact_types(catalog: Catalog) -> Iterator[Finding]:
    """A choice has options, an integer has bounds, and nothing else has."""
    for fact in catalog.facts.values():
        if (fact.type is FactType.CHOICE) is not bool(fact.options):
            yield Finding("facts", fact.code, ("options",), "只有 choice 类型有选项，且至少一个", "改正类型或选项")
        bounds = [bound for bound in (fact.minimum, fact.maximum) if bound is not None]
        if len(bounds) != (2 if fact.type is FactType.INTEGER else 0):
            message = "integer 类型须写明 minimum 和 maximum，其他类型没有"
            yield Finding("facts", fact.code, ("type",), message, "改正类型或上下限")
        elif bounds and not -MAX_INTEGER <= bounds[0] <= bounds[1] <= MAX_INTEGER:
            message = f"minimum 大于 maximum，或超出 {MAX_INTEGER}"
            yield Finding("facts", fact.code, ("minimum",), message, "改正上下限")
