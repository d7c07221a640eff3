"""Processes of a stack that outlived it: found by the mark in their environment, or by the folder they serve."""

from __future__ import annotations

import os
import signal

import psutil

from lianban_stack.state import StateFolder
from lianban_stack.supervision import MARK


def find(state: StateFolder) -> list[psutil.Process]:
    """Every process of this stack, whoever its parent is now."""
    found: dict[int, psutil.Process] = {}
    data = str(state.postgres / "data")
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            # PostgreSQL's processes write their status over their environment: the first is known by its arguments.
            if data in process.cmdline():
                found |= {one.pid: one for one in (process, *process.children(recursive=True))}
            elif process.environ().get(MARK) == str(state.root):
                found[process.pid] = process
        except psutil.Error:
            continue
    return list(found.values())


def end(processes: list[psutil.Process], seconds: float = 20) -> None:
    """SIGINT, which for PostgreSQL is a clean stop and for the others an end; SIGKILL for who does not listen."""
    for process in processes:
        _signal(process, signal.SIGINT)
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
