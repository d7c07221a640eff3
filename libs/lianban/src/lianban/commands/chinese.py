"""What click says itself, in Chinese: errors, hints and headings of every command.

click translates by gettext, which goes by compiled files and the caller's environment. These commands speak one
language whatever that is, so it is click's two names for gettext's functions that are given others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from click import core, decorators, exceptions, formatting, parser, termui, types

TEXTS: Final[Mapping[str, str]] = {
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用法详见 {command} {option}",
    "Usage:": "用法：",
    "Options": "选项",
    "Positional arguments": "参数",
    "Commands": "命令",
    "Show this message and exit.": "显示本说明",
    "Show the version and exit.": "显示版本",
    "%(prog)s, version %(version)s": "%(prog)s，版本 %(version)s",
    "env var: {var}": "环境变量 {var}",
    "default: {default}": "缺省为 {default}",
    "required": "必填",
    "deprecated": "不再使用",
    "(dynamic)": "（届时确定）",
    "Aborted!": "已中止",
    "Missing command.": "没有写明命令",
    "No such command {name!r}.": "没有命令 {name!r}",
    "No such option {name!r}.": "没有选项 {name!r}",
    "Did you mean {possibility}?": "（是否指 {possibility}？）",
    "(Did you mean one of: {possibilities}?)": "（是否指 {possibilities} 之一？）",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数 {param_name}",
    "Missing {param_type}": "缺少 {param_type}",
    "Choose from:\n\t{choices}": "可以是：\n\t{choices}",
    "Invalid value: {message}": "取值有误：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的取值有误：{message}",
    "Got unexpected extra argument ({args})": "多出了参数（{args}）",
    "Got unexpected extra arguments ({args})": "多出了参数（{args}）",
    "Option {name!r} does not take a value.": "选项 {name!r} 不带取值",
    "Option {name!r} requires an argument.": "选项 {name!r} 须有取值",
    "Option {name!r} requires {nargs} arguments.": "选项 {name!r} 须有 {nargs} 个取值",
    "Argument {name!r} takes {nargs} values.": "参数 {name!r} 须有 {nargs} 个取值",
    "Takes {nargs} values but 1 was given.": "须有 {nargs} 个取值，只写了 1 个",
    "Takes {nargs} values but {len} were given.": "须有 {nargs} 个取值，写了 {len} 个",
    "{len_type} values are required, but {len_value} was given.": "须有 {len_type} 个取值，写了 {len_value} 个",
    "{len_type} values are required, but {len_value} were given.": "须有 {len_type} 个取值，写了 {len_value} 个",
    "Value must be an iterable.": "应为多个取值",
    "{value!r} is not {choice}.": "应为 {choice}，不是 {value!r}",
    "{value!r} is not one of {choices}.": "应为 {choices} 之一，不是 {value!r}",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是所要的数",
    "{value} is not in the range {range}.": "{value} 不在 {range} 之内",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value!r} 不是是或否，可以是 {states}",
    "{value!r} is not a valid UUID.": "{value!r} 不是 UUID",
    "{value!r} does not match the format {format}.": "{value!r} 的格式不是 {format}（%Y 年，%m 月，%d 日）",
    "{value!r} does not match the formats {formats}.": "{value!r} 的格式不是 {formats} 之一（%Y 年，%m 月，%d 日）",
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在",
    "{name} {filename!r} is a file.": "{name} {filename!r} 是文件",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是文件夹",
    "{name} {filename!r} is not readable.": "{name} {filename!r} 不能读取",
    "{name} {filename!r} is not writable.": "{name} {filename!r} 不能写入",
    "{name} {filename!r} is not executable.": "{name} {filename!r} 不能执行",
    "Could not open file {filename!r}: {message}": "文件 {filename!r} 不能打开：{message}",
    "unknown error": "原因不明",
    "Do you want to continue?": "是否继续？",
    "Confirm the action without prompting.": "不再询问，直接执行",
    "Repeat for confirmation": "请再输入一次",
    "Error: The two entered values do not match.": "错误：两次输入不同",
    "Error: invalid input": "错误：输入有误",
    "Press any key to continue...": "按任意键继续",
}


def speak_chinese() -> None:
    """From now on, in this process."""
    for module in (core, decorators, exceptions, formatting, parser, termui, types):
        vars(module).update({"_": _said, "ngettext": _counted})


def _said(message: str) -> str:
    return TEXTS.get(message, message)


def _counted(one: str, several: str, number: int) -> str:
    return _said(one if number == 1 else several)
