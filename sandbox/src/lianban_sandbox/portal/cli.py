"""`python -m lianban_sandbox.portal`: what an applicant does at a portal, by hand, against a running stack."""

from __future__ import annotations

import asyncio
import functools
import gc
import json
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec

import click
import httpx
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

import lianban.commands  # noqa: F401 -- with it, click speaks Chinese
from lianban.catalog.terms import DeliveryMode
from lianban.clock.deadlines import SHANGHAI
from lianban.commands.tables import table
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban_sandbox import documents, timeskip
from lianban_sandbox.portal.client import PortalClient, PortalError
from lianban_sandbox.portal.filing import Filer
from lianban_sandbox.portal.samples import sample_answers
from lianban_sandbox.portal.state import NoStack, RunningStack

P = ParamSpec("P")

_KNOWN: Final = "已有办件：同一种子是同一份申请，先前已经收件。要另收一件，换一个 --seed，或者不写"
_ONLY_THE_CASE: Final = """\
以上是办件现在的时间（北京时间）。只快进了这个办件，部门和平台仍按真实时间。快进之后开始的环节，
部门照常办结；补正、不予受理、特别程序、延期写的是真实时间，早于环节开始，会被拒绝
（409 in-past），请在快进之前作出。"""


def _show(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _show_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    for line in table(head, rows):
        click.echo(line)


def _at_the_portal(
    command: Callable[Concatenate[PortalClient, P], Awaitable[None]],
) -> Callable[Concatenate[RunningStack, P], None]:
    """Runs the command with a portal client; a refusal is told in the intake's own words."""

    @functools.wraps(command)
    def run(stack: RunningStack, /, *args: P.args, **kwargs: P.kwargs) -> None:
        async def signed_in() -> None:
            async with stack.portal() as client:
                await command(client, *args, **kwargs)

        try:
            asyncio.run(signed_in())
        except PortalError as error:
            raise click.ClickException(str(error)) from None
        except httpx.TransportError as error:
            told = f"{stack.urls['intake']} 无法连接（{type(error).__name__}）；环境未启动时先用 make up 启动"
            raise click.ClickException(told) from None

    return run


def _pairs(form: str) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, str]]:
    """Reads an option given several times as code=value."""

    def read(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
        pairs = [one.partition("=") for one in given]
        if any(not equals for _, equals, _ in pairs):
            raise click.BadParameter(f"写作 {form}")
        return {code: value for code, _, value in pairs}

    return read


_ANSWER = click.option(
    "--answer", "answers", multiple=True, callback=_pairs("问题代码=选项代码"), help="问题代码=选项代码，可多次给出"
)
_JSON = click.option("--json", "whole", is_flag=True, help="输出完整的 JSON")
_THEME = click.argument("theme", callback=lambda _context, _parameter, code: code.upper())
_SEED = click.option("--seed", default=None, help="同一种子生成同一份申请")


@click.group()
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".state"),
    envvar="LIANBAN_STATE",
    show_default=True,
    help="运行中环境的状态目录",
)
@click.pass_context
def main(context: click.Context, state: Path) -> None:
    """仿真门户：向运行中的“一事联办”提交样例申请、查询、补正、撤回。"""
    try:
        context.obj = RunningStack.read(state)
    except NoStack as error:
        raise click.ClickException(f"没有找到运行中的环境（{error}）；先用 make up 启动") from None


@main.command()
@_JSON
@click.pass_obj
@_at_the_portal
async def themes(client: PortalClient, whole: bool) -> None:
    """列出全部主题。"""
    found = await client.themes()
    if whole:
        _show(found)
    else:
        rows = [(one["code"], one["name"], one["audience_zh"], one["lead_department_name"]) for one in found]
        _show_table(("代码", "主题", "对象", "牵头部门"), rows)


@main.command()
@_THEME
@_ANSWER
@_SEED
@click.pass_obj
@_at_the_portal
async def notice(client: PortalClient, theme: str, answers: dict[str, str], seed: str | None) -> None:
    """一次告知。未回答的问题由种子决定。"""
    settled = sample_answers(await client.theme(theme), seed or "0", answers)
    _show({"answers": settled, "notice": await client.notice(theme, settled)})


@main.command()
@_THEME
@_ANSWER
@_SEED
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 10_000), help="提交几件")
@click.option("--delivery", type=click.Choice([mode.value for mode in DeliveryMode]), help="送达方式，默认优先寄递")
@click.option("--dry-run", is_flag=True, help="只上传材料、显示申请内容，不提交")
@click.pass_obj
@_at_the_portal
async def file(
    client: PortalClient,
    theme: str,
    answers: dict[str, str],
    seed: str | None,
    count: int,
    delivery: str | None,
    dry_run: bool,
) -> None:
    """提交样例申请。"""
    first = seed or secrets.token_hex(4)
    mode = DeliveryMode(delivery) if delivery else None
    filer = await Filer.prepare(client, theme, answers=answers, seed=first, delivery=mode)
    for number in range(count):
        own = first if count == 1 else f"{first}-{number + 1}"
        if dry_run:
            _show(await filer.build(own))
            continue
        receipt, new = await filer.filed(own)
        _show(receipt)
        if not new:
            click.echo(_KNOWN, err=True)


@main.command()
@click.argument("case_no")
@click.pass_obj
@_at_the_portal
async def progress(client: PortalClient, case_no: str) -> None:
    """办理进度。"""
    _show(await client.progress(case_no))


@main.command()
@click.argument("case_no")
@_JSON
@click.pass_obj
@_at_the_portal
async def events(client: PortalClient, case_no: str, whole: bool) -> None:
    """办理过程。"""
    found = await client.events(case_no)
    if whole:
        _show(found)
    else:
        _show_table(("序号", "北京时间", "情况", "环节", "代码", "办件状态"), [_event(one) for one in found["events"]])


def _event(found: Mapping[str, Any]) -> tuple[str, ...]:
    at = datetime.fromisoformat(found["at"]).astimezone(SHANGHAI)
    step = (found["step_name"] or "", found["step"] or "")
    return str(found["seq"]), f"{at:%Y-%m-%d %H:%M:%S}", found["kind_zh"], *step, found["case_status_zh"]


@main.command()
@click.argument("case_no")
@click.pass_obj
@_at_the_portal
async def results(client: PortalClient, case_no: str) -> None:
    """办理结果。"""
    _show(await client.results(case_no))


@main.command()
@click.argument("case_no")
@click.pass_obj
@_at_the_portal
async def supplements(client: PortalClient, case_no: str) -> None:
    """要求补正的内容和期限，以及已经补正的。"""
    _show(await client.supplements(case_no))


@main.command()
@click.argument("case_no")
@click.argument("step")
@click.option(
    "--element", "elements", multiple=True, callback=_pairs("表单项代码=新内容"), help="表单项代码=新内容，可多次给出"
)
@click.option("--material", "materials", multiple=True, help="材料代码，上传一份新的样例文件，可多次给出")
@click.pass_obj
@_at_the_portal
async def supplement(
    client: PortalClient, case_no: str, step: str, elements: dict[str, str], materials: tuple[str, ...]
) -> None:
    """补正：一次提交环节（受理阶段写 acceptance）要求的全部内容。"""
    steps = [one["code"] for one in (await client.progress(case_no))["steps"]]
    if step not in (*steps, ACCEPTANCE_STEP):
        raise click.ClickException(f"没有这个环节：{step}。这个办件的环节有 {'、'.join(steps)}，受理阶段写 acceptance")
    uploads = {}
    for code in materials:
        content = documents.pdf(f"补正材料 {code}", [case_no, secrets.token_hex(4)])
        stored = await client.upload(f"{code}.pdf", content, documents.PDF)
        uploads[code] = [str(stored["digest"])]
    _show(await client.supplement(case_no, step, elements, uploads, f"supplement-{case_no}-{secrets.token_hex(4)}"))


@main.command()
@click.argument("case_no")
@click.pass_obj
@_at_the_portal
async def withdraw(client: PortalClient, case_no: str) -> None:
    """撤回申请。"""
    _show(await client.withdraw(case_no, f"withdraw-{case_no}"))


@main.command()
@click.argument("case_no")
@click.option("--days", type=click.FloatRange(0, 3650, min_open=True), required=True, help="自然日")
@click.pass_obj
def skip(stack: RunningStack, case_no: str, days: float) -> None:
    """让一件办件的时间快进（仅限演示和测试环境）。"""

    reached, refusal = _skipped(f"127.0.0.1:{stack.ports['temporal']}", case_no, timedelta(days=days))
    # Nothing of the client may be left when the interpreter ends: its runtime's threads, which only stop when the last
    # reference to it goes, would still be about to take the interpreter's lock, and abort the process.
    gc.collect()
    if reached is None:
        raise click.ClickException(refusal)
    click.echo(reached.astimezone(SHANGHAI).isoformat(timespec="seconds"))
    click.echo(_ONLY_THE_CASE, err=True)


def _skipped(address: str, case_no: str, duration: timedelta) -> tuple[datetime | None, str]:
    """The case's time afterwards, or what went wrong: in words, for an exception would keep the client alive."""

    async def skip() -> datetime:
        runtime = Runtime(telemetry=TelemetryConfig())  # not the default one, which lives as long as the interpreter
        client = await Client.connect(address, runtime=runtime)
        return await timeskip.skip(client, case_no, duration)

    try:
        return asyncio.run(skip()), ""
    except (timeskip.CaseEnded, timeskip.SkipStalled, RPCError, RuntimeError) as error:
        _let_go(error)
        return None, _refusal(error, address)


def _let_go(error: BaseException | None) -> None:
    """Of the client, which the calls an error went through still name: the runtime's threads may keep an error for
    longer than the command lasts."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _refusal(error: Exception, address: str) -> str:
    match error:
        case timeskip.CaseEnded():
            return "办件已经结束，不能快进"
        case timeskip.SkipStalled():
            return f"未能快进到所要的时间：{error}"
        case RPCError(status=RPCStatusCode.NOT_FOUND):
            return "没有这个办件"
        case RPCError():
            return f"Temporal 答复 {error.message}"
    return f"{address} 无法连接；环境未启动时先用 make up 启动"
