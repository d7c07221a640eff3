"""Processor time by program of the stack."""

from __future__ import annotations

import os

import psutil

from lianban_stack.stack import Stack

DRIVER = "bench"


def processor_seconds(stack: Stack) -> dict[str, float]:
    """User and system seconds so far of each program with its children, and of this process."""
    spent = {DRIVER: _spent(psutil.Process(os.getpid()))}
    for status in stack.status():
        if status.process and status.process.pid:
            spent[status.process.name] = _with_children(status.process.pid)
    return spent


def program_seconds(stack: Stack, name: str) -> float:
    """Of one program, without asking it how it is."""
    return _with_children(stack.processes()[name].pid)


def _with_children(pid: int) -> float:
    process = psutil.Process(pid)
    return _spent(process) + sum(_spent(child) for child in process.children(True))


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system + times.children_user + times.children_system
