"""One entry of a file → its model, or every fault of it in Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lianban.catalog.faults import FieldPath, nearest

E = TypeVar("E", bound=BaseModel)

# pydantic error type -> (message, cure); {…} are filled from the error's context.
_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("缺少必填字段", "补上该字段"),
    "string_type": ("应为文字", "若是代码或号码，请加引号"),
    "string_pattern_mismatch": ("格式不符（{pattern}）", "按该格式改写"),
    "string_too_short": ("不能为空", "填写内容"),
    "string_too_long": ("过长（最多 {max_length} 字符）", "缩短"),
    "int_type": ("应为整数", "改为整数，不加引号"),
    "int_parsing": ("应为整数", "改为整数，不加引号"),
    "int_from_float": ("应为整数", "去掉小数"),
    "decimal_type": ("应为数字", "改为数字"),
    "decimal_parsing": ("应为数字", "改为数字"),
    "bool_type": ("应为 true 或 false", "改为 true 或 false"),
    "bool_parsing": ("应为 true 或 false", "改为 true 或 false"),
    "tuple_type": ("应为列表", "改为以 - 开头的列表"),
    "model_type": ("应为键值结构", "改为“键: 值”的形式"),
    "model_attributes_type": ("应为键值结构", "改为“键: 值”的形式"),
    "too_short": ("至少要有 {min_length} 项", "补足"),
    "enum": ("取值应为 {expected} 之一", "改用其中一个"),
    "greater_than_equal": ("不得小于 {ge}", "改大"),
    "less_than_equal": ("不得大于 {le}", "改小"),
    "value_error": ("{error}", "改正该值"),
}


def validate_entry(
    model: type[E], data: object
) -> tuple[E, tuple[()]] | tuple[None, tuple[tuple[FieldPath, str, str], ...]]:
    """The entry as a model and no faults, or None and (path, message, cure) of each fault."""
    try:
        return model.model_validate(data), ()
    except ValidationError as error:
        return None, tuple(_explained(model, detail) for detail in error.errors(include_url=False))


def _explained(model: type[BaseModel], detail: ErrorDetails) -> tuple[FieldPath, str, str]:
    path, kind = tuple(detail["loc"]), detail["type"]
    if kind == "extra_forbidden":
        return path, f"未知字段 {path[-1]}", nearest(str(path[-1]), _fields_at(model, path[:-1]))
    context = dict(detail.get("ctx", {}))
    if kind == "enum":  # 'a', 'b' or 'c'
        context["expected"] = "、".join(re.findall("'([^']*)'", context["expected"]))
    message, cure = _MESSAGES.get(kind, (f"取值不符合要求（{kind}）", "改正该值"))
    return path, message.format_map(context), cure


def _fields_at(model: type[BaseModel], path: FieldPath) -> list[str]:
    """Field names of the model found by following ``path`` from ``model``; keys of mappings lead to their values."""
    for part in path:
        if part in model.model_fields and isinstance(part, str):
            inner = _model_in(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
