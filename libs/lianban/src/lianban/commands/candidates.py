"""``lianban catalog candidates`` and ``candidates-sample``: which themes to make next, from past cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from lianban.catalog.candidates.ranking import Candidate, Found, Hours, Search, find_candidates
from lianban.catalog.candidates.records import MAX_LINE, BadRows, read_cases
from lianban.catalog.candidates.samples import sample_cases
from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog
from lianban.commands.options import folder_option, told
from lianban.commands.tables import table

_DEFAULTS: Final = Search()
_AMOUNT: Final = click.FloatRange(0)


@click.command()
@click.argument("cases", type=click.File("rb"))
@click.option("--window", default=_DEFAULTS.window, type=click.IntRange(1, 3660), show_default=True, help="天数")
@click.option(
    "--min-support",
    default=_DEFAULTS.min_support,
    type=click.FloatRange(0, 1),
    show_default=True,
    help="至少占全部办理次数的比例",
)
@click.option("--min-lift", default=_DEFAULTS.min_lift, type=_AMOUNT, show_default=True, help="提升度至少为")
@click.option(
    "--visit-hours", default=_DEFAULTS.hours.visit, type=click.FloatRange(0), show_default=True, help="跑一次折小时"
)
@click.option(
    "--form-hours", default=_DEFAULTS.hours.form, type=click.FloatRange(0), show_default=True, help="填一张表折小时"
)
@click.option(
    "--day-hours", default=_DEFAULTS.hours.day, type=click.FloatRange(0), show_default=True, help="等一个工作日折小时"
)
@click.option("--top", default=20, type=click.IntRange(1), show_default=True, help="列出前几组")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@folder_option
@told
def candidates(
    cases: BinaryIO,
    window: int,
    min_support: float,
    min_lift: float,
    visit_hours: float,
    form_hours: float,
    day_hours: float,
    top: int,
    as_json: bool,
    folder: Path,
) -> None:
    """从以往办件（CSV）中找出常被同一申请人一起办的事项，作为下一批主题的候选。

    列、算法和公式见 docs/candidates.zh-CN.md。
    """
    search = Search(window, min_support, min_lift, Hours(visit_hours, form_hours, day_hours))
    catalog = load_catalog(folder)
    try:
        found = find_candidates(catalog, read_cases(_lines(cases), catalog), search)
    except BadRows as error:
        shown = [str(fault) for fault in error.faults]
        if hidden := error.total - len(shown):
            shown.append(f"另有 {hidden} 处没有列出，改正以上各处后会列出")
        raise click.ClickException("\n".join([f"数据有 {error.total} 处错误：", *shown])) from None
    if as_json:
        click.echo(json.dumps(_document(found, top), ensure_ascii=False, indent=1))
        return
    for line in _shown(found, search, top):
        click.echo(line)


@click.command("candidates-sample")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True))
@click.option("--seed", default=1, show_default=True, help="同一个数得到同一份样例")
@click.option("--rows", default=20_000, type=click.IntRange(100, 1_000_000), show_default=True, help="行数")
@folder_option
@told
def candidates_sample(file: Any, seed: int, rows: int, folder: Path) -> None:
    """生成一份虚构的以往办件，其中埋有应被找出的事项组，其余是噪声。"""
    catalog = load_catalog(folder)
    sample = sample_cases(catalog, seed, rows)
    file.writelines(f"{line}\n" for line in sample.lines)
    click.echo(f"共 {len(sample.lines) - 1} 行。埋入的事项组：")
    for codes in sample.planted:
        click.echo(f"  {_names(catalog, codes)}")
    click.echo(f"埋入的、已有主题覆盖的事项组：\n  {_names(catalog, sample.covered)}")


def _names(catalog: Catalog, codes: frozenset[str]) -> str:
    return " + ".join(catalog.matters[code].name for code in sorted(codes))


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Line by line; of one that is too long no more than shows it."""
    while line := stream.readline(MAX_LINE + 1):
        yield line
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE + 1)


def _document(found: Found, top: int) -> dict[str, Any]:
    return {
        "cases": found.cases,
        "applicants": found.applicants,
        "occasions": found.occasions,
        "too_large": found.too_large,
        "unlisted_matters": found.unlisted,
        "candidates": [_entry(item) for item in found.candidates[:top]],
        "covered": [_entry(item) for item in found.covered],
    }


def _entry(item: Candidate) -> dict[str, Any]:
    return {
        "matters": [
            {
                "code": matter.matter.code if matter.matter else None,
                "name": matter.name,
                "department": matter.department,
            }
            for matter in item.matters
        ],
        "occasions": item.occasions,
        "support": round(item.support, 6),
        "lift": round(item.lift, 2),
        "before": {name: round(value, 2) for name, value in item.before.items()},
        "spared": {name: round(value, 2) for name, value in item.spared.items()},
        "hours": round(item.hours, 1),
        "theme": item.theme,
    }


def _shown(found: Found, search: Search, top: int) -> Iterator[str]:
    yield (
        f"办件 {found.cases} 件，申请人 {found.applicants} 个，{search.window} 天内一起办的算一次，"
        f"共 {found.occasions} 次"
    )
    if found.too_large:
        yield f"另有 {found.too_large} 次一起办的事项过多，疑为代办，没有计入"
    if found.unlisted:
        yield f"有 {found.unlisted} 个事项不在目录中，所省只按办件所载计算"
    yield f"候选 {len(found.candidates)} 组，按合计可省小时排列"
    head = ("序", "事项", "部门", "次数", "支持度", "提升度", "每次省：跑动", "表格", "工作日", "材料", "合计可省小时")
    rows = [row for order, item in enumerate(found.candidates[:top], 1) for row in _rows(order, item)]
    yield from table(head, rows, right=range(3, len(head)))
    if found.covered:
        yield ""
        yield f"已有主题覆盖的 {len(found.covered)} 组，不列为候选"
        yield from table(
            ("主题", "次数", "事项"),
            [
                (str(item.theme), str(item.occasions), " + ".join(matter.name for matter in item.matters))
                for item in found.covered
            ],
        )


def _rows(order: int, item: Candidate) -> Iterator[tuple[str, ...]]:
    """The first matter with the group's figures, then the others."""
    first, *others = item.matters
    spared = [f"{item.spared[name]:.1f}" for name in ("visits", "forms", "days", "materials")]
    figures = (str(item.occasions), f"{item.support:.2%}", f"{item.lift:.1f}", *spared, f"{item.hours:.0f}")
    yield str(order), first.name, first.department, *figures
    for matter in others:
        yield "", matter.name, matter.department, *("" for _ in figures)
