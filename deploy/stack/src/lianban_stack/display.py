"""What the terminal shows while the stack comes up, and where everything is afterwards."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from lianban_stack.stack import Progress, Stack, Status

_WORDS: dict[Progress, RenderableType] = {
    Progress.WAITING: Text("·  waiting", style="dim"),
    Progress.STARTING: Spinner("dots", text="starting"),
    Progress.MIGRATING: Spinner("dots", text="migrating"),
    Progress.READY: Text("✔  ready", style="green"),
    Progress.FAILED: Text("✘  failed", style="bold red"),
}


class Board:
    """One line a program, redrawn as it gets further; where the output is no terminal, a line for each that is up."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: dict[str, Progress] = {}
        self._live = Live(console=console, refresh_per_second=10, transient=False)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live.is_started:
            self._live.update(self._table())
            self._live.stop()

    def __call__(self, label: str, progress: Progress) -> None:
        self._progress[label] = progress
        if self._live.is_started:
            self._live.update(self._table())
        elif progress in (Progress.READY, Progress.FAILED):
            self._console.print(f"{label}: {progress}")

    def _table(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 2))
        for label, progress in self._progress.items():
            table.add_row(label, _WORDS[progress])
        return table


def directions(stack: Stack) -> Table:
    """Where everything is, and how to try it."""
    url, python = stack.ports.url, _shown(Path(sys.executable))
    token = f"{python} -m lianban_stack token"
    portal = f"{python} -m lianban_sandbox.portal"
    store, disks = _shown(stack.state.catalogue), _shown(stack.state.sftp / "disks")
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    rows = [
        ("guides 办事指南", f"{url('intake')}/guide"),
        ("Temporal UI", url("temporal_ui")),
        ("intake API", f"{url('intake')}/v1/themes   (description: {url('intake')}/openapi.json)"),
        ("departments' API", f"{url('adapters')}/openapi.json"),
        ("delivery API", f"{url('notify')}/openapi.json"),
        ("tasks sent", f"{url('sandbox_departments')}/records/tasks"),
        ("parcels", f"{url('sandbox_courier')}/records/parcels"),
        ("text messages", f"{url('sandbox_sms')}/records/messages"),
        ("mails", f"{url('sandbox_mail_records')}/records/mails"),
        ("SFTP folders", f"{disks}/<department>/exchange   (port {stack.ports.sandbox_sftp})"),
        ("publish a change", f"{_shown(Path(sys.executable).with_name('lianban'))} catalog publish --store {store}"),
        ("state folder", str(stack.state.root)),
        ("logs", str(stack.state.logs)),
        ("file a case", f"{portal} file E1   (others: {portal} themes)"),
        ("portal's token", f"T=$({token} --role portal --subject sandbox-portal)"),
        ("progress", f'curl -H "Authorization: Bearer $T" {url("intake")}/v1/applications/<case_no>'),
        ("officer's token", f"T=$({token} --role officer --department urban-management --subject CG-001)"),
        ("manual inbox", f'curl -H "Authorization: Bearer $T" {url("adapters")}/v1/inbox/tasks'),
    ]
    for name, value in rows:
        table.add_row(name, value)
    return table


def _shown(path: Path) -> str:
    """Relative to where the user is, if it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def unpublished(stack: Stack) -> Text:
    """Why the edition published before stays in force; nothing when the catalogue was sound."""
    if not stack.unpublished:
        return Text("")
    head = "The catalogue has faults; the edition published before stays in force:"
    return Text("\n".join([head, *stack.unpublished]), style="yellow")


def status(rows: list[Status]) -> Table:
    table = Table(box=None, padding=(0, 2))
    for column in ("program", "process", "pid", "health"):
        table.add_column(column)
    for row in rows:
        process = row.process
        health = Text("ready", style="green") if row.ready else Text("not ready", style="red")
        pid = str(process.pid) if process is not None and process.pid else "–"
        table.add_row(row.label, process.state.lower() if process is not None else "–", pid, health)
    return table
