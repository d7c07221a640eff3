"""``lianban calendar check``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from calendar_notice import OFFICIAL_2027, announce
from click.testing import Result

from fixtures.catalogues import edit
from lianban.clock.deadlines import SHANGHAI
from lianban.clock.files import load_years
from lianban.clock.years import outdated
from lianban.commands.calendar.public import PublicCalendar

Run = Callable[..., Result]


def test_every_file_is_told_and_compared(run: Run) -> None:
    result = run("check", "--today", "2026-11-25")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:23] == [line for line in lines if line.endswith("天  与公开日历逐日一致")]
    assert lines[22] == "2026.yaml  正式  工作日 248 天  与公开日历逐日一致"
    assert lines[23] == "2027.yaml  暂定（放假安排通知未发布）"
    assert lines[24].startswith("工作日历无误：2004 年至 2027 年，版本 2026.")
    assert lines[24].endswith("，暂定年份：2027")


def test_every_fault_by_file_and_field_and_what_is_sound_is_compared_all_the_same(run: Run, folder: Path) -> None:
    edit(folder, "2026.yaml", "2026-02-16: 春节", "2026-02-30: 春节")
    edit(folder, "2025.yaml", "status: official", "status: perhaps")
    edit(folder, "2024.yaml", "  2024-02-12: 春节\n", "")
    edit(folder, "2024.yaml", "2024-02-18: 春节", "2024-02-17: 春节")
    result = run("check", "--today", "2026-11-25")
    assert result.exit_code == 1
    found = [line for line in result.stdout.splitlines() if ".yaml: " in line]
    assert [line.partition("，")[0].partition("（")[0] for line in found] == [
        "2025.yaml: status: 须为 official 或 provisional",
        "2026.yaml: holidays.2026-02-30: 不是日期",
        "2024.yaml: holidays: 2024-02-12",
        "2024.yaml: workdays: 2024-02-17",
        "2024.yaml: workdays: 2024-02-18",
    ]
    assert "2024-02-12（周一）公开日历为放假，" in found[2]
    assert "2024.yaml  正式  工作日 252 天  与公开日历不一致" in result.stdout
    assert result.stderr == "共 5 处问题\n"


def test_a_difference_the_operator_answers_for(run: Run, folder: Path) -> None:
    edit(folder, "2024.yaml", "2024-02-18: 春节", "2024-02-17: 春节")
    result = run("check", "--today", "2026-11-25", "--no-compare")
    assert result.exit_code == 0
    assert "2024.yaml  正式  工作日 251 天  未与公开日历核对" in result.stdout


@pytest.mark.parametrize(
    ("today", "year", "told"),
    [
        ("2026-11-30", "provisional", []),
        ("2026-12-01", "provisional", ["2027 年的日历仍为暂定"]),
        ("2026-12-31", "missing", ["没有 2027 年的日历"]),
        ("2026-12-01", "official", []),
        ("2027-03-01", "provisional", ["2027 年的日历仍为暂定"]),
        ("2027-12-01", "official", ["没有 2028 年的日历"]),
        ("2027-12-01", "provisional", ["2027 年的日历仍为暂定", "没有 2028 年的日历"]),
    ],
)
def test_what_is_to_be_seen_to_is_a_warning(run: Run, folder: Path, today: str, year: str, told: list[str]) -> None:
    if year == "official":
        announce(folder)
    elif year == "missing":
        (folder / "2027.yaml").unlink()
    result = run("check", "--today", today)
    assert result.exit_code == 0
    assert [line.removeprefix("警告：").partition("，")[0] for line in result.stderr.splitlines()] == told


def test_the_day_is_today_unless_it_is_given(run: Run, folder: Path) -> None:
    (folder / "2027.yaml").unlink()
    (folder / "2026.yaml").unlink()
    due = outdated(load_years(folder), datetime.now(SHANGHAI).date())
    assert due
    assert run("check").stderr.splitlines() == [f"警告：{warning}" for warning in due]


def test_arranged_elsewhere_and_still_provisional_here(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PublicCalendar, "knows", lambda self, year: True)
    result = run("check", "--today", "2026-11-25")
    assert result.stderr == "警告：公开日历已有 2027 年的安排，本地仍为暂定；请按通知改为正式\n"


def test_a_year_the_public_calendar_does_not_know_is_not_compared(run: Run, folder: Path) -> None:
    announce(folder)
    result = run("check", "--today", "2026-12-01")
    assert "2027.yaml  正式  工作日 250 天  未与公开日历核对" in result.stdout.splitlines()


def test_without_the_public_calendar_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", None)
    result = run("check", "--today", "2026-11-25")
    assert (result.exit_code, result.stderr) == (0, "警告：没有安装 chinesecalendar，未与公开日历核对\n")
    assert "与公开日历逐日一致" not in result.stdout


def test_official_and_provisional_keep_their_fields_apart(run: Run, folder: Path) -> None:
    announce(folder, OFFICIAL_2027.replace("official", "provisional"))
    result = run("check", "--today", "2026-11-25")
    assert "2027.yaml: workdays: 通知未发布（provisional）的年份不得有调休上班日" in result.stdout
    assert "2027.yaml: notices: 通知未发布（provisional）的年份不得有通知文号" in result.stdout
