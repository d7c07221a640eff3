"""`python -m lianban_stack up | down | status | demo | token | env | compose-files`."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import timedelta
from typing import Final, cast, get_args

import click
from rich.console import Console

import lianban.commands  # noqa: F401 -- with it, click speaks Chinese
from lianban.platform.auth import Role, TokenAuthority
from lianban.platform.directory import load_directory
from lianban_stack import display, tokens
from lianban_stack.compose_files import write as write_compose_files
from lianban_stack.demo.show import demonstrate
from lianban_stack.errors import StackError
from lianban_stack.ports import Ports
from lianban_stack.programs import MIGRATED
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder

_IDLE: Final = "平台没有运行，用 make up 启动"


def _stack() -> Stack:
    """The stack in the state folder: with the ports it was started with if it runs, else with those asked for."""
    state = StateFolder.default()
    chosen = Ports.from_environment(os.environ)
    stack = Stack(state, state.ports() or chosen)
    return stack if stack.running else Stack(state, chosen)


class _Commands(click.Group):
    """What can be expected to go wrong is told without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except StackError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
def main() -> None:
    """在本机运行整个平台。"""


@main.command()
def up() -> None:
    """在后台启动全部程序，就绪后列出各地址。"""
    stack, console = _stack(), Console()
    if stack.running:
        console.print("平台已在运行；改过的设置（如 directory.yaml），make down && make up 之后生效")
        rows = stack.status()
        console.print(display.status(rows))
        display.show_directions(console, stack)
        sys.exit(0 if all(row.ready for row in rows) else 1)
    with display.Board(console) as board:
        stack.up(board)
    display.show_directions(console, stack)
    console.print(display.unpublished(stack))


@main.command()
def down() -> None:
    """停止全部程序，已存的数据保留。"""
    stopped = _stack().down()
    Console().print("平台已停止，没有留下运行的进程" if stopped else "平台没有运行")


@main.command()
def status() -> None:
    """列出各程序；全部就绪时退出码为 0。"""
    stack, console = _stack(), Console()
    if not stack.running:
        console.print(_IDLE)
        sys.exit(1)
    rows = stack.status()
    console.print(display.status(rows))
    display.show_directions(console, stack)
    sys.exit(0 if all(row.ready for row in rows) else 1)


@main.command()
def demo() -> None:
    """演示：五件申请从提交到寄达，在另一套环境中进行，完后撤除。"""
    sys.exit(demonstrate(StateFolder.default().root / "demo", Console()))


@main.command()
def compose_files() -> None:
    """生成 docker-compose.yml 所需的密码和密钥，已有的保留。"""
    stack = Stack(StateFolder.default(), Ports())
    print(write_compose_files(stack.state.root / "compose", stack.departments()))


@main.command()
@click.argument("service", type=click.Choice(sorted(MIGRATED)))
def env(service: str) -> None:
    """把一个服务的设置输出为 shell 命令，供处理其数据的命令使用：eval "$(… env intake)"。"""
    stack = _stack()
    if not stack.running:
        raise StackError(_IDLE)
    for name, value in sorted(stack.environment(service).items()):
        print(f"export {name}={shlex.quote(value)}")


@main.command()
@click.option("--role", type=click.Choice(get_args(Role)), required=True, help="身份")
@click.option("--subject", required=True, help="谁调用：门户的系统名，或者工作人员的编号")
@click.option("--department", help="工作人员或者部门系统所属的部门")
@click.option("--hours", type=click.IntRange(1, 24), default=8, show_default=True, help="有效的小时数")
def token(role: str, subject: str, department: str | None, hours: int) -> None:
    """签发本机各接口的令牌。"""
    stack, chosen = _stack(), cast("Role", role)
    if not stack.state.secrets.exists():
        raise StackError("这里还没有启动过平台，用 make up 启动")
    secrets = stack.secrets()
    tokens.check(chosen, subject, department, load_directory(secrets.directory).departments)
    print(TokenAuthority.load(secrets.token_keys).issue(subject, (chosen,), department, timedelta(hours=hours)))
