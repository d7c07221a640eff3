"""``lianban catalog import``."""

from __future__ import annotations

from pathlib import Path

import click

from lianban.catalog.difference import compare
from lianban.catalog.difference_text import Reader
from lianban.commands.options import told
from lianban.replication.keys import load_public
from lianban.replication.mapping import read_mapping
from lianban.replication.opening import MAX_BYTES, opened
from lianban.replication.package import Package
from lianban.replication.refusal import Refused, printable
from lianban.replication.taking_in import take_in


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", required=True, type=click.Path(file_okay=False, path_type=Path), help="本地目录文件夹")
@click.option("--division", required=True, help="引入到哪个区划")
@click.option(
    "--mapping", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="映射文件（YAML）"
)
@click.option("--trust", type=click.Path(dir_okay=False, path_type=Path), help="只接受这把公钥签名的主题包")
@click.option("--update", is_flag=True, help="本地已有而内容不同的主题、事项、材料等，以包中的为准")
@click.option("--dry-run", is_flag=True, help="只列出将要发生的变化，什么也不写")
@told
def receive(
    file: Path, into: Path, division: str, mapping: Path, trust: Path | None, update: bool, dry_run: bool
) -> None:
    """把主题包引入本地目录：全部引入，或全部列出原因而什么也不写。"""
    package = read_package(file, trust)
    for line in described(package):
        click.echo(printable(line))
    taken = take_in(package, read_mapping(mapping, package), into, division, update=update, dry_run=dry_run)
    changes = compare(taken.before, taken.after)
    for line in Reader(taken.before, taken.after).lines(changes):
        click.echo(printable(line))
    for note in taken.transfer.notes:
        click.echo(printable(f"请注意：{note}"))
    added = sum(len(entries) for entries in taken.transfer.added.values())
    replaced = sum(len(entries) for entries in taken.transfer.replaced.values())
    counted = f"新增 {added} 项，更新 {replaced} 项，沿用本地已有的 {len(taken.transfer.reused)} 项"
    click.echo(f"{'试运行，没有写入：' if dry_run else '已引入：'}{counted}；文件 {'、'.join(taken.files) or '无变化'}")


def read_package(file: Path, trust: Path | None = None) -> Package:
    """Raises Refused."""
    trusted = load_public(trust) if trust else None
    try:
        with file.open("rb") as content:
            data = content.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused("不接受该主题包", [f"{file}: 无法读取（{error.strerror}）"]) from None
    return opened(data, trusted)


def described(package: Package) -> list[str]:
    signed = f"签名有效，密钥指纹 {package.signer}" if package.signer else "没有签名，来源无法核实"
    lines = [f"来源 {package.source.name}（{package.source.code}），{signed}"]
    return lines + [
        f"主题 {code} {package.catalog.themes[code].name}　版本 {version}"
        for code, version in package.manifest.themes.items()
    ]
