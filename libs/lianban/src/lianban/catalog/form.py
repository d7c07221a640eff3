"""一表申请: the one form, computed from the elements that the theme and its selected matters use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from lianban.catalog.index import Selection, ThemeIndex
from lianban.catalog.models import Element
from lianban.catalog.terms import ElementType

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MAX_TEXT: Final = 500

# GB 11643, GB 32100 (alphabet without I, O, S, V, Z), and the shapes the other checked types have.
PATTERNS: Final = {
    ElementType.IDENTITY_NUMBER: "^[1-9][0-9]{16}[0-9X]$",
    ElementType.CREDIT_CODE: "^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$",
    ElementType.MOBILE: "^1[3-9][0-9]{9}$",
    ElementType.EMAIL: r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ElementType.DATE: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    ElementType.DIVISION: "^[0-9]{6}([0-9]{3}){0,2}$",
}
NOT_BLANK: Final = r"\S"
_FORMATS: Final = {ElementType.EMAIL: "email", ElementType.DATE: "date"}
_TYPES: Final = {
    ElementType.INTEGER: "integer",
    ElementType.DECIMAL: "number",
    ElementType.BOOLEAN: "boolean",
}


class FormField(BaseModel):
    """A field of the form: an element, whoever needs it. ``needed_by`` are step codes; none: the case itself."""

    model_config = ConfigDict(frozen=True)

    element: Element
    required: bool
    needed_by: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return self.element.code

    @property
    def prefillable(self) -> bool:
        """Whether a registry can say it of its subject (高频字段免填写)."""
        return self.element.prefillable

    def json_schema(self, order: int) -> dict[str, Any]:
        element = self.element
        schema: dict[str, Any] = {"title": element.name, "type": _TYPES.get(element.type, "string")}
        if element.hint:
            schema["description"] = element.hint
        if element.type is ElementType.CHOICE:
            schema["oneOf"] = [{"const": option.value, "title": option.label} for option in element.options]
        elif element.type is ElementType.TEXT:
            schema["minLength"] = 1 if element.min_length is None else element.min_length
            schema["maxLength"] = MAX_TEXT if element.max_length is None else element.max_length
            schema["pattern"] = element.pattern or NOT_BLANK
        elif element.type in (ElementType.INTEGER, ElementType.DECIMAL):
            if element.minimum is not None:
                schema["minimum"] = _number(element.minimum)
            if element.maximum is not None:
                schema["maximum"] = _number(element.maximum)
        elif pattern := element.pattern or PATTERNS.get(element.type):
            schema["pattern"] = pattern
        if element.type in _FORMATS:
            schema["format"] = _FORMATS[element.type]
        schema |= {"x-type": element.type.value, "x-group": element.group, "x-order": order}
        if element.registry and element.subject:
            schema |= {"x-registry": element.registry, "x-subject": element.subject}
        return schema


class FormSpec(BaseModel):
    """The form. Fields stand by group, groups in the order in which they first appear."""

    model_config = ConfigDict(frozen=True)

    title: str
    fields: tuple[FormField, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(field.element.group for field in self.fields))

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema 2020-12 of the form's values: element code → value, nothing else allowed."""
        return {
            "$schema": DIALECT,
            "title": self.title,
            "type": "object",
            "properties": {field.code: field.json_schema(order) for order, field in enumerate(self.fields, 1)},
            "required": [field.code for field in self.fields if field.required],
            "additionalProperties": False,
            "x-groups": list(self.groups),
        }


def build_form(index: ThemeIndex, selection: Selection) -> FormSpec:
    """Each element once; required when any use in force requires it."""
    required: dict[str, bool] = {}
    needed_by: dict[str, list[str]] = {}
    for use in selection.elements:
        required[use.element] = required.get(use.element, False) or use.required
        needed_by.setdefault(use.element, [])
    for step in selection.steps:
        for use in step.elements:
            required[use.element] = required.get(use.element, False) or use.required
            steps = needed_by.setdefault(use.element, [])
            if step.code not in steps:
                steps.append(step.code)
    fields = [
        FormField(element=index.elements[code], required=needed, needed_by=tuple(needed_by[code]))
        for code, needed in required.items()
    ]
    groups = list(dict.fromkeys(field.element.group for field in fields))
    fields.sort(key=lambda field: groups.index(field.element.group))
    return FormSpec(title=f"{index.theme.name}申请表", fields=tuple(fields))


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
