from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lianban.clock.cli import calendar as command

Run = Callable[..., Result]


@pytest.fixture(name="run")
def _run(calendars: Path) -> Run:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(command, ["--folder", str(calendars), *arguments])

    return run


def test_deadline_of_working_days(run: Run) -> None:
    result = run("deadline", "--start", "2026-09-30", "--workdays", "3")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "截止日：2026-10-10（周六） 24:00"
    assert lines[1].startswith("日历版本：2026.")
    assert lines[2:4] == ["跳过：7 天", "  2026-10-01  国庆节"]


def test_a_provisional_deadline_of_natural_days_says_so(run: Run) -> None:
    result = run("deadline", "--start", "2027-02-01", "--days", "5")
    assert "截止日：2027-02-09（周二） 24:00" in result.output
    assert "（含暂定年份，通知发布后重算）" in result.output


@pytest.mark.parametrize("amounts", [[], ["--workdays", "3", "--days", "3"]])
def test_exactly_one_amount_is_needed(run: Run, amounts: list[str]) -> None:
    result = run("deadline", "--start", "2026-09-30", *amounts)
    assert result.exit_code == 2
    assert "须且只能给出一个" in result.output


def test_a_day_before_the_calendar(run: Run) -> None:
    result = run("deadline", "--start", "1999-09-30", "--workdays", "3")
    assert result.exit_code == 1
    assert "1999-09-30 不在工作日历范围内" in result.output


def test_show(run: Run) -> None:
    result = run("show", "2026")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:2] == ["2026 年  正式  工作日 248 天", "依据：国办发明电〔2025〕7号"]
    assert "  春节  2026-02-16（周一） 至 2026-02-20（周五）" in lines
    assert "  国庆节  2026-10-10（周六）" in lines


def test_show_a_provisional_year(run: Run) -> None:
    lines = run("show", "2027").output.splitlines()
    assert lines[0].startswith("2027 年  暂定")
    assert lines[-2:] == ["调休上班：", "  无"]


def test_show_a_year_that_is_not_there(run: Run) -> None:
    result = run("show", "2040")
    assert result.exit_code == 1
    assert "没有 2040 年的日历（现有 2004 年至 2027 年）" in result.output


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    for arguments in (["show", "2026"], ["deadline", "--start", "2026-01-05", "--days", "1"]):
        result = CliRunner().invoke(command, ["--folder", str(tmp_path), *arguments])
        assert result.exit_code == 1
        assert "没有年份文件" in result.output
