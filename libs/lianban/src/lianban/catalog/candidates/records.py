"""Past cases as a table of text: one case a line. Every bad line is told; with one, nothing is computed.

What is kept of a line is the matter, the day and 64 bits of a digest of the applicant: 16 bytes a case.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Final

from lianban.catalog.candidates.matters import FIGURES, PastMatter, PastMatters, UnusableMatter
from lianban.catalog.models import Catalog

REQUIRED: Final = ("applicant", "matter", "department", "filed_at")
COLUMNS: Final = (*REQUIRED, *FIGURES)
MAX_ROWS: Final = 1_000_000
MAX_LINE: Final = 4_096
"""Bytes of a line."""
MAX_FIGURE: Final = 10_000
MAX_FAULTS: Final = 1_000
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOKEN: Final = re.compile(r"[!-~]{8,128}")
_PERSONAL: Final = re.compile(r"[1-9]\d{16}[\dXx]|1[3-9]\d{9}|[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
"""Identity number, mobile number, credit code: none of these may stand for an applicant."""


@dataclass(frozen=True, slots=True, order=True)
class RowFault:
    """``line`` counts from 1, the heading's. The message repeats nothing of an applicant."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}"


class BadRows(ValueError):
    """Past cases that cannot be used. Carries the first ``MAX_FAULTS`` faults, and how many there are."""

    def __init__(self, faults: list[RowFault], total: int) -> None:
        super().__init__(f"{total} faults")
        self.faults = faults
        self.total = total


@dataclass
class PastCases:
    """Three columns of equal length: digest of the applicant, number of the matter, day (proleptic ordinal)."""

    matters: list[PastMatter]
    applicants: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[int] = field(default_factory=lambda: array("i"))
    days: array[int] = field(default_factory=lambda: array("i"))

    def __len__(self) -> int:
        return len(self.days)


def read_cases(lines: Iterable[bytes], catalog: Catalog) -> PastCases:
    """The cases of a CSV file in UTF-8, with a heading; blank lines count for nothing. :class:`BadRows` with every
    fault: once the heading will do, every line is looked at. Memory is bounded, whatever the lines hold."""
    reader = _Reader(catalog)
    for number, line in enumerate(lines, 1):
        reader.line(number, line)
        if reader.ended:
            break
    return reader.done()


class _Reader:
    def __init__(self, catalog: Catalog) -> None:
        self._known = PastMatters(catalog)
        self._cases = PastCases(self._known.matters)
        self._heading: list[str] | None = None
        self._rows = 0
        self._faults: list[RowFault] = []
        self._total = 0
        self.ended = False

    def line(self, number: int, line: bytes) -> None:
        cells = self._cells(number, line)
        if cells is None or not any(cells):
            return
        if self._heading is None:
            self._read_heading(number, cells)
            return
        self._rows += 1
        if self._rows > MAX_ROWS:
            self._fault(number, f"超过 {MAX_ROWS} 行，请分期处理")
            self.ended = True
        elif len(cells) != len(self._heading):
            self._fault(number, f"应有 {len(self._heading)} 列，实有 {len(cells)} 列")
        else:
            self._read_case(number, dict(zip(self._heading, cells, strict=True)))

    def done(self) -> PastCases:
        if not self._total and not len(self._cases):
            self._fault(1, "没有数据")
        if self._total:
            raise BadRows(self._faults, self._total)
        return self._cases

    def _fault(self, number: int, message: str) -> None:
        self._total += 1
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(RowFault(number, message))

    def _cells(self, number: int, line: bytes) -> list[str] | None:
        if len(line) > MAX_LINE:
            self._fault(number, f"一行超过 {MAX_LINE} 字节")
            return None
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            return [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
        except UnicodeDecodeError:
            self._fault(number, "不是 UTF-8 编码（Excel 请另存为“CSV UTF-8”）")
        except csv.Error:
            self._fault(number, "引号没有配对")
        return None

    def _read_heading(self, number: int, cells: list[str]) -> None:
        self._heading = cells
        for name in dict.fromkeys(cells):
            if name not in COLUMNS:
                self._fault(number, f"不认识的列 {name}，可用的列：{'、'.join(COLUMNS)}")
            elif cells.count(name) > 1:
                self._fault(number, f"列 {name} 重复")
        for name in REQUIRED:
            if name not in cells:
                self._fault(number, f"缺少列 {name}")
        self.ended = bool(self._total)

    def _read_case(self, number: int, row: dict[str, str]) -> None:
        faults = [f"{name} 没有填写" for name in REQUIRED if not row[name]]
        if row["applicant"] and (not _TOKEN.fullmatch(row["applicant"]) or _PERSONAL.fullmatch(row["applicant"])):
            faults.append("applicant 须为不可还原的摘要（8～128 个半角字符），不得是姓名、身份号码、手机号码、信用代码")
        faults += [f"{name} 含有不可见的字符" for name in ("matter", "department") if not row[name].isprintable()]
        day = _day(row["filed_at"])
        if row["filed_at"] and day is None:
            faults.append("filed_at 应为日期，格式为 YYYY-MM-DD")
        figures = {name: _figure(row[name]) for name in FIGURES if row.get(name)}
        faults += [f"{name} 应为 0～{MAX_FIGURE} 的整数" for name, value in figures.items() if value is None]
        matter = None
        if row["matter"] and row["department"]:
            try:
                matter = self._known.number(row["matter"], row["department"])
            except UnusableMatter as error:
                faults.append(error.message_zh)
        if faults or matter is None or day is None:
            for message in faults:
                self._fault(number, message)
            return
        self._cases.applicants.append(_digest(row["applicant"]))
        self._cases.numbers.append(matter)
        self._cases.days.append(day)
        for name, value in figures.items():
            if value is not None:
                self._known.matters[matter].seen[name].add(value)


def _day(text: str) -> int | None:
    # fromisoformat alone would also take weeks and days without hyphens.
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def _figure(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_FIGURE))):
        return None
    return int(text) if int(text) <= MAX_FIGURE else None


def _digest(applicant: str) -> int:
    return int.from_bytes(blake2b(applicant.encode(), digest_size=8).digest(), "big", signed=True)


def heading(columns: Sequence[str] = COLUMNS) -> str:
    """The first line of a file of past cases."""
    return ",".join(columns)
