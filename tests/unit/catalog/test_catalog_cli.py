"""The command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from catalog_samples import shop
from catalog_samples import written as write
from click.testing import CliRunner, Result

from lianban.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, shop())


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_check_of_a_clean_catalogue_is_one_line(folder: Path) -> None:
    result = run("catalog", "check", folder)
    assert (result.exit_code, result.output) == (
        0,
        "目录无误：主题 1，事项 5，部门 4，数据元 5，材料 4，区划 3\n",
    )


def test_check_prints_every_fault(folder: Path) -> None:
    path = folder / "themes" / "B4.yaml"
    path.write_text(path.read_text().replace('"lead": "market"', '"leader": "market"'))
    result = run("catalog", "check", folder)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "themes/B4.yaml:2: theme.lead: 缺少必填字段 〔补上该字段〕",
        "themes/B4.yaml:9: theme.leader: 未知字段 leader 〔是否应为 lead〕",
    ]
    assert result.stderr == "共 2 处问题\n"


def test_show_is_a_table_of_the_plan(folder: Path) -> None:
    answers = ["-a", "place=rented", "-a", "sign=no"]
    result = run("catalog", "show", "B4", *answers, "--division", "429006100", "--folder", folder)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "样例镇　牵头：市场监督管理局" in lines[1]
    assert [line.split()[2] for line in lines if line.startswith(("1", "2", "3"))] == [
        "register",
        "water-account",
        "tax-setup",
    ]
    head = next(number for number, line in enumerate(lines) if line.split()[:2] == ["材料", "代码"])
    materials = [line.split()[1] for line in lines[head + 2 : lines.index("", head)]]
    assert materials == ["identity-card", "lease", "licence"]
    assert "由 register 产生，无需提交" in result.output
    assert "时间 30 → 3 个工作日" in lines[-1]
    [promised] = [line for line in lines if line.startswith("全程承诺时限")]
    days = promised.split("，")[0].removeprefix("全程承诺时限 ")
    assert "最长的一串" in lines[-2]
    assert lines[-2].endswith(f"对申请人的承诺是全程承诺时限 {days}。")
    assert days != "3个工作日"
    assert "填写项 5 → 3（登记库不预填时 4）" in lines[-1]


def test_show_takes_first_options_without_answers(folder: Path) -> None:
    result = run("catalog", "show", "B4", "--folder", folder)
    assert run("catalog", "show", "b4", "--folder", folder).output == result.output
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "没有回答的题取第一个选项："
    assert "  -a place=own　经营场所是自有还是租用？自有" in lines
    rest = run("catalog", "show", "B4", "-a", "place=rented", "--folder", folder)
    assert rest.exit_code == 0, rest.output
    assert "place=" not in rest.output
    assert "sign=" in rest.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["B4", "-a", "place=no"],
            "place: “经营场所是自有还是租用？”的回答不在可选范围内（可选：own＝自有；rented＝租用），写作 -a",
        ),
        (["B4", "-a", "place"], "写成 问题=选项 的形式"),
        (["Z9"], "没有主题 Z9"),
        (["B4", "-a", "place=own", "-a", "sign=no", "--division", "420100"], "区划 420100 不在该主题的适用范围内"),
    ],
)
def test_show_says_what_is_wrong(folder: Path, arguments: list[str], told: str) -> None:
    result = run("catalog", "show", *arguments, "--folder", folder)
    assert result.exit_code != 0
    assert told in result.output


def test_show_refuses_a_faulty_catalogue(folder: Path) -> None:
    (folder / "elements.yaml").unlink()
    result = run("catalog", "show", "B4", "--folder", folder)
    assert result.exit_code == 1
    assert "数据元 shop_name 未定义" in result.output


def test_match_lists_what_fits_and_what_is_missing(folder: Path) -> None:
    result = run("catalog", "match", "--audience", "company", "trade=shop", "staff=3", "--folder", folder)
    assert result.exit_code == 0, result.output
    assert "B4 开办小店  市监局    从事零售；小店或者连锁店" in result.output.splitlines()
    result = run("catalog", "match", "--audience", "company", "trade=shop", "--folder", folder)
    assert "B4 开办小店  市监局    从事零售  职工人数；是连锁企业" in result.output.splitlines()
    assert "职工人数    staff=…  0～900 的整数" in result.output.splitlines()


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (["trade"], "trade：写成 情况=值 的形式"),
        (["staff=1", "staff=2"], "staff 写了两次"),
        (["staff=many", "chain=perhaps"], "“职工人数”应为0～900 的整数"),
        (["staff=many", "chain=perhaps"], "“是连锁企业”应为true（是）、false（否）"),
        (["trad=shop"], "没有这项情况，是否应为 trade"),
    ],
)
def test_match_says_what_is_wrong(folder: Path, facts: list[str], told: str) -> None:
    result = run("catalog", "match", "--audience", "company", *facts, "--folder", folder)
    assert result.exit_code != 0
    assert told in result.output


def test_savings_is_a_table_with_totals(folder: Path) -> None:
    result = run("catalog", "savings", "--folder", folder)
    assert result.exit_code == 0, result.output
    row, total = (" ".join(line.split()) for line in result.output.splitlines()[-2:])
    assert row == "B4 开办小店 6 40→7.3 82% 12→4 67% 4.8→2.2 55% 8→0.7 92% 2.7→1 62% 6.3→3.7 42% 4.7 76%"
    assert total.startswith("合计（1 个主题） 6 40→7.3 82%")


def test_savings_as_json(folder: Path) -> None:
    found = json.loads(run("catalog", "savings", "--json", "--folder", folder).output)
    (theme,) = found["themes"]
    assert (theme["code"], theme["situations"], theme["exhaustive"]) == ("B4", 6, True)
    assert theme["before"]["forms"] == found["total"]["before"]["forms"] == 2.6667
    assert found["total"]["saved"]["visits"] == theme["saved"]["visits"] == 0.9167


def test_calendar_is_mounted() -> None:
    assert "calendar" in run("--help").output
    assert run("calendar", "--help").exit_code == 0
