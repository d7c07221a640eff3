"""``lianban calendar show`` and ``deadline``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from calendar_notice import announce
from click.testing import CliRunner, Result

from lianban.cli import main
from lianban.clock.files import load_calendar
from lianban.publishing.store import PublishedStore

Run = Callable[..., Result]


def test_a_deadline_is_pure_json(run: Run, folder: Path) -> None:
    result = run("deadline", "--start", "2026-02-12", "--workdays", "20")
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    skipped = [(day["date"], day["reason"]) for day in found.pop("trace")]
    assert found == {
        "date": "2026-03-18",
        "calendar_version": load_calendar(folder).version,
        "provisional": False,
    }
    assert skipped == [
        ("2026-02-15", "周日"),
        *((f"2026-02-{day}", "春节") for day in range(16, 21)),
        ("2026-02-21", "周六"),
        ("2026-02-22", "周日"),
        ("2026-02-23", "春节"),
        *((f"2026-03-{day}", name) for day, name in (("01", "周日"), ("07", "周六"), ("08", "周日"))),
        ("2026-03-14", "周六"),
        ("2026-03-15", "周日"),
    ]


def test_natural_days_into_a_provisional_year(run: Run) -> None:
    found = json.loads(run("deadline", "--start", "2027-02-01", "--days", "5").stdout)
    assert (found["date"], found["provisional"]) == ("2027-02-09", True)
    assert [day["reason"] for day in found["trace"]] == ["周六", "周日", "春节"]


def test_in_words(run: Run) -> None:
    result = run("deadline", "--start", "2026-09-30", "--workdays", "3", "--text")
    lines = result.output.splitlines()
    assert lines[0] == "截止日：2026-10-10（周六） 24:00"
    assert lines[1].startswith("日历版本：2026.")
    assert lines[2:4] == ["跳过：7 天", "  2026-10-01  国庆节"]
    assert "（含暂定年份，通知发布后重算）" in run("deadline", "--start", "2027-02-01", "--days", "5", "--text").output


@pytest.mark.parametrize("amounts", [[], ["--workdays", "3", "--days", "3"]])
def test_exactly_one_amount_is_needed(run: Run, amounts: list[str]) -> None:
    result = run("deadline", "--start", "2026-09-30", *amounts)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "须且只能给出一个" in result.stderr


def test_a_day_before_the_calendar(run: Run) -> None:
    result = run("deadline", "--start", "1999-09-30", "--workdays", "3")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "1999-09-30 不在工作日历范围内" in result.stderr


def test_show(run: Run) -> None:
    result = run("show", "2026")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "2026 年  正式  工作日 248 天"
    assert lines[1].startswith("日历版本：2026.")
    assert lines[2] == "依据：国办发明电〔2025〕7号"
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


def test_a_published_calendar_is_looked_up_by_its_version(run: Run, folder: Path, store: PublishedStore) -> None:
    first = load_calendar(folder).version
    announce(folder)
    run("publish", "--store", store.folder)
    announced = load_calendar(folder).version
    in_force = run("show", "2027", "--store", store.folder).output
    assert in_force.startswith("2027 年  正式")
    assert f"日历版本：{announced}" in in_force
    assert run("show", "2027", "--store", store.folder, "--version", first).output.startswith("2027 年  暂定")
    ask = ("deadline", "--start", "2027-02-04", "--workdays", "1", "--store", store.folder)
    assert json.loads(run(*ask).stdout)["date"] == "2027-02-12"
    assert json.loads(run(*ask, "--version", first).stdout)["date"] == "2027-02-09"


def test_a_version_that_was_never_published(run: Run, store: PublishedStore) -> None:
    result = run("show", "2027", "--store", store.folder, "--version", "2026.00000000")
    assert result.exit_code == 1
    assert "没有发布过日历 2026.00000000" in result.output
    assert run("show", "2027", "--version", "2026.00000000").exit_code == 2
    assert "没有已发布的目录" in run("show", "2027", "--store", store.folder / "none").output


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    for arguments in (["show", "2026"], ["deadline", "--start", "2026-01-05", "--days", "1"]):
        result = CliRunner().invoke(main, ["calendar", "--folder", str(tmp_path), *arguments])
        assert result.exit_code == 1
        assert "没有年份文件" in result.output
