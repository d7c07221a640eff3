"""What the terminal shows while the stack comes up, and where everything is afterwards."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rich.cells import cell_len, set_cell_size
from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from lianban_stack.stack import Progress, Stack, Status

PROGRESS_ZH: Final = {
    Progress.WAITING: "等待",
    Progress.STARTING: "正在启动",
    Progress.MIGRATING: "正在更新数据库结构",
    Progress.READY: "就绪",
    Progress.FAILED: "失败",
}
_SIGNS: Final[dict[Progress, RenderableType]] = {
    Progress.WAITING: Text(f"·  {PROGRESS_ZH[Progress.WAITING]}", style="dim"),
    Progress.STARTING: Spinner("dots", text=PROGRESS_ZH[Progress.STARTING]),
    Progress.MIGRATING: Spinner("dots", text=PROGRESS_ZH[Progress.MIGRATING]),
    Progress.READY: Text(f"✔  {PROGRESS_ZH[Progress.READY]}", style="green"),
    Progress.FAILED: Text(f"✘  {PROGRESS_ZH[Progress.FAILED]}", style="bold red"),
}
PROCESS_ZH: Final = {
    "STOPPED": "已停止",
    "STARTING": "启动中",
    "RUNNING": "运行中",
    "BACKOFF": "启动失败，将重试",
    "STOPPING": "停止中",
    "EXITED": "已退出",
    "FATAL": "无法启动",
    "UNKNOWN": "不明",
}
"""States of a process, as supervisord names them."""


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
            self._console.print(f"{label}：{PROGRESS_ZH[progress]}")

    def _table(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 2))
        for label, progress in self._progress.items():
            table.add_row(label, _SIGNS[progress])
        return table


def show_directions(console: Console, stack: Stack) -> None:
    """Where everything is, and how to try it: addresses first, then commands. Nothing is folded, for what is copied
    from here has to be whole; what is long is cut where a shell takes it up again."""
    url, python = stack.ports.url, _shown(Path(sys.executable))
    token, portal = f"{python} -m lianban_stack token", f"{python} -m lianban_sandbox.portal"
    store, disks = _shown(stack.state.catalogue), _shown(stack.state.sftp / "disks")
    asked = 'curl -H "Authorization: Bearer $T"'
    places = {
        "办事指南": f"{url('intake')}/guide",
        "Temporal 界面": url("temporal_ui"),
        "收件接口说明": f"{url('intake')}/openapi.json",
        "部门对接接口说明": f"{url('adapters')}/openapi.json",
        "通知送达接口说明": f"{url('notify')}/openapi.json",
        "部门收到的任务": f"{url('sandbox_departments')}/records/tasks",
        "快递包裹": f"{url('sandbox_courier')}/records/parcels",
        "短信": f"{url('sandbox_sms')}/records/messages",
        "邮件": f"{url('sandbox_mail_records')}/records/mails",
        "SFTP 文件夹": f"{disks}/<部门代码>/exchange（端口 {stack.ports.sandbox_sftp}）",
        "数据文件夹": _shown(stack.state.root),
        "日志": _shown(stack.state.logs),
    }
    commands = {
        "提交一件申请（可选的主题见后一条）": [f"{portal} file E1", f"{portal} themes"],
        "以门户的身份看进度": [
            f"T=$({token} \\\n      --role portal --subject sandbox-portal)",
            f"{asked} \\\n      {url('intake')}/v1/applications/<办件编号>",
        ],
        "以工作人员的身份看人工收件箱": [
            f"T=$({token} \\\n      --role officer --department urban-management --subject CG-001)",
            f"{asked} \\\n      {url('adapters')}/v1/inbox/tasks",
        ],
        "以运维的身份看各部门的对接情况": [
            f"T=$({token} \\\n      --role operator --subject YW-001)",
            f"{_command('lianban')} adapter status --token $T \\\n      --url {url('adapters')}",
        ],
        "发布改动后的目录": [f"{_command('lianban')} catalog publish --store {store}"],
    }
    width = max(cell_len(name) for name in places)
    text = Text()
    for name, place in places.items():
        text.append(set_cell_size(name, width), style="bold").append(f"  {place}\n")
    for name, lines in commands.items():
        text.append(f"\n{name}\n", style="bold").append("".join(f"  {line}\n" for line in lines))
    text.rstrip()
    console.print(text, highlight=False, soft_wrap=True)


def _command(name: str) -> str:
    """A program beside the interpreter."""
    return _shown(Path(sys.executable).with_name(name))


def _shown(path: Path) -> str:
    """Relative to where the user is, if it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def unpublished(stack: Stack) -> Text:
    """Why the edition published before stays in force; nothing when the catalogue was sound."""
    if not stack.unpublished:
        return Text("")
    head = "目录有误，仍按此前发布的版本办理："
    return Text("\n".join([head, *stack.unpublished]), style="yellow")


def status(rows: list[Status]) -> Table:
    table = Table(box=None, padding=(0, 2))
    for column in ("程序", "进程", "进程号", "状态"):
        table.add_column(column)
    for row in rows:
        process = row.process
        health = Text("就绪", style="green") if row.ready else Text("未就绪", style="red")
        pid = str(process.pid) if process is not None and process.pid else "–"
        table.add_row(
            row.label, PROCESS_ZH.get(process.state, process.state) if process is not None else "–", pid, health
        )
    return table
