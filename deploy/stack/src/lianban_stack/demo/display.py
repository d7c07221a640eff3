"""What the demonstration shows on the terminal: the cases on their way, and the reckoning at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from lianban.contracts.status import DELIVERY_ZH, DeliveryState
from lianban_stack.demo.scenes import CaseRun
from lianban_stack.demo.verification import Evidence

_LIGHTS = {"green": ("绿", "green"), "yellow": ("黄", "yellow"), "red": ("红", "red")}
_PARCEL_ZH = {
    "ordered": "已下单",
    "picked_up": "已揽收",
    "in_transit": "运输中",
    "signed": "已签收",
    "returned": "已退回",
}
_REFRESH = 0.25


def lights(seen: set[str], separator: str = " ") -> Text:
    words = [Text(f"●{word}", style=colour) for light, (word, colour) in _LIGHTS.items() if light in seen]
    return Text(separator).join(words)


async def follow(console: Console, runs: Sequence[CaseRun]) -> None:
    """Shows the cases until cancelled. Where the output is no terminal: a line whenever a case gets further."""
    if not console.is_terminal:
        await _tell(console, runs)
    with Live(_board(runs), console=console, refresh_per_second=8) as live:
        try:
            while True:
                live.update(_board(runs))
                await asyncio.sleep(_REFRESH)
        finally:
            live.update(_board(runs))


async def _tell(console: Console, runs: Sequence[CaseRun]) -> None:
    told: dict[int, str] = {}
    while True:
        for number, run in enumerate(runs):
            if run.note and told.get(number) != run.note:
                told[number] = run.note
                console.print(f"{run.scene.theme} {run.case_no} {run.note}", soft_wrap=True)
        await asyncio.sleep(_REFRESH)


def _board(runs: Sequence[CaseRun]) -> Table:
    table = Table(box=None, padding=(0, 1), expand=True)
    table.add_column("主题", no_wrap=True, overflow="ellipsis", max_width=22)
    for column in ("办件编号", "环节", "亮灯"):
        table.add_column(column, no_wrap=True)
    table.add_column("正在办理", ratio=1, overflow="ellipsis", no_wrap=True)
    for run in runs:
        ended = sum(step["state"] == "granted" for step in run.steps)
        done = Text("✔ 已办结", style="green") if run.status == "completed" else Text(run.note)
        table.add_row(run.theme_name, run.case_no, f"{ended}/{len(run.steps)}", lights(run.lights), done)
    return table


def reckoning(results: Sequence[tuple[CaseRun, Evidence | None]]) -> Table:
    """Fits eighty columns."""
    table = Table(box=None, padding=(0, 1, 1, 0), collapse_padding=True, pad_edge=False)
    table.add_column("办件", overflow="fold", width=24)
    for column in ("环节", "部门", "工作日", "短信", "邮件"):
        table.add_column(column, justify="right", no_wrap=True)
    for column in ("亮灯", "包裹", "状态"):
        table.add_column(column, no_wrap=True)
    for run, evidence in results:
        counts = [str(len(run.steps)), str(len(run.departments)), "–", "–", "–"]
        parcels = "–"
        if evidence is not None:
            counts[2:] = [str(evidence.working_days), str(evidence.messages), str(evidence.mails)]
            parcels = "\n".join(f"{number}\n{DELIVERY_ZH[DeliveryState(state)]}" for number, state in evidence.parcels)
        state = Text(run.progress.get("status_zh", "未提交"), style="green" if run.completed else "bold red")
        name = f"{run.scene.theme} {run.theme_name.removesuffix('“一件事”')}\n{run.case_no}"
        table.add_row(name, *counts, lights(run.lights, "\n"), parcels, state)
    return table


def faults(runs: Sequence[CaseRun]) -> Iterator[str]:
    for run in runs:
        for fault in run.faults:
            yield f"{run.scene.theme} {run.case_no}: {fault}"
