"""The search finds what was planted in made-up cases, and nothing else; the command line around it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fixtures.catalogues import city_catalog
from lianban.catalog.candidates.ranking import Candidate, Search, find_candidates
from lianban.catalog.candidates.records import read_cases
from lianban.catalog.candidates.samples import Sample, sample_cases
from lianban.catalog.models import Catalog
from lianban.cli import main


@pytest.fixture(scope="module")
def city() -> Catalog:
    return city_catalog()


def codes(item: Candidate) -> frozenset[str]:
    return frozenset(matter.matter.code for matter in item.matters if matter.matter is not None)


def lines(sample: Sample) -> list[bytes]:
    return [line.encode() for line in sample.lines]


@pytest.mark.parametrize("seed", range(6))
def test_what_was_planted_comes_out_and_noise_does_not(city: Catalog, seed: int) -> None:
    sample = sample_cases(city, seed, 20_000)
    found = find_candidates(city, read_cases(lines(sample), city), Search())
    assert {codes(item) for item in found.candidates} == set(sample.planted)
    assert [codes(item) for item in found.covered] == [sample.covered]
    assert found.cases == 20_000
    hours = [item.hours for item in found.candidates]
    assert hours == sorted(hours, reverse=True)


def test_groups_that_chance_makes_rank_below_the_planted(city: Catalog) -> None:
    """With nothing asked of lift, popular matters come in; what was planted still spares most for its size."""
    sample = sample_cases(city, 1, 20_000)
    cases = read_cases(lines(sample), city)
    found = find_candidates(city, cases, Search(min_lift=0))
    by_chance = [item for item in found.candidates if codes(item) not in sample.planted]
    assert by_chance
    assert (
        max(item.lift for item in by_chance)
        < 2
        < min(item.lift for item in found.candidates if codes(item) in sample.planted)
    )


def test_the_same_seed_makes_the_same_sample(city: Catalog) -> None:
    assert sample_cases(city, 7, 500) == sample_cases(city, 7, 500) != sample_cases(city, 8, 500)


@pytest.fixture
def read_once(city: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands get the catalogue that has been read already: reading takes seconds."""
    monkeypatch.setattr("lianban.commands.candidates.load_catalog", lambda folder: city)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["catalog", *map(str, arguments)])


@pytest.mark.usefixtures("read_once")
def test_command_line(tmp_path: Path, city: Catalog) -> None:
    file = tmp_path / "cases.csv"
    made = run("candidates-sample", file, "--seed", "3", "--rows", "8000")
    assert made.exit_code == 0, made.output
    planted = sample_cases(city, 3, 8000).planted
    assert all(city.matters[code].name in made.output for group in planted for code in group)

    shown = run("candidates", file)
    assert shown.exit_code == 0, shown.output
    assert "候选 4 组，按合计可省小时排列" in shown.output
    assert "已有主题覆盖的 1 组，不列为候选" in shown.output

    found = json.loads(run("candidates", file, "--json", "--top", "2").output)
    assert len(found["candidates"]) == 2
    assert {frozenset(matter["code"] for matter in item["matters"]) for item in found["candidates"]} <= set(planted)
    assert found["covered"][0]["theme"] in city.themes

    assert "候选 0 组" in run("candidates", file, "--window", "1").output


@pytest.mark.usefixtures("read_once")
def test_command_line_tells_bad_rows(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    rows = ["applicant,matter,department,filed_at", "a" * 16, "b" * 6000, *["c"] * 1500]
    file.write_text("\n".join(rows))
    result = run("candidates", file)
    assert result.exit_code == 1
    assert "数据有 1502 处错误：" in result.output
    assert "第 2 行：应有 4 列，实有 1 列\n第 3 行：一行超过 4096 字节\n第 4 行：" in result.output
    assert "另有 502 处没有列出" in result.output
