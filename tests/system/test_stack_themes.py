"""Five themes from filing to the parcel signed for, through every service, as the demonstration shows them."""

from __future__ import annotations

import asyncio
import io

import pytest
from rich.console import Console

from lianban.clock.limits import Light
from lianban.platform.directory import CHANNEL_ZH, load_directory
from lianban_stack.demo import display, kinds
from lianban_stack.demo.show import perform
from lianban_stack.stack import Stack


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_theme_completes_and_the_outside_agrees(stack: Stack) -> None:
    await asyncio.to_thread(stack.up)
    console = Console(file=io.StringIO(), width=80)
    results = await perform(stack, console)
    runs = [run for run, _ in results]
    assert list(display.faults(runs)) == []
    assert {run.scene.theme for run in runs if run.completed} == {"E1", "M1", "B4", "S1", "P4"}
    assert not any("预填 0 项" in run.story[0] or "证照 0 份" in run.story[0] for run in runs)
    assert {run.scene.late.light for run in runs if run.scene.late} == {Light.YELLOW, Light.RED}

    carried = [one for _, evidence in results if evidence is not None for one in evidence.carried]
    directory = load_directory(stack.secrets().directory)
    assert list(kinds.idle(directory, carried)) == []
    assert {one.kind for one in carried} == {"rest", "polling", "staging", "files", "inbox"}
    assert len(carried) == sum(len(run.steps) for run in runs) + 1  # one theme's lead department accepts the case

    console.print(display.reckoning(results), display.kinds(carried))
    shown = str(console.file.getvalue())
    for run, evidence in results:
        assert evidence is not None
        assert evidence.parcels != ()
        assert run.case_no in shown
        assert all(waybill in shown for waybill, _ in evidence.parcels)
    assert all(f"{name} {kind}" in shown for kind, name in CHANNEL_ZH.items())
