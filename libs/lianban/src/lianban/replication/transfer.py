"""A package's definitions turned into local ones, against what is defined locally already. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from lianban.catalog.closure import SECTION_MODELS, entry_data
from lianban.catalog.conditions import compared_values
from lianban.catalog.faults import FieldPath, dotted
from lianban.catalog.field_names import SECTION_ZH
from lianban.catalog.levels import upward
from lianban.catalog.lint.references import references
from lianban.catalog.models import Catalog, Department, Division, Entry, KnownAnswers, Matter
from lianban.replication.mapping import RENAMED, Mapping, Target
from lianban.replication.package import Package
from lianban.replication.refusal import Refused

_LEFT_SHOWN: Final = 20


@dataclass
class Transfer:
    """``added``, ``replaced``: section → code → definition; ``reused``: (section, code) of what is there already.
    ``notes``: what whoever takes it in should look at."""

    added: dict[str, dict[str, Entry]] = field(default_factory=lambda: {section: {} for section in SECTION_MODELS})
    replaced: dict[str, dict[str, Entry]] = field(default_factory=lambda: {section: {} for section in SECTION_MODELS})
    reused: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def into(self, local: Catalog) -> Catalog:
        """The local catalogue afterwards."""
        return Catalog.model_validate(
            {
                section: {**getattr(local, section), **self.replaced[section], **self.added[section]}
                for section in SECTION_MODELS
            }
        )


def transfer(package: Package, mapping: Mapping, local: Catalog, division: str, *, update: bool = False) -> Transfer:
    """What taking the package in for ``division`` comes to. With ``update``, definitions of the same code and another
    content are replaced. Refused with every mapping that is missing and every conflict."""
    return _Transfer(package, mapping, local, division, update).carried_out()


class _Transfer:
    def __init__(self, package: Package, mapping: Mapping, local: Catalog, division: str, update: bool) -> None:
        self._package = package
        self._source = package.catalog
        self._mapping = mapping
        self._local = local
        self._update = update
        self._own, self._wanted = package.source.code, division
        self._found = Transfer()
        self._faults: list[str] = []
        self._places: dict[str, Target] = {self._own: division, **mapping.divisions}
        self._targets: dict[tuple[str, str], str] = {}
        """(section, code of the package) → local code, of departments and divisions."""
        self._named: dict[tuple[str, str], list[tuple[FieldPath, str, str]]] = {}
        """(section, code) → (field, target section, code) of all that the entry names."""
        for section, code, place, named_section, named in references(self._source):
            self._named.setdefault((section, code), []).append((place, named_section, named))
        self._direct = {named for found in self._named.values() for _, kind, named in found if kind == "departments"}
        """Departments that something names; others are only found through their role."""
        words = sorted(mapping.texts, key=len, reverse=True)
        self._words = re.compile("|".join(map(re.escape, words)) or r"(?!)")

    def carried_out(self) -> Transfer:
        for code in self._source.divisions:
            if code in self._places:
                self._division(code, self._places[code])
        self._check_division()
        for department in self._source.departments.values():
            self._department(department)
        if self._faults:
            raise Refused("映射不全或有误，没有引入", self._faults)
        for section in (*RENAMED, "facts"):
            for entry in getattr(self._source, section).values():
                self._entry(section, entry)
        self._known_answers()
        self._references_kept()
        if self._faults:
            raise Refused("与本地目录有冲突，没有引入", self._faults)
        self._notes()
        return self._found

    def _check_division(self) -> None:
        """The division imported for is what the package's own becomes. (One that is not defined is told already.)"""
        undefined = self._places[self._own] is not None
        if self._targets.get(("divisions", self._own), self._wanted if undefined else None) != self._wanted:
            self._faults.append(f"区划 {self._own} 须映射到 --division 的 {self._wanted}")

    def _division(self, code: str, target: Target) -> None:
        definition = self._source.divisions[code]
        if target is None:
            return
        if isinstance(target, Division):
            parent = target.parent
            if parent and parent not in self._local.divisions and parent not in self._source.divisions:
                self._faults.append(f"区划 {target.code} 的上级 {parent} 没有定义：先在本地 divisions.yaml 中定义")
            self._settle("divisions", target)
        elif str(target) in self._local.divisions:
            pass
        elif target == code:
            self._settle("divisions", self._worded("divisions", definition))
        else:
            way = f"先在本地 divisions.yaml 中定义，或在映射 divisions.{code} 中写明 name、level"
            self._faults.append(f"区划 {target} 在本地没有定义：{way}")
            return
        self._targets["divisions", code] = target.code if isinstance(target, Division) else str(target)

    def _department(self, department: Department) -> None:
        code, named = department.code, f"部门 {department.name}（{department.code}）"
        office = department.role is not None and code not in self._direct
        if code not in self._mapping.departments:
            ways = f"写 {code}: 本地代码，或写明本地的 name、short_name、window、phone"
            self._faults.append(f"{named}没有映射：{ways}{f'；不引入写 {code}: null' if office else ''}")
            return
        target = self._mapping.departments[code]
        if target is None:
            if not office:
                self._faults.append(f"{named}不能映射为 null：主题、事项或登记库引用了它")
            return
        if isinstance(target, Department):
            role = {"role": department.role} if department.role and not target.role else {}
            target = target.model_copy(update=role)
            self._settle("departments", target)
            self._targets["departments", code] = target.code
            return
        if str(target) not in self._local.departments and target != code:
            self._faults.append(f"{named}映射到 {target}，本地没有这个部门：改正代码，或写明它的定义")
            return
        if str(target) not in self._local.departments:
            self._taken_over(department)
        self._targets["departments", code] = str(target)

    def _taken_over(self, department: Department) -> None:
        """The package's definition itself, with what is local in it mapped."""
        data = entry_data(self._worded("departments", department))
        if department.window:
            window = self._mapping.windows.get(department.window)
            if window is None:
                way = f"写 windows: {{{department.window}: 本地窗口}}"
                self._faults.append(f"窗口 {department.window}（部门 {department.code}）没有映射：{way}")
                return
            data["window"] = window
        if department.division:
            place = self._targets.get(("divisions", department.division))
            if place is None:
                way = f"写 divisions: {{{department.division}: 本地区划}}"
                self._faults.append(f"区划 {department.division}（部门 {department.code} 所在）没有映射：{way}")
                return
            data["division"] = place
        self._settle("departments", Department.model_validate(data))

    def _entry(self, section: str, entry: Entry) -> None:
        data = deepcopy(entry_data(entry))
        code = str(data["code"])
        for place, target, named in self._named.get((section, code), ()):
            if target != "roles":
                _put(data, place, self._becomes(target, named))
        if section == "themes":
            for step, mapped in zip(entry_data(entry)["steps"], data["steps"], strict=True):
                if step["matter"] != mapped["matter"]:  # other steps know it by this code
                    mapped.setdefault("code", step["matter"])
        if isinstance(entry, Matter) and entry.task_code and data["department"] != entry.department:
            del data["task_code"]
            self._found.notes.append(f"事项 {entry.name}（{code}）的实施编码属于原部门，没有引入，请另行赋码")
        data["code"] = self._mapping.renamed(section, code)
        try:
            self._settle(section, SECTION_MODELS[section].model_validate(self._replaced(data)), code)
        except ValidationError:
            self._faults.append(f"{SECTION_ZH.get(section, section)} {code}: 替换文字后不再有效，请检查映射 texts")

    def _becomes(self, section: str, code: str) -> str:
        if section in ("departments", "divisions"):
            return self._targets.get((section, code), code)
        return self._mapping.renamed(section, code)

    def _settle(self, section: str, entry: Entry, known_as: str | None = None) -> None:
        """New, there already, or in conflict."""
        code = str(entry_data(entry)["code"])
        present = getattr(self._local, section).get(code) or self._found.added[section].get(code)
        if present is None:
            self._found.added[section][code] = entry
        elif entry_data(present) == entry_data(entry):
            if code not in self._found.added[section]:
                self._found.reused.append((section, code))
        elif self._update and section in RENAMED and code in getattr(self._local, section):
            self._found.replaced[section][code] = entry
        else:
            self._faults.append(_conflict(section, code, known_as or code))

    def _known_answers(self) -> None:
        """What conditions of the package's matters speak of and none of its themes offers, belongs to themes that
        stayed behind: it is noted, so that the linter does not take it for a slip."""
        offered = {
            (question.code, option.value)
            for theme in self._source.themes.values()
            for question in theme.questions
            for option in question.options
        } | {given for theme in self._source.themes.values() for given in theme.given.items()}
        elsewhere: dict[str, list[str]] = {}
        for matter in self._source.matters.values():
            conditions = [use.when for use in matter.elements] + [use.when for use in matter.materials]
            for question, value in (pair for condition in conditions for pair in compared_values(condition or "")):
                if value and (question, value) not in offered:
                    elsewhere.setdefault(question, []).append(value)
        for question, values in sorted(elsewhere.items()):
            known = self._local.answers.get(question)
            entry = KnownAnswers(code=question, values=tuple(sorted({*values, *(known.values if known else ())})))
            if known is None:
                self._found.added["answers"][question] = entry
            elif set(known.values) != set(entry.values):
                self._found.replaced["answers"][question] = entry

    def _references_kept(self) -> None:
        """What is taken over names nothing that was left behind."""
        after = self._found.into(self._local)
        for section, code, place, target, named in references(after):
            taken = code in self._found.added[section] or code in self._found.replaced[section]
            if taken and target == "divisions" and named not in after.divisions:
                where = f"{SECTION_ZH.get(section, section)} {code}.{dotted(place)}"
                self._faults.append(f"区划 {named}（{where}）没有映射：写 divisions: {{{named}: 本地区划}}")
            if taken and target == "roles" and all(item.role != named for item in after.departments.values()):
                where = f"{SECTION_ZH.get(section, section)} {code}"
                self._faults.append(f"角色 {named}（{where}）在本地没有承担的部门：在部门中写明 role 与 division")

    def _worded(self, section: str, entry: Entry) -> Entry:
        return SECTION_MODELS[section].model_validate(self._replaced(entry_data(entry)))

    def _replaced(self, value: Any) -> Any:
        """With the mapping's words replaced in every text."""
        if isinstance(value, dict):
            return {key: self._replaced(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._replaced(part) for part in value]
        if isinstance(value, str):
            return self._words.sub(lambda found: self._mapping.texts[found[0]], value)
        return value

    def _notes(self) -> None:
        words = [self._package.source.name]
        words += [
            item.name
            for item in self._source.divisions.values()
            if self._own in upward(self._source.divisions, item.code)
        ]
        left = [
            f"{SECTION_ZH.get(section, section)} {code}"
            for section in SECTION_MODELS
            for code, entry in {**self._found.added[section], **self._found.replaced[section]}.items()
            if self._own != self._targets.get(("divisions", self._own))
            if any(word in text for word in words for text in _texts_in(entry_data(entry)))
        ]
        if left:
            more = f" 等 {len(left)} 处" if len(left) > _LEFT_SHOWN else ""
            self._found.notes.append(
                f"文字中仍有原区划的名称，可在映射 texts 中替换：{'、'.join(left[:_LEFT_SHOWN])}{more}"
            )


def _conflict(section: str, code: str, known_as: str) -> str:
    word = SECTION_ZH.get(section, section)
    told = f"{word} {code} 在本地已有不同的定义："
    if section in ("departments", "divisions"):
        return f"{told}映射到本地代码即可，或换一个代码"
    if section == "facts":
        return f"{told}与本地统一这项定义"
    return f"{told}在映射 codes.{section} 中为 {known_as} 另取代码，或先统一两处定义；确认以包中的为准时加 --update"


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts_in(part)
    elif isinstance(value, str):
        yield value


def _put(data: Any, place: FieldPath, value: str) -> None:
    for part in place[:-1]:
        data = data[part]
    data[place[-1]] = value
