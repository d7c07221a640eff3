"""Checks the values of a form: its JSON Schema, and what no schema can say (check digits, dates that exist).

Every fault at once; a message never repeats a value.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from stdnum.cn import ric, uscc

from lianban.catalog.form import NOT_BLANK, FormField, FormSpec
from lianban.catalog.terms import ElementType


class FormProblem(StrEnum):
    MISSING = "missing"
    UNKNOWN = "unknown-field"
    TYPE = "type"
    BLANK = "blank"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    PATTERN = "pattern"
    OPTION = "option"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    CHECK_DIGIT = "check-digit"
    DATE = "date"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True, order=True)
class FormFault:
    """``pointer`` is a JSON pointer into the form's values."""

    pointer: str
    code: FormProblem
    message_zh: str


_SHAPES: Final = {
    ElementType.IDENTITY_NUMBER: "应为18位公民身份号码，末位如为X须大写",
    ElementType.CREDIT_CODE: "应为18位统一社会信用代码，字母须大写",
    ElementType.MOBILE: "应为11位手机号码",
    ElementType.EMAIL: "应为电子邮箱地址",
    ElementType.DATE: "应为日期，格式为“年-月-日”，如2023-09-01",
    ElementType.DIVISION: "应为6位、9位或12位区划代码",
}
_TYPES: Final = {"string": "文字", "integer": "整数", "number": "数字", "boolean": "是或否"}


def check_form(form: FormSpec, values: Mapping[str, object]) -> list[FormFault]:
    """Every fault of the values, in the form's order; empty when there is none."""
    fields = {field.code: field for field in form.fields}
    faults: list[FormFault] = [
        FormFault(_pointer(code), FormProblem.UNKNOWN, "表单没有这一项，请删去")
        for code in values
        if code not in fields
    ]
    faults += [
        FormFault(_pointer(field.code), FormProblem.MISSING, f"请填写“{field.element.name}”")
        for field in form.fields
        if field.required and field.code not in values
    ]
    errors: dict[str, list[ValidationError]] = {}
    for error in _validator(_Form(form)).iter_errors(dict(values)):
        if error.path:
            errors.setdefault(str(error.path[0]), []).append(error)
    for field in form.fields:
        if found := errors.get(field.code):
            faults += _telling(_explained(field, error) for error in found)
        elif field.code in values:
            faults += _value_faults(field, values[field.code])
    return faults


class _Form:
    """A form as a key: by identity, for comparing forms costs as much as checking one."""

    __slots__ = ("spec",)

    def __init__(self, spec: FormSpec) -> None:
        self.spec = spec

    def __hash__(self) -> int:
        return id(self.spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Form) and other.spec is self.spec


@lru_cache(maxsize=1024)
def _validator(form: _Form) -> Any:
    """Thousands of applications share a handful of forms."""
    return Draft202012Validator(form.spec.json_schema())


def _telling(faults: Iterable[FormFault]) -> list[FormFault]:
    """Without those that only repeat another: of a value of the wrong type, and of one left blank."""
    found = list(faults)
    return next(([fault] for fault in found if fault.code in (FormProblem.TYPE, FormProblem.BLANK)), found)


def _explained(field: FormField, error: ValidationError) -> FormFault:
    """A schema error in words. Uses the schema's own limits, never the value nor the library's message."""
    name = field.element.name
    limit: Any = error.validator_value
    code, text = FormProblem.PATTERN, "格式不正确"
    match error.validator:
        case "type":
            code, text = FormProblem.TYPE, f"应为{_TYPES[limit]}"
        case "minLength":
            code, text = FormProblem.TOO_SHORT, f"至少{limit}个字符"
        case "maxLength":
            code, text = FormProblem.TOO_LONG, f"最多{limit}个字符"
        case "minimum":
            code, text = FormProblem.TOO_SMALL, f"不得小于{limit}"
        case "maximum":
            code, text = FormProblem.TOO_LARGE, f"不得大于{limit}"
        case "oneOf":
            labels = "、".join(option.label for option in field.element.options)
            code, text = FormProblem.OPTION, f"应为以下之一：{labels}"
        case "pattern" if limit == NOT_BLANK:
            code, text = FormProblem.BLANK, "不能为空"
        case "pattern":
            text = _SHAPES.get(field.element.type) or field.element.hint or "格式不正确"
    return FormFault(_pointer(field.code), code, f"“{name}”{text}")


def _value_faults(field: FormField, value: Any) -> Iterator[FormFault]:
    """What a schema cannot say, of a value that its schema lets pass."""

    def fault(code: FormProblem, text: str) -> FormFault:
        return FormFault(_pointer(field.code), code, f"“{field.element.name}”{text}")

    # Check digits only. The library's own validate() goes further and refuses rightful numbers: it wants an identity
    # number's place code in force in the year of birth (it is that of the registration), and a credit code's first
    # place a digit (village collectives have N).
    kind = field.element.type
    if isinstance(value, str) and not _printable(value, lines=kind is ElementType.TEXT and not field.element.pattern):
        yield fault(FormProblem.CHARACTERS, "含有不能保存的字符（控制字符），请删去")
    elif isinstance(value, float) and not math.isfinite(value):
        yield fault(FormProblem.TYPE, "应为数字")
    elif kind is ElementType.IDENTITY_NUMBER:
        if value[-1] != ric.calc_check_digit(value):
            yield fault(FormProblem.CHECK_DIGIT, "校验位不正确，请核对号码")
        elif not _is_date(f"{value[6:10]}-{value[10:12]}-{value[12:14]}"):
            yield fault(FormProblem.DATE, "中的出生日期不存在，请核对号码")
    elif kind is ElementType.CREDIT_CODE:
        if value[-1] != uscc.calc_check_digit(value):
            yield fault(FormProblem.CHECK_DIGIT, "校验位不正确，请核对代码")
    elif kind is ElementType.DATE and not _is_date(value):
        yield fault(FormProblem.DATE, "不是存在的日期")


def _printable(text: str, *, lines: bool) -> bool:
    """No control characters, no lone surrogates: nothing a database or a print-out chokes on."""
    allowed = "\n\r\t" if lines else ""
    return all(character in allowed or unicodedata.category(character) not in ("Cc", "Cs") for character in text)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _pointer(code: str) -> str:
    return "/" + code.replace("~", "~0").replace("/", "~1")
