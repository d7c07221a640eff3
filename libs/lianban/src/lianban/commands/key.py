"""``lianban catalog key``."""

from __future__ import annotations

from pathlib import Path

import click

from lianban.commands.options import told
from lianban.replication.keys import fingerprint, generate, public_file


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@told
def key(file: Path) -> None:
    """生成签名主题包的密钥：FILE 为私钥（仅本人可读），FILE.pub 为公钥，交给引入方。"""
    public = generate(file)
    click.echo(f"私钥 {file}，公钥 {public_file(file)}，指纹 {fingerprint(public)}")
