"""``lianban adapter conform`` and ``lianban adapter samples``."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
from asyncssh import import_known_hosts
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from lianban.platform.directory import FilesSettings, PollingSettings, StagingSettings
from lianban.platform.serving import listen
from lianban_adapters.conformance.exchanges import exchanges, recorded
from lianban_adapters.conformance.index import INDEX, index
from lianban_adapters.conformance.kit import Patience
from lianban_adapters.conformance.reaching import PLATFORM_WAITS
from lianban_adapters.conformance.runner import Kind, Order, conform
from lianban_adapters.samples.tasks import SAMPLE_FILE, SampleUnusable

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_EVERYWHERE: Final = ("0.0.0.0", "::")
_WHERE: Final[Mapping[Kind, str]] = {
    "rest": "在 {url} 接收办理动作、提供材料",
    "polling": "任务送到 --endpoint，办理动作从那里取；在 {url} 提供材料",
    "staging": "任务写到 lb_task，办理动作从 lb_act 取；在 {url} 提供超过约定大小的材料",
    "files": "任务放到 tasks/new，办理动作从 acts/new 取",
}
_UNFIT: Final = {
    "token": "{file} 中不是令牌：应为 16 位以上的 ASCII 字符，不含空格",
    "base_url": "轮询的 --endpoint 不得含 ? 和 #",
    "database_url": "{file} 中不是连接串：应为 postgresql+asyncpg://账号:口令@主机:端口/库 之类",
    "db_schema": "--db-schema 应为字母、数字、下划线",
}


class _Seconds(click.FloatRange):
    """Between two bounds; "not a number" is between none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail("应为秒数", param, ctx)
        return seconds


def _address(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise click.BadParameter("应为 主机:端口")
    return host.strip("[]"), int(port)


def _web(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    try:
        parts = urlsplit(value or "http://unset")
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise click.BadParameter("应为 http:// 或 https:// 开头的网址")
    return value


@click.command("conform")
@click.option("--department", required=True, metavar="代码", help="部门代码")
@click.option(
    "--kind",
    default="rest",
    type=click.Choice(["rest", "polling", "staging", "files"]),
    show_default=True,
    help="对接方式",
)
@click.option("--endpoint", callback=_web, help="部门接收任务的网址；轮询的为各接口共同的前一段；前置库、文件的不用")
@click.option(
    "--secret-file", type=_FILE, help="文件，内为签名密钥（whsec_…）；轮询的为部门发给平台的令牌；前置库、文件的不用"
)
@click.option(
    "--database-url-file",
    type=_FILE,
    help="前置库：文件，内为平台账号的连接串（postgresql+asyncpg://… 或 mysql+asyncmy://…）",
)
@click.option("--db-schema", help="前置库：表所在的 schema")
@click.option("--tls", is_flag=True, help="前置库：用 TLS 连接")
@click.option(
    "--files-settings",
    type=_FILE,
    help="文件交换：YAML 文件，内容同部门名录中的 files（host、user、known_hosts 等）",
)
@click.option(
    "--listen",
    "address",
    default="127.0.0.1:18099",
    show_default=True,
    callback=_address,
    help="在哪里接收办理动作、提供材料",
)
@click.option("--public-url", callback=_web, help="部门系统从哪个网址找到它，缺省同 --listen")
@click.option("--material-token-file", type=_FILE, help="文件，内为调阅材料的令牌；不给则任何令牌都可以")
@click.option("--task", default=SAMPLE_FILE, type=_FILE, help="样例任务的文件，缺省为自带的；可以换成本部门的事项")
@click.option("--acceptance", is_flag=True, help="牵头部门：也检验受理任务")
@click.option("--wait", default=30.0, type=_Seconds(0.1, 3600), show_default=True, help="等一个办理动作的秒数")
@click.option("--quiet", default=10.0, type=_Seconds(0.1, 300), show_default=True, help="查看不该来的是否再来的秒数")
@click.option(
    "--answer-timeout",
    default=PLATFORM_WAITS,
    type=_Seconds(0.1, 45),
    show_default=True,
    help=f"等一个消息的答复（取走）的秒数；只放宽检验，推送、轮询时平台只等 {PLATFORM_WAITS:g} 秒",
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="另存一份 JSON 的报告")
def conform_command(
    department: str,
    kind: Kind,
    endpoint: str | None,
    secret_file: Path | None,
    database_url_file: Path | None,
    db_schema: str | None,
    tls: bool,
    files_settings: Path | None,
    address: tuple[str, int],
    public_url: str | None,
    material_token_file: Path | None,
    task: Path,
    acceptance: bool,
    wait: float,
    quiet: float,
    answer_timeout: float,
    json_file: Path | None,
) -> None:
    """对接检验：像平台一样与部门系统往来，列出每一项通过与否；必须的都通过，退出码为 0。

    用虚构的样例任务，与平台的数据库无关。部门系统的平台网址请设为 --public-url（缺省为 --listen 的地址）。
    """
    needed, given = {
        "staging": ("--database-url-file", database_url_file),
        "files": ("--files-settings", files_settings),
    }.get(kind, ("--endpoint 和 --secret-file", secret_file if endpoint else None))
    if given is None:
        raise click.UsageError(f"--kind {kind} 须给出 {needed}")
    if public_url is None and address[0] in _EVERYWHERE:
        raise click.UsageError("--listen 为全部地址的，须用 --public-url 写明部门系统从哪个网址找到它")
    files = _files(given) if kind == "files" else None
    secret = "" if files else _secret(given, kind, endpoint or "", db_schema)
    try:
        bound = listen(*address)
    except OSError as error:
        raise click.ClickException(
            f"不能在 {address[0]}:{address[1]} 监听（{error.strerror}），请用 --listen 换一个"
        ) from None
    with bound:
        order = Order(
            department=department,
            kind=kind,
            endpoint=endpoint or "",
            secret=secret,
            public_url=(public_url or _own_url(*bound.getsockname()[:2])).rstrip("/"),
            patience=Patience(wait, quiet),
            answer_timeout=answer_timeout,
            material_token=_text(material_token_file) if material_token_file else None,
            sample=task,
            acceptance=acceptance,
            db_schema=db_schema,
            tls=tls,
            files=files,
        )
        click.echo(f"{_WHERE[kind].format(url=order.public_url)}；需要人工办理的，请在 {wait:g} 秒内办理样例任务 ……")
        try:
            report = asyncio.run(conform(order, bound))
        except SampleUnusable as error:
            raise click.ClickException(str(error)) from None
    for line in report.lines():
        click.echo(line)
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(report.document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"报告没有写入 {json_file}（{error.strerror}）") from None
    if not report.conforms:
        raise click.exceptions.Exit(1)


def _own_url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _secret(file: Path, kind: Kind, endpoint: str, db_schema: str | None) -> str:
    """What the kind needs, checked together with what else it is configured by."""
    secret = _text(file)
    if kind == "rest":
        return _signing_key(secret, file)
    try:
        if kind == "polling":
            return PollingSettings(base_url=endpoint, token=secret).token
        url = StagingSettings(database_url=secret, db_schema=db_schema).database_url
        make_url(url)
    except ValidationError as error:
        raise click.ClickException(_UNFIT[str(error.errors()[0]["loc"][0])].format(file=file)) from None
    except (ArgumentError, ValueError):
        raise click.ClickException(_UNFIT["database_url"].format(file=file)) from None
    return url


def _files(file: Path) -> FilesSettings:
    try:
        settings = FilesSettings.model_validate(YAML(typ="safe").load(_text(file)))
        import_known_hosts(settings.known_hosts)
    except YAMLError:
        raise click.ClickException(f"{file} 不是 YAML") from None
    except ValidationError as error:
        places = "、".join(".".join(map(str, fault["loc"])) or _whole(fault["type"]) for fault in error.errors())
        raise click.ClickException(f"{file} 与部门名录中的 files 不同，有误的：{places}") from None
    except ValueError:
        raise click.ClickException(f"{file} 中的 known_hosts 读不出来") from None
    return settings


def _whole(fault: str) -> str:
    """What is wrong with no field in particular."""
    return "private_key_file 和 password 须写一个" if fault == "way_in" else "整个文件，应为“名称: 值”各一行"


def _signing_key(secret: str, file: Path) -> str:
    try:
        whole = secret.startswith("whsec_") and base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        whole = False
    if not whole:
        raise click.ClickException(f"{file} 中不是签名密钥：应为 whsec_ 和 Base64")
    return secret


def _text(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise click.ClickException(f"无法读取 {file}") from None
    if not text:
        raise click.ClickException(f"{file} 是空的")
    return text


@click.command("samples")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="写到哪个文件夹")
def samples_command(out: Path) -> None:
    """写出往来的样例：双方的每种消息、每种办理动作、每种拒绝，一个一份 JSON，另有一份目录。内容均为虚构。"""
    written = dict(exchanges())
    files = {f"{name}.json": recorded(exchange) for name, exchange in written.items()} | {INDEX: index(written)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"无法写入 {error.filename or out}（{error.strerror}）") from None
    click.echo(f"写出 {len(written)} 份和目录 {INDEX}，在 {out}")
