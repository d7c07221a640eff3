"""``lianban catalog savings``: what each theme spares, and all of them together."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from lianban.catalog.loader import load_catalog
from lianban.catalog.savings_table import FIGURES, SavingsTable, ThemeSavings, savings_table, spared
from lianban.commands.options import folder_option, told
from lianban.commands.tables import table

FIGURES_ZH: Final = {
    "days": "时间（工作日）",
    "steps": "环节",
    "materials": "材料",
    "visits": "跑动",
    "forms": "表格",
    "fields": "填写项",
}


@click.command()
@folder_option
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@told
def savings(folder: Path, as_json: bool) -> None:
    """各主题单独办理与一次办的对比：各情形的平均数，及合计。

    口径见 docs/savings.zh-CN.md。
    """
    found = savings_table(load_catalog(folder))
    if as_json:
        click.echo(json.dumps(_document(found), ensure_ascii=False, indent=1))
        return
    for line in _lines(found):
        click.echo(line)


def _document(found: SavingsTable) -> dict[str, Any]:
    themes = [asdict(item) | {"saved": _shares(item.before, item.after)} for item in found.themes]
    total = {
        "before": found.before,
        "after": found.after,
        "fields_without_prefill": found.fields_without_prefill,
        "saved": _shares(found.before, found.after),
    }
    rounded: dict[str, Any] = _rounded({"themes": themes, "total": total})
    return rounded


def _shares(before: dict[str, float], after: dict[str, float]) -> dict[str, float | None]:
    return {name: spared(before[name], after[name]) for name in FIGURES}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def _lines(found: SavingsTable) -> list[str]:
    head = ("主题", "情形", *FIGURES_ZH.values(), "不预填时", "时间至少减")
    rows = [
        (
            f"{item.code} {item.name}",
            str(item.situations) if item.exhaustive else f"{item.situations}+",
            *_cells(item.before, item.after),
            _number(item.fields_without_prefill),
            _least(item),
        )
        for item in found.themes
    ]
    total = (
        f"合计（{len(rows)} 个主题）",
        str(sum(item.situations for item in found.themes)),
        *_cells(found.before, found.after),
        _number(found.fields_without_prefill),
        "",
    )
    return [
        "单独办理→一次办，各情形的平均数；减少的比例在后。口径见 docs/savings.zh-CN.md",
        *table(head, [*rows, total], right=range(1, len(head))),
    ]


def _cells(before: dict[str, float], after: dict[str, float]) -> list[str]:
    return [f"{_number(before[name])}→{_number(after[name])} {_percent(before[name], after[name])}" for name in FIGURES]


def _least(item: ThemeSavings) -> str:
    return f"{item.least['days']:.0%}" if "days" in item.least else "—"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _percent(before: float, after: float) -> str:
    share = spared(before, after)
    return f"{share:>4.0%}" if share is not None else "   —"
