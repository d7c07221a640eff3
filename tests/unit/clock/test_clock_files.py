from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.files import CalendarFileError, load_calendar

SOUND = """\
year: 2026
status: official
source: 试验
holidays:
  2026-01-01: 元旦
  2026-05-01: 劳动节
  2026-10-01: 国庆节
  2026-10-02: 国庆节
workdays:
  2026-01-04: 元旦
"""


def _faults(folder: Path, years: range | None = None) -> list[str]:
    with pytest.raises(CalendarFileError) as caught:
        load_calendar(folder, years)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return caught.value.faults


def _write(folder: Path, text: str, name: str = "2026.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_sound_folder(tmp_path: Path) -> None:
    snapshot = load_calendar(_write(tmp_path, SOUND))
    assert (snapshot.first_year, snapshot.last_year, snapshot.provisional_years) == (2026, 2026, ())
    assert snapshot.holidays[date(2026, 1, 1)] == "元旦"
    assert snapshot.workdays == {date(2026, 1, 4): "元旦"}


def test_the_version_names_the_last_official_year_and_the_content(tmp_path: Path, calendar: CalendarSnapshot) -> None:
    year, _, digest = calendar.version.partition(".")
    assert (year, len(digest)) == ("2026", 8)
    first = load_calendar(_write(tmp_path, SOUND)).version
    assert load_calendar(_write(tmp_path, SOUND.replace("试验", "另一来源"))).version == first
    assert load_calendar(_write(tmp_path, SOUND.replace("2026-01-04", "2026-01-10"))).version != first


def test_the_order_in_a_file_changes_nothing(tmp_path: Path) -> None:
    first = load_calendar(_write(tmp_path, SOUND))
    lines = SOUND.splitlines(keepends=True)
    swapped = load_calendar(_write(tmp_path, "".join([*lines[:4], *reversed(lines[4:8]), *lines[8:]])))
    assert swapped.model_dump_json() == first.model_dump_json()


def test_only_the_years_asked_for_are_read(calendars: Path) -> None:
    snapshot = load_calendar(calendars, range(2025, 2028))
    assert (snapshot.first_year, snapshot.last_year, snapshot.provisional_years) == (2025, 2027, (2027,))


def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    _write(tmp_path, SOUND.replace("2026-01-04", "2026-01-05").replace("2026-10-02", "2026-10-03"))
    _write(tmp_path, "year: 2027\nstatus: perhaps\nholidays: {}\nnote: x\n", "2027.yaml")
    assert _faults(tmp_path) == [
        "2026.yaml: holidays: 2026-10-03 是周末，本来就不上班",
        "2026.yaml: workdays: 2026-01-05 不是周末，本来就上班",
        "2026.yaml: holidays: 2026-10-02 是法定节假日，未列入",
        "2027.yaml: status: 须为 official 或 provisional",
        "2027.yaml: source: 缺少此项",
        "2027.yaml: note: 不认识的项目",
    ]


@pytest.mark.parametrize(
    ("replaced", "by", "fault"),
    [
        ("year: 2026", "year: 2025", "year: 写的是 2025，与文件名不符"),
        ("year: 2026", "year: many", "year: 须为整数"),
        ("2026-01-01: 元旦", "2025-12-31: 元旦", "holidays: 2025-12-31 不在 2026 年"),
        ("2026-01-01: 元旦", "New Year: 元旦", "holidays.New Year: 不是日期（年-月-日）"),
        ("2026-01-01: 元旦", "2026-01-01: ''", "holidays.2026-01-01: 不得为空"),
        ("2026-01-01: 元旦", "2026-01-01: 1", "holidays.2026-01-01: 须为文字"),
        ("2026-01-01: 元旦", "2026-01-01 10:00:00: 元旦", "holidays.2026-01-01 10:00:00: 不是日期（年-月-日）"),
        ("2026-01-01: 元旦", "2026-02-30: 元旦", "holidays.2026-02-30: 不是日期（年-月-日）"),
        ("2026-10-02: 国庆节", "2026-10-01: 国庆节", "第 8 行：2026-10-01 重复"),
        ("official", "provisional", "workdays: 通知未发布（provisional）的年份不得有调休上班日"),
        ("workdays:\n  2026-01-04: 元旦", "workdays: none", "workdays: 须为“日期: 名称”的列表"),
        ("year: 2026", "year: [", "第 3 行不是有效的 YAML，请检查该处的缩进"),
    ],
)
def test_each_kind_of_fault(tmp_path: Path, replaced: str, by: str, fault: str) -> None:
    assert replaced in SOUND
    assert any(
        each.startswith(f"2026.yaml: {fault}") for each in _faults(_write(tmp_path, SOUND.replace(replaced, by)))
    )


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("official", "provisional").replace("source: 试验\n", "note: x\n")
    text = text.replace("2026-05-01: 劳动节", "2026-05-01: ''\n  2026-02-31: 春节").replace(
        "  2026-10-02: 国庆节\n", ""
    )
    text += "  2026-01-05: 元旦\n  2026-13-01: 元旦\n  2026-01-04: 元旦\n"
    assert _faults(_write(tmp_path, text)) == [
        "2026.yaml: 第 13 行：2026-01-04 重复",
        "2026.yaml: source: 缺少此项",
        "2026.yaml: holidays.2026-05-01: 不得为空",
        "2026.yaml: holidays.2026-02-31: 不是日期（年-月-日）",
        "2026.yaml: workdays.2026-13-01: 不是日期（年-月-日）",
        "2026.yaml: note: 不认识的项目",
        "2026.yaml: workdays: 2026-01-05 不是周末，本来就上班",
        "2026.yaml: workdays: 通知未发布（provisional）的年份不得有调休上班日",
        "2026.yaml: holidays: 2026-10-02 是法定节假日，未列入",
    ]


def test_a_file_that_is_no_mapping_or_no_text(tmp_path: Path) -> None:
    assert _faults(_write(tmp_path, "")) == ["2026.yaml: 文件内容须为“项目: 值”"]
    (tmp_path / "2026.yaml").write_bytes(b"\xff\xfe\x00")
    assert _faults(tmp_path)[0].startswith("2026.yaml: 不是有效的 YAML")


def test_a_file_of_another_name(tmp_path: Path) -> None:
    assert _faults(_write(tmp_path, SOUND, "next.yaml")) == ["next.yaml: 文件名须为“年份.yaml”，如 2026.yaml"]


def test_years_missing(tmp_path: Path, calendars: Path) -> None:
    assert _faults(tmp_path / "none") == [f"{tmp_path / 'none'}: 没有这个文件夹"]
    assert _faults(tmp_path) == [f"{tmp_path}: 没有年份文件"]
    for year in (2023, 2026):
        shutil.copy(calendars / f"{year}.yaml", tmp_path)
    assert _faults(tmp_path) == [f"{tmp_path}: 2023 年之后缺少 2024 年"]
    assert _faults(tmp_path, range(2026, 2028))[0].startswith("2027.yaml: 无法读取")


def test_an_official_year_never_follows_a_provisional_one(tmp_path: Path, calendars: Path) -> None:
    shutil.copy(calendars / "2027.yaml", tmp_path)
    assert _faults(tmp_path) == [f"{tmp_path}: 没有任何正式（official）年份"]
    shutil.copy(calendars / "2026.yaml", tmp_path)
    text = (calendars / "2025.yaml").read_text(encoding="utf-8")
    kept = text.replace("official", "provisional").partition("workdays:")[0]
    without_notices = "".join(line for line in kept.splitlines(keepends=True) if not line.startswith("notices"))
    _write(tmp_path, without_notices, "2025.yaml")
    assert _faults(tmp_path) == [f"{tmp_path}: 2025 年为 provisional，其后的 2026 年却为 official"]
