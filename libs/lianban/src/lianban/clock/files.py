"""Reading the year files (``catalog/calendars/<year>.yaml``): the only module of the clock that does I/O."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.years import CalendarYear, assemble, sequence_faults

_FILE_NAME: Final = re.compile(r"[0-9]{4}\.yaml")

_FAULTS_ZH: Final = {
    "missing": "缺少此项",
    "extra_forbidden": "不认识的项目",
    "enum": "须为 official 或 provisional",
    "string_too_short": "不得为空",
    "string_type": "须为文字",
    "dict_type": "须为“日期: 名称”的列表",
    "model_type": "文件内容须为“项目: 值”",
}


_UNTOLD: Final = "—"


class CalendarFileError(Exception):
    """Year files that cannot be used. ``faults`` holds every fault found, each beginning with its file's name."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(self.faults)


def load_calendar(folder: Path, years: range | None = None) -> CalendarSnapshot:
    """The calendar of the year files in ``folder``: of all of them, or of exactly ``years``.

    Raises CalendarFileError with every fault of every file.
    """
    return assemble(load_years(folder, years))


def load_years(folder: Path, years: range | None = None) -> list[CalendarYear]:
    """The year files in order, each sound in itself and all together. Raises CalendarFileError."""
    found, faults = read_years(folder, years)
    if faults:
        raise CalendarFileError(faults)
    return found


def read_years(folder: Path, years: range | None = None) -> tuple[list[CalendarYear], list[str]]:
    """The year files that are sound in themselves, in order, and every fault of all."""
    if not folder.is_dir():
        return [], [f"{folder}: 没有这个文件夹"]
    paths = sorted(folder.glob("*.yaml")) if years is None else [folder / f"{year}.yaml" for year in years]
    if not paths:
        return [], [f"{folder}: 没有年份文件"]
    sound: list[CalendarYear] = []
    faults: list[str] = []
    for path in paths:
        year, found = _read(path)
        faults += [f"{path.name}: {fault}" for fault in found]
        if year is not None and not found:
            sound.append(year)
    if not faults:  # a file left out for its own faults would only look like a gap
        faults = [f"{folder}: {fault}" for fault in sequence_faults(sound)]
    return sound, faults


def _read(path: Path) -> tuple[CalendarYear | None, list[str]]:
    if not _FILE_NAME.fullmatch(path.name):
        return None, ["文件名须为“年份.yaml”，如 2026.yaml"]
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _AsWritten
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        return None, [f"无法读取（{error.strerror}）"]
    except UnicodeDecodeError:
        return None, ["不是有效的 YAML：不是 UTF-8 编码，请另存为 UTF-8"]
    except MarkedYAMLError as error:
        line = f"第 {error.problem_mark.line + 1} 行" if error.problem_mark else ""
        return None, [f"{line}不是有效的 YAML，请检查该处的缩进、冒号、引号与括号"]
    except (YAMLError, ValueError):
        return None, ["不是有效的 YAML，请检查其中的控制字符"]
    year, faults = _year(_with_text_keys(content))
    if year is not None and path.stem != str(year.year):
        faults.insert(0, f"year: 写的是 {year.year}，与文件名不符")
    return year, [*yaml.constructor.repeated, *faults]


class _AsWritten(SafeConstructor):
    """Days stay text, lest one that does not exist (02-30) end the reading; so does a key that is there twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.repeated: list[str] = []

    def check_mapping_key(self, node: Any, key_node: Any, mapping: Any, key: Any, value: Any) -> bool:
        if key not in mapping:
            return True
        self.repeated.append(f"第 {key_node.start_mark.line + 1} 行：{key} 重复")
        return False


_AsWritten.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def _year(content: Any) -> tuple[CalendarYear | None, list[str]]:
    """With every fault: what is wrong in one place keeps nobody from looking at the others."""
    try:
        year = CalendarYear.model_validate(content)
    except ValidationError as error:
        faults = [_fault(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        try:
            rest = CalendarYear.model_validate(_without(content, [item["loc"] for item in error.errors()]))
        except ValidationError:  # nothing can be said of the days of no year
            return None, faults
        return rest, faults + rest.faults()
    return year, year.faults()


def _without(content: Any, places: list[tuple[int | str, ...]]) -> Any:
    """The same but for what is wrong: a day that is none is left out, one whose name is none keeps its place."""
    if not isinstance(content, dict):
        return content
    rest = {item: dict(value) if isinstance(value, dict) else value for item, value in content.items()}
    for item, *inside in places:
        if item == "source":
            rest[item] = _UNTOLD
        elif item in ("holidays", "workdays") and len(inside) == 1:
            rest[item][inside[0]] = _UNTOLD
        elif item in ("holidays", "workdays") and inside:
            rest[item].pop(inside[0], None)
        elif item not in ("year", "status"):
            rest.pop(item, None)
    return rest


def _with_text_keys(content: Any) -> Any:
    """Days as they are written, so that a fault can name the one it is about."""
    if not isinstance(content, dict):
        return content
    return {
        item: {str(key): name for key, name in value.items()} if isinstance(value, dict) else value
        for item, value in content.items()
    }


def _fault(place: tuple[int | str, ...], kind: str, message: str) -> str:
    where = ".".join(str(part) for part in place if part != "[key]")
    if kind.startswith("date_"):
        message = "不是日期（年-月-日）"
    elif kind.startswith("int_"):
        message = "须为整数"
    else:
        message = _FAULTS_ZH.get(kind, message)
    return f"{where}: {message}" if where else message
