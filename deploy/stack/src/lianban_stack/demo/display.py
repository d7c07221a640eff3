"""What the demonstration shows on the terminal: the cases on their way, and the reckoning at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from lianban.contracts.status import DELIVERY_ZH, DeliveryState
from lianban.platform.directory import CHANNEL_ZH
from lianban_stack.demo.kinds import Carried
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
        told = [0] * len(runs)
        try:
            while True:
                _remember(live.console, runs, told)
                live.update(_board(runs))
                await asyncio.sleep(_REFRESH)
        finally:
            _remember(live.console, runs, told)
            live.update(_board(runs))


def _remember(console: Console, runs: Sequence[CaseRun], told: list[int]) -> None:
    """Story events stay above the board, where the next refresh does not overwrite them."""
    for number, run in enumerate(runs):
        for text in run.story[told[number] :]:
            console.print(f"{run.scene.theme} {run.case_no} {text}", soft_wrap=True, highlight=False)
        told[number] = len(run.story)


async def _tell(console: Console, runs: Sequence[CaseRun]) -> None:
    told: dict[int, str] = {}
    remembered = [0] * len(runs)
    while True:
        _remember(console, runs, remembered)
        for number, run in enumerate(runs):
            if run.note and run.note not in run.story and told.get(number) != run.note:
                told[number] = run.note
                console.print(f"{run.scene.theme} {run.case_no} {run.note}", soft_wrap=True)
        await asyncio.sleep(_REFRESH)


def _board(runs: Sequence[CaseRun]) -> Table:
    table = Table(box=None, padding=(0, 1), expand=True)
    table.add_column("主题", no_wrap=True, overflow="ellipsis", max_width=22)
    for column in ("办件编号", "环节", "曾亮灯"):
        table.add_column(column, no_wrap=True)
    table.add_column("正在办理", ratio=1, overflow="ellipsis", no_wrap=True)
    for run in runs:
        ended = sum(step["state"] == "granted" for step in run.steps)
        done = Text("✔ 已办结", style="green") if run.status == "completed" else Text(run.note)
        table.add_row(plain(run.theme_name), run.case_no, f"{ended}/{len(run.steps)}", lights(run.lights), done)
    return table


EXPLANATION = "样例数据，真实进程；等待的工作日由时间快进代替。绿＝正常，黄＝临近承诺期限，红＝超过承诺期限"


def plain(theme_name: str) -> str:
    return theme_name.removesuffix("“一件事”")


def reckoning(results: Sequence[tuple[CaseRun, Evidence | None]]) -> Table:
    """Fits eighty columns."""
    table = Table(box=None, padding=(0, 1, 1, 0), collapse_padding=True, pad_edge=False)
    table.add_column("办件", overflow="fold", width=24)
    for column in ("环节", "部门", "工作日", "短信", "邮件"):
        table.add_column(column, justify="right", no_wrap=True)
    for column in ("曾亮灯", "包裹", "状态"):
        table.add_column(column, no_wrap=True)
    for run, evidence in results:
        counts = [str(len(run.steps)), str(len(run.departments)), "–", "–", "–"]
        parcels = "–"
        if evidence is not None:
            counts[2:] = [str(evidence.working_days), str(evidence.messages), str(evidence.mails)]
            parcels = "\n".join(f"{number}\n{DELIVERY_ZH[DeliveryState(state)]}" for number, state in evidence.parcels)
        state = Text(run.progress.get("status_zh", "未提交"), style="green" if run.completed else "bold red")
        name = f"{run.scene.theme} {plain(run.theme_name)}\n{run.case_no}"
        table.add_row(name, *counts, lights(run.lights, "\n"), parcels, state)
    return table


_SAVED_ZH = {
    "days": "工作日",
    "steps": "环节",
    "materials": "材料",
    "visits": "跑动",
    "forms": "表格",
    "fields": "填写项",
}


def savings(runs: Sequence[CaseRun]) -> Table:
    """Each matter alone → once for all, as the notice tells the applicant."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("单独办→一次办", overflow="fold", max_width=32)
    for word in _SAVED_ZH.values():
        table.add_column(word, justify="right", no_wrap=True)
    for run in runs:
        if run.savings:
            before, after = run.savings["before"], run.savings["after"]
            figures = [f"{before[key]}→{after[key]}" for key in _SAVED_ZH]
            table.add_row(f"{run.scene.theme} {plain(run.theme_name)}", *figures)
    return table


def kinds(carried: Sequence[Carried]) -> Table:
    """By which kind of system departments were reached."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("对接方式", no_wrap=True)
    for word in ("任务", "动作"):
        table.add_column(word, justify="right", no_wrap=True)
    table.add_column("部门", overflow="fold")
    for kind in dict.fromkeys([*CHANNEL_ZH, *(one.kind for one in carried)]):
        own = [one for one in carried if one.kind == kind]
        if own:
            name = f"{CHANNEL_ZH[kind]} {kind}" if kind in CHANNEL_ZH else kind
            departments = "、".join(dict.fromkeys(one.department for one in own))
            table.add_row(name, str(len(own)), str(sum(one.acts for one in own)), departments)
    return table


def faults(runs: Sequence[CaseRun]) -> Iterator[str]:
    for run in runs:
        for fault in run.faults:
            yield f"{run.scene.theme} {run.case_no}: {fault}"
