"""``lianban catalog mapping``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lianban.commands.options import told
from lianban.commands.receive import read_package
from lianban.replication.package import Package
from lianban.replication.refusal import printable


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@told
def mapping(file: Path) -> None:
    """为主题包列出一份映射底稿：每个部门、区划、窗口一行，先映射到自身，请逐行改为本地的。"""
    for line in skeleton(read_package(file)):
        click.echo(printable(line))


def skeleton(package: Package) -> list[str]:
    """A mapping under which everything is taken over as it is."""
    catalog = package.catalog
    lines = [
        f"# {package.source.name}（{package.source.code}）主题包的映射：右边改为本地的代码、定义或 null。",
        "departments:",
    ]
    for department in catalog.departments.values():
        lines.append(f"  {department.code}: {department.code}  # {department.name}")
    lines.append("divisions:")
    for division in catalog.divisions.values():
        lines.append(f"  {json.dumps(division.code)}: {json.dumps(division.code)}  # {division.name}")
    windows = sorted({department.window for department in catalog.departments.values() if department.window})
    lines += ["windows:", *(f"  {_quoted(window)}: {_quoted(window)}" for window in windows)] if windows else []
    return [*lines, "texts: {}  # 例如 {天门市: 仙桃市}"]


def _quoted(text: str) -> str:
    """JSON strings are YAML strings, whatever is in them."""
    return json.dumps(text, ensure_ascii=False)
