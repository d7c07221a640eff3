"""`python -m lianban_stack up | down | status | demo | token | env | compose-files`."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import timedelta
from typing import cast, get_args

import click
from rich.console import Console

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
    """The whole platform on this machine."""


@main.command()
def up() -> None:
    """Start everything, in the background, and wait until it is healthy."""
    stack, console = _stack(), Console()
    if stack.running:
        console.print("the stack runs already")
        rows = stack.status()
        console.print(display.status(rows), display.directions(stack))
        sys.exit(0 if all(row.ready for row in rows) else 1)
    with display.Board(console) as board:
        stack.up(board)
    console.print(display.directions(stack), display.unpublished(stack))


@main.command()
def down() -> None:
    """Stop everything. What was stored stays."""
    stopped = _stack().down()
    Console().print("the stack is stopped, nothing of it is left running" if stopped else "the stack does not run")


@main.command()
def status() -> None:
    """Show each program; exit code 0 only if all are healthy."""
    stack, console = _stack(), Console()
    if not stack.running:
        console.print("the stack does not run; `make up` starts it")
        sys.exit(1)
    rows = stack.status()
    console.print(display.status(rows), display.directions(stack))
    sys.exit(0 if all(row.ready for row in rows) else 1)


@main.command()
def demo() -> None:
    """Five cases from filing to parcel, in a stack of their own that is gone afterwards."""
    sys.exit(demonstrate(StateFolder.default().root / "demo", Console()))


@main.command()
def compose_files() -> None:
    """Make the passwords and keys docker-compose.yml expects; what exists stays."""
    stack = Stack(StateFolder.default(), Ports())
    print(write_compose_files(stack.state.root / "compose", stack.departments()))


@main.command()
@click.argument("service", type=click.Choice(sorted(MIGRATED)))
def env(service: str) -> None:
    """Print the settings of a service as shell lines, for commands that work on its data: eval "$(... env intake)"."""
    stack = _stack()
    if not stack.running:
        raise StackError("the stack does not run; `make up` starts it")
    for name, value in sorted(stack.environment(service).items()):
        print(f"export {name}={shlex.quote(value)}")


@main.command()
@click.option("--role", type=click.Choice(get_args(Role)), required=True)
@click.option("--subject", required=True, help="who calls: a portal's system name, or an officer's code")
@click.option("--department", help="that of an officer or of a department's system")
@click.option("--hours", type=click.IntRange(1, 24), default=8, show_default=True)
def token(role: str, subject: str, department: str | None, hours: int) -> None:
    """Print a token for the APIs of this stack."""
    stack, chosen = _stack(), cast("Role", role)
    if not stack.state.secrets.exists():
        raise StackError("no stack was started here yet; `make up` starts it")
    secrets = stack.secrets()
    tokens.check(chosen, subject, department, load_directory(secrets.directory).departments)
    print(TokenAuthority.load(secrets.token_keys).issue(subject, (chosen,), department, timedelta(hours=hours)))
