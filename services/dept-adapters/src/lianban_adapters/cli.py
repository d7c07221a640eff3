"""``lianban adapter``: how departments stand, switching one to the manual inbox and back, the conformance kit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, Final

import click
from aiohttp import ClientError, ClientTimeout
from pydantic_core import from_json, to_json

from lianban.clock.deadlines import SHANGHAI
from lianban.commands.tables import table
from lianban.platform.directory import Channel, channel_zh
from lianban.platform.outgoing import open_session

_TIMEOUT: Final = ClientTimeout(total=30)
_HEAD: Final = ("部门", "代码", "对接方式", "状态", "积压", "发送中", "最早收件", "最近成功", "下次开放", "最近失败")
_NO_TOKEN: Final = """\
没有令牌：用 --token 给出，或者设置环境变量 LIANBAN_TOKEN。本机环境的令牌这样取得：
export LIANBAN_TOKEN=$(.venv/bin/python -m lianban_stack token --role operator --subject YW-001)"""


def _given(_: click.Context, __: click.Parameter, token: str | None) -> str:
    if not token:
        raise click.UsageError(_NO_TOKEN)
    return token


url_option = click.option(
    "--url", required=True, envvar="LIANBAN_ADAPTERS_URL", help="部门对接服务的地址（缺省取 LIANBAN_ADAPTERS_URL）"
)
token_option = click.option(
    "--token",
    callback=_given,
    envvar="LIANBAN_TOKEN",
    help="角色为 operator 或 supervisor 的令牌（缺省取 LIANBAN_TOKEN）",
)


class _LazyGroup(click.Group):
    """Imports the conformance kit when it is asked for: it brings the web side of the service along."""

    _elsewhere: Final = ("conform", "samples")

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._elsewhere:
            kit = import_module("lianban_adapters.conformance.cli")
            command: click.Command = getattr(kit, f"{cmd_name}_command")
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=_LazyGroup)
def adapter() -> None:
    """部门对接：查看各部门的情况，切换到人工收件箱，对接检验。"""


@adapter.command()
@url_option
@token_option
def status(url: str, token: str) -> None:
    """列出各部门的对接方式、熔断状态、积压、最近成功和下次开放的时间。"""
    answer = asyncio.run(_ask("GET", f"{url}/v1/departments/status", token))
    rows = [_row(one) for one in answer["departments"]]
    rejections = [_rejection(one) for one in answer["departments"] if one["rejections"]]
    switches = [_switch(one) for one in answer["departments"] if one["switched_at"]]
    notes = [*rejections, *switches]
    for line in [*table(_HEAD, rows, right=(4, 5)), *([""] if notes else []), *notes]:
        click.echo(line)


@adapter.command()
@click.option("--department", required=True, metavar="代码", help="部门代码")
@click.option("--to", "target", required=True, type=click.Choice(["inbox", "own"]), help="人工收件箱，或者部门系统")
@click.option("--reason", help="原因，不得含个人信息")
@url_option
@token_option
def switch(department: str, target: str, reason: str | None, url: str, token: str) -> None:
    """部门系统停用时，把它的任务切换到人工收件箱；恢复后切换回来。

    切换到收件箱时，等待发送的任务一并转入；已送达部门系统的仍由其办理，也可由工作人员领取。切换回来只影响新任务。
    """
    body = {"to": target} | ({"reason": reason} if reason else {})
    found = asyncio.run(_ask("PUT", f"{url}/v1/departments/{department}/channel", token, body))
    if found["in_use"] == Channel.INBOX:
        click.echo(f"{_named(found)}现在由人工收件箱接收新任务，等待发送的已转入收件箱 {found['moved']} 项")
        if found["backlog"]:
            click.echo(f"正在发送的 {found['backlog']} 项，部门系统未接收的随后转入")
    else:
        own = f"部门系统（{channel_zh(found['in_use'])}）"
        click.echo(f"{_named(found)}现在由{own}接收新任务，等待发送的 {found['backlog']} 项")


def _row(found: Mapping[str, Any]) -> tuple[str, ...]:
    in_use = " → ".join(channel_zh(kind) for kind in dict.fromkeys((found["channel"], found["in_use"])))
    fetching = found["fetching"] or {"failures": 0}
    state = found["circuit_zh"] if found["open"] else "未到开放时间"
    if found["next_attempt_at"]:
        state += f"，{_shown(found['next_attempt_at'])} 试发"
    if found["rejections"]:
        state += f"，连续不接收 {found['rejections']} 次"
    failed_at, failure = found["last_failure_at"], found["last_failure"]
    if fetching["failures"]:
        state += f"，连续 {fetching['failures']} 次取不到动作"
        failed_at, failure = fetching["last_failure_at"], fetching["last_failure"]
    return (
        found["name"],
        found["department"],
        in_use,
        state,
        str(found["backlog"] - found["sending"]),
        str(found["sending"]),
        _shown(found["oldest_received_at"]),
        _shown(found["last_success_at"]),
        _shown(found["next_opening"]),
        f"{_shown(failed_at)} {failure}" if failure else "—",
    )


def _rejection(found: Mapping[str, Any]) -> str:
    """A department may be at work and take nothing: each task it rejects is one more for its officers."""
    since = f"{_shown(found['last_success_at'])} 以来" if found["last_success_at"] else ""
    return (
        f"{_named(found)}{since}不接收 {found['rejections']} 次，任务已转人工收件箱；"
        f"最近一次 {_shown(found['last_rejection_at'])}：{found['last_rejection']}"
    )


def _switch(found: Mapping[str, Any]) -> str:
    """Who did it last, when and why: whoever is asked to undo it has to know."""
    target = "部门系统" if found["in_use"] == found["channel"] else "人工收件箱"
    reason = f"：{found['switch_reason']}" if found["switch_reason"] else ""
    return f"{_named(found)}{_shown(found['switched_at'])} 由 {found['switched_by']} 切换到{target}{reason}"


def _named(found: Mapping[str, Any]) -> str:
    return found["department"] if found["name"] == found["department"] else f"{found['name']}（{found['department']}）"


def _shown(instant: str | None) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(SHANGHAI):%m-%d %H:%M}" if instant else "—"


async def _ask(method: str, url: str, token: str, body: object = None) -> Any:
    """Content of a 200; else what the service says is wrong, told in one line."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = to_json(body) if body is not None else None
    try:
        async with (
            open_session(_TIMEOUT) as http,
            http.request(method, url, data=data, headers=headers, allow_redirects=False) as response,
        ):
            content, code = await response.read(), response.status
    except (ClientError, TimeoutError, ValueError) as error:
        raise click.ClickException(f"部门对接服务 {url} 无法连接（{type(error).__name__}）") from None
    try:
        answer = from_json(content)
    except ValueError:
        answer = {}
    if code == 200:
        return answer
    problem = answer if isinstance(answer, dict) else {}
    faults = "".join(f"；{fault.get('pointer')} {fault.get('message')}" for fault in problem.get("errors", ()))
    raise click.ClickException(f"{problem.get('detail') or problem.get('title') or f'服务答复 {code}'}{faults}")
