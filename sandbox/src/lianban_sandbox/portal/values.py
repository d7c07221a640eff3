"""Values for the fields of a form, from its JSON Schema alone: what the field is called says what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, Final, Protocol

from lianban.catalog.terms import Audience
from lianban_sandbox.portal.patterns import matching
from lianban_sandbox.portal.people import Company, Person, Registry

Field = Mapping[str, Any]

_NOT_BLANK: Final = r"\S"
_EXAMPLE: Final = re.compile(r"如[：:，, ]*([^、；，。;,]+)")
_PERSONAL: Final = ("_id_number", "_identity_number", "_name", "_birth_date", "_gender", "_sex", "_mobile", "_email")
_CHILD: Final = ("儿童", "子女", "学生", "孤儿", "婴儿", "哥哥", "幼儿")
_SCHOOL_AGE: Final = 6
_TRIES: Final = 50
_WIDE: Final = 100
"""Highest to lowest, from which on a range is taken by orders of magnitude."""


class Known(Protocol):
    """The people and the company that a form's fields may speak of."""

    registry: Registry
    company: Company
    address: str
    person: Person

    def of(self, code: str) -> Person:
        """Whom a field speaks of."""


class Applicant:
    """Who files: the people and the company a form speaks of, the same wherever it speaks of them.

    Fields that share a beginning (``mother_name``, ``mother_id_number``) speak of one person.
    """

    def __init__(self, fields: Mapping[str, Field], rng: Random, today: date) -> None:
        self.registry = Registry(rng, today)
        self.company = self.registry.company()
        self.address = self.registry.address()
        self._people: dict[str, Person] = {}
        adults = []
        for code, field in fields.items():
            prefix = _prefix(code)
            if prefix is None or prefix in self._people or not _identifies(code, field):
                continue
            related = {other: fields[other] for other in fields if _prefix(other) == prefix}
            self._people[prefix], grown = self._invent(related)
            if grown:
                adults.append(self._people[prefix])
        self.person = adults[0] if adults else self.registry.adult()

    def of(self, code: str) -> Person:
        """Whom a field speaks of: the person of its beginning, else whoever applies."""
        return self._people.get(_prefix(code) or "", self.person)

    def identity(self, subject: Mapping[str, Any], fields: Mapping[str, Field]) -> tuple[str, str]:
        """Type and number of whom a subject of the form stands for: whoever's number its fields ask, the person its
        fields speak of, else whoever applies."""
        person = self._people.get(str(subject["code"]).replace("-", "_"), self.person)
        for code, field in fields.items():
            if field.get("x-subject") == subject["code"] and field.get("x-type") == "identity_number":
                person = self.of(code)
        if subject.get("type") == Audience.COMPANY:
            return Audience.COMPANY, self.company.credit_code
        return Audience.PERSON, person.identity_number

    def _invent(self, related: Mapping[str, Field]) -> tuple[Person, bool]:
        titles = "".join(str(field.get("title", "")) for field in related.values())
        female = True if "母亲" in titles else False if "父亲" in titles else None
        if any(word in titles for word in _CHILD):
            numbered = any(field.get("x-type") == "identity_number" for field in related.values())
            return self.registry.child(_SCHOOL_AGE if numbered else 0, female), False
        if "法定代表人" in titles and "变更后" not in titles:
            return self.company.representative, True
        return self.registry.adult(female), True


class Values:
    """Values for the fields of one application."""

    def __init__(self, applicant: Known, rng: Random, today: date, division: str) -> None:
        self._applicant = applicant
        self._rng = rng
        self._today = today
        self._division = division

    def value(self, code: str, field: Field) -> Any:
        """A value that the field's schema lets pass."""
        if options := _options(field):
            return self._option(code, options)
        match field.get("type"):
            case "boolean":
                return self._rng.random() < 0.5
            case "integer":
                return int(self._number(field))
            case "number":
                return round(self._number(field), 2)
        return self._string(code, field)

    def _option(self, code: str, options: list[tuple[Any, str]]) -> Any:
        person = self._applicant.of(code)
        fitting = [value for value, title in options if title == ("女" if person.female else "男")]
        return fitting[0] if fitting else self._rng.choice(options)[0]

    def _number(self, field: Field) -> float:
        low = float(field.get("minimum", 1))
        high = float(field.get("maximum", low + 100))
        if low < 0 or high < _WIDE * max(low, 1.0):
            return low + self._rng.uniform(0.35, 0.6) * (high - low)
        # Limits are set wide, by orders of magnitude: areas and heads stand low among them, sums of money high.
        share = (
            self._rng.uniform(0.65, 0.75) if "（元）" in str(field.get("title", "")) else self._rng.uniform(0.3, 0.42)
        )
        least = max(low, min(1.0, high))
        return float(least * (high / least) ** share)

    def _string(self, code: str, field: Field) -> str:
        person = self._applicant.of(code)
        match field.get("x-type") or field.get("format"):
            case "identity_number":
                return person.identity_number
            case "credit_code":
                return self._applicant.company.credit_code
            case "mobile":
                return person.mobile
            case "email":
                return person.email
            case "division":
                return self._division
            case "date":
                return self._date(code, field).isoformat()
        return self._text(code, field)

    def _date(self, code: str, field: Field) -> date:
        if "出生" in str(field.get("title", "")):
            return self._applicant.of(code).birth_date
        return self._today - timedelta(days=self._rng.randint(30, 700))

    def _text(self, code: str, field: Field) -> str:
        pattern = str(field.get("pattern", _NOT_BLANK))
        least, most = int(field.get("minLength", 1)), int(field.get("maxLength", 500))
        if example := _EXAMPLE.search(str(field.get("description", ""))):
            given = example[1].strip().removesuffix("等")
            if least <= len(given) <= most and re.search(pattern, given):
                return given
        if pattern == _NOT_BLANK:
            return self._words(code, str(field.get("title", "")))[:most].ljust(least, "样")
        for _ in range(_TRIES):
            made = matching(pattern, self._rng)
            if least <= len(made) <= most and re.search(pattern, made):
                return made
        raise ValueError(f"no value of {least} to {most} characters found for {code}")

    def _words(self, code: str, title: str) -> str:
        applicant = self._applicant
        registry = applicant.registry
        meanings: tuple[tuple[tuple[str, ...], Callable[[], str]], ...] = (
            (("出资",), lambda: f"{applicant.person.name}，认缴出资额50万元"),
            (("姓名", "户名", "户主", "负责人", "联系人"), lambda: applicant.of(code).name),
            (("地址", "坐落", "住所"), lambda: applicant.address),
            (("银行",), lambda: "样例银行天门支行"),
            (("幼儿园",), lambda: "天门市样例幼儿园"),
            (("学校", "小学", "中学"), lambda: "天门市样例学校"),
            (("医院", "医疗机构"), lambda: "天门市样例医院"),
            (("证号", "编号", "备案号", "号码", "文号", "账号"), registry.serial),
            (("公司", "企业", "单位", "店铺", "机构"), lambda: applicant.company.name),
        )
        for words, make in meanings:
            if any(word in title for word in words):
                return make()
        return f"{title}（样例）"


def _options(field: Field) -> list[tuple[Any, str]]:
    """Value and title of each choice; none when the field leaves none."""
    if "enum" in field:
        return [(value, str(value)) for value in field["enum"]]
    return [(option["const"], str(option.get("title", ""))) for option in field.get("oneOf", ())]


def _prefix(code: str) -> str | None:
    for ending in _PERSONAL:
        if code.endswith(ending):
            return code.removesuffix(ending)
    return None


def _identifies(code: str, field: Field) -> bool:
    """Whether the field alone shows that its beginning stands for a person."""
    kind, title = field.get("x-type"), str(field.get("title", ""))
    return kind == "identity_number" or "出生日期" in title or (kind == "text" and "姓名" in title)
