"""``lianban catalog export``."""

from __future__ import annotations

from pathlib import Path

import click

from lianban.catalog.loader import load_catalog
from lianban.commands.options import folder_option, told
from lianban.publishing.files import replace
from lianban.replication.keys import fingerprint, load_private
from lianban.replication.package import collected, packed


@click.command()
@click.argument("themes", metavar="THEME…", nargs=-1, required=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="主题包文件")
@click.option("--key", type=click.Path(dir_okay=False, path_type=Path), help="签名私钥（lianban catalog key 生成）")
@folder_option
@told
def export(themes: tuple[str, ...], out: Path, key: Path | None, folder: Path) -> None:
    """把主题连同其引用的一切导出为一个主题包，供其他地区引入。"""
    package = collected(load_catalog(folder), themes)
    private = load_private(key) if key else None
    replace(out, packed(package, private))
    for code, version in package.manifest.themes.items():
        click.echo(f"{code} {package.catalog.themes[code].name}　{version}")
    signed = f"签名密钥指纹 {fingerprint(private.public_key())}" if private else "未签名"
    click.echo(f"已导出到 {out}：来源 {package.source.name}（{package.source.code}），{signed}")
