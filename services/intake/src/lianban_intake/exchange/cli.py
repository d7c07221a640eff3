"""``lianban exchange``: the province's staging tables, and whether they say what they should."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import click
from asyncpg import PostgresError
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import SQLAlchemyError

from lianban.commands.tables import table
from lianban.platform.crypto import Keyring
from lianban.platform.database import create_engine
from lianban.platform.keyfile import KeyFileInvalid
from lianban.platform.objects import ObjectStore, open_store
from lianban_intake.exchange.province import EXCHANGE_URL
from lianban_intake.exchange.reading import CaseReader
from lianban_intake.exchange.reconcile import Difference, Findings, Kind, Reconciler
from lianban_intake.exchange.staging import ddl as script
from lianban_intake.exchange.wiring import open_province

KIND_ZH: Final = {Kind.MISSING: "缺少", Kind.DIFFERENT: "不一致", Kind.SUPERFLUOUS: "多余"}


class _Settings(BaseSettings):
    """Of the intake's own, what this needs."""

    model_config = SettingsConfigDict(env_prefix="LIANBAN_", extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(repr=False)
    objects_url: str
    keyring_file: Path
    exchange_url: str = Field(min_length=1, pattern=EXCHANGE_URL, repr=False)


@click.group()
def exchange() -> None:
    """办件归集：向省前置库报送办件信息。"""


@exchange.command()
@click.option("--dialect", type=click.Choice(["postgresql", "mysql"]), default="postgresql", show_default=True)
def ddl(dialect: str) -> None:
    """输出前置库各表的建表语句。"""
    click.echo(script(dialect), nl=False)


@exchange.command()
@click.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True, help="核对最近几天内有新情况的办件")
@click.option("--case", "case_no", metavar="办件编号", help="只核对这一件")
@click.option("--mend", is_flag=True, help="补报缺少和不一致的记录，撤销多余的记录")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def reconcile(days: int, case_no: str | None, mend: bool, as_json: bool) -> None:
    """把前置库与应报送的内容逐条核对。有差异而未修复时退出码为 1。

    连接取自收件服务的环境变量 LIANBAN_DATABASE_URL、LIANBAN_OBJECTS_URL、LIANBAN_KEYRING_FILE、LIANBAN_EXCHANGE_URL。
    """
    try:
        settings = _Settings()
    except ValidationError as error:
        names = "、".join(f"LIANBAN_{str(fault['loc'][0]).upper()}" for fault in error.errors())
        raise click.ClickException(f"以下环境变量没有设置或者有误：{names}") from None
    try:
        keyring = Keyring.load(settings.keyring_file)
    except (OSError, KeyFileInvalid) as error:
        raise click.ClickException(f"密钥文件 {settings.keyring_file} 无法使用（{type(error).__name__}）") from None
    try:
        objects = open_store(settings.objects_url, keyring)
    except (OSError, ValueError):
        raise click.ClickException("LIANBAN_OBJECTS_URL 有误，或者所指的文件夹无法使用") from None
    since = datetime.now(UTC) - timedelta(days=days)
    try:
        found, left = asyncio.run(_carry_out(settings, keyring, objects, since, case_no, mend))
    except (OSError, SQLAlchemyError, PostgresError) as error:
        # Texts of databases may repeat what was written.
        raise click.ClickException(f"数据库没有应答或者拒绝（{type(error).__name__}），请检查连接后再试") from None
    click.echo(json.dumps(_document(found, left), ensure_ascii=False) if as_json else "\n".join(_lines(found, left)))
    if case_no is not None and not found.cases:
        click.echo(f"这个办件最近 {days} 天没有新情况，没有核对；核对更早的，把 --days 写大", err=True)
    if not (left or found).clean:
        raise SystemExit(1)


async def _carry_out(
    settings: _Settings, keyring: Keyring, objects: ObjectStore, since: datetime, case_no: str | None, mend: bool
) -> tuple[Findings, Findings | None]:
    """What was found; and what is left of it where it was to be mended."""
    async with AsyncExitStack() as stack:
        engine = create_engine(settings.database_url, pool_size=2)
        stack.push_async_callback(engine.dispose)
        direct = engine.execution_options(isolation_level="AUTOCOMMIT")
        reader = CaseReader(direct, objects, keyring)
        reconciler = Reconciler(direct, reader, open_province(settings.exchange_url, stack))
        if case_no is not None and not await reconciler.knows(case_no):
            raise click.ClickException(f"没有这个办件：{case_no}")
        found = await reconciler.compare(since, case_no)
        return found, await reconciler.mend(found) if mend else None


def _document(found: Findings, left: Findings | None) -> dict[str, object]:
    return {
        "cases": found.cases,
        "records": found.records,
        "waiting": found.waiting,
        "differences": [asdict(each) for each in found.differences],
        "unreadable": found.unreadable,
        "mended": left is not None and bool(_mended(found, left)),
        "unsettled": left.unsettled if left else [],
    }


def _mended(found: Findings, left: Findings) -> list[Difference]:
    return [each for each in found.differences if each.case_no not in left.unsettled]


def _lines(found: Findings, left: Findings | None) -> list[str]:
    rows = [
        (each.case_no, each.table, str(each.seq), KIND_ZH[each.kind], "、".join(each.columns))
        for each in found.differences
    ]
    lines = [f"核对办件 {found.cases} 件、前置库记录 {found.records} 条；尚待报送 {found.waiting} 件"]
    lines += table(("办件编号", "表", "序号", "差异", "不一致的字段"), rows, right={2})
    lines += [f"办件 {case_no} 无法读取（{cause}）" for case_no, cause in found.unreadable.items()]
    if left is None:
        lines.append(f"差异 {len(rows)} 条" + ("，加 --mend 修复" if rows else ""))
    else:
        lines += [f"办件 {case_no} 正在报送，未能修复，请稍后再试" for case_no in left.unsettled]
        mended = len(_mended(found, left))
        lines.append(f"差异 {len(rows)} 条，" + (f"已修复 {mended} 条" if rows else "无需修复"))
    return lines
