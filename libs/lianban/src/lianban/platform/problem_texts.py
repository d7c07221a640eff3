"""What is wrong with a field, in Chinese, for every error type of pydantic.

Templates may use the error's own context (limits, expected values), never what was typed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_TEXT = "应为文字"
_NUMBER = "应为数字"
_INTEGER = "应为整数"
_BOOLEAN = "应为是或否（true/false）"
_LIST = "应为列表"
_OBJECT = "应为对象"
_DATE = "应为日期，格式为 YYYY-MM-DD"
_TIME = "应为时间，格式为 HH:MM:SS"
_DATETIME = "应为日期时间，格式为 YYYY-MM-DDTHH:MM:SS+08:00"
_DURATION = "应为时长，格式符合 ISO 8601"
_URL = "应为网址"
_UUID = "应为 UUID"
_MISSING = "此项必填"
_UNKNOWN = "不认识的字段"
_UNFIT = "填写的内容不符合要求"

TEXTS: Final[Mapping[str, str]] = {
    "missing": _MISSING,
    "missing_argument": _MISSING,
    "missing_keyword_only_argument": _MISSING,
    "missing_positional_only_argument": _MISSING,
    "extra_forbidden": _UNKNOWN,
    "unexpected_keyword_argument": _UNKNOWN,
    "unexpected_positional_argument": _UNKNOWN,
    "multiple_argument_values": "同一项给出了多个值",
    "json_invalid": "不是有效的 JSON",
    "json_type": "应为 JSON 文本",
    "recursion_loop": "内容循环引用",
    "recursion_depth_exceeded": "内容嵌套过深",
    "frozen_field": "此项不可修改",
    "frozen_instance": "此项不可修改",
    "none_required": "此项应为空",
    "invalid_key": "名称应为文字",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "dataclass_exact_type": _OBJECT,
    "dict_type": _OBJECT,
    "frozen_dict_type": _OBJECT,
    "ordered_dict_type": _OBJECT,
    "counter_type": _OBJECT,
    "mapping_type": _OBJECT,
    "arguments_type": _OBJECT,
    "named_tuple_type": _LIST,
    "iterable_type": _LIST,
    "list_type": _LIST,
    "deque_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "set_item_not_hashable": "列表中的内容不能作为集合的元素",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "finite_number": "应为有限的数",
    "too_short": "至少应有 {min_length} 项",
    "too_long": "至多可有 {max_length} 项",
    "string_type": _TEXT,
    "string_unicode": "应为 UTF-8 编码的文字",
    "string_too_short": "至少应有 {min_length} 个字",
    "string_too_long": "至多可有 {max_length} 个字",
    "string_pattern_mismatch": "格式不符合要求",
    "string_not_ascii": "只能填写英文字母、数字和半角符号",
    "enum": "应为下列之一：{expected}",
    "literal_error": "应为下列之一：{expected}",
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_parsing_size": "整数过大",
    "int_from_float": "应为整数，不能带小数",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": "总位数不得超过 {max_digits} 位",
    "decimal_max_places": "小数不得超过 {decimal_places} 位",
    "decimal_whole_digits": "整数部分不得超过 {whole_digits} 位",
    "fraction_type": _NUMBER,
    "fraction_parsing": _NUMBER,
    "complex_type": _NUMBER,
    "complex_str_parsing": _NUMBER,
    "bytes_type": "应为字节内容",
    "bytes_too_short": "至少应有 {min_length} 字节",
    "bytes_too_long": "至多可有 {max_length} 字节",
    "bytes_invalid_encoding": "编码不正确",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": "应为日期，不能带时间",
    "date_past": "应为今天以前的日期",
    "date_future": "应为今天以后的日期",
    "time_type": _TIME,
    "time_parsing": _TIME,
    "datetime_type": _DATETIME,
    "datetime_parsing": _DATETIME,
    "datetime_object_invalid": _DATETIME,
    "datetime_from_date_parsing": _DATETIME,
    "datetime_past": "应为过去的时间",
    "datetime_future": "应为将来的时间",
    "timezone_naive": "时间不应带时区",
    "timezone_aware": "时间应带时区，例如 +08:00",
    "timezone_offset": "时区不正确",
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
    "union_tag_invalid": "类型应为下列之一：{expected_tags}",
    "union_tag_not_found": "缺少用来区分类型的字段",
    "url_type": _URL,
    "url_parsing": _URL,
    "url_syntax_violation": _URL,
    "url_too_long": "网址至多可有 {max_length} 个字符",
    "url_scheme": "网址应以下列之一开头：{expected_schemes}",
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "uuid_version": "UUID 版本应为 {expected_version}",
}


def text(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """Chinese text of one error.

    A validator of our own that speaks Chinese is quoted, for it was written to be read by whoever fills in the form.
    """
    if kind in ("value_error", "assertion_error"):
        own = str(context.get("error", ""))
        return own if _speaks_chinese(own) else _UNFIT
    template = TEXTS.get(kind)
    if template is None:
        return message if _speaks_chinese(message) else _UNFIT
    if "expected" in context:  # 'a', 'b' or 'c'
        context = {**context, "expected": str(context["expected"]).replace("' or '", "'、'").replace("', '", "'、'")}
    try:
        return template.format_map(context)
    except KeyError:
        return _UNFIT


def _speaks_chinese(message: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in message)
