"""Processor time by program of the stack, beside the rates it was spent for."""

from __future__ import annotations

import os
import statistics
from collections import Counter

import psutil

from lianban_stack.stack import Stack
from loop import Rate

DRIVER = "bench"


class Measured:
    """Rates by turn, and processor seconds by program over all turns, of one kind."""

    def __init__(self) -> None:
        self.rates: list[Rate] = []
        self.spent: Counter[str] = Counter()

    def add(self, before: dict[str, float], after: dict[str, float]) -> None:
        self.spent.update({name: seconds - before[name] for name, seconds in after.items()})

    @property
    def per_second(self) -> float:
        return statistics.median(rate.per_second for rate in self.rates)


def processor_seconds(stack: Stack) -> dict[str, float]:
    """User and system seconds so far of each program with its children, and of this process."""
    spent = {DRIVER: _spent(psutil.Process(os.getpid()))}
    for status in stack.status():
        if status.process and status.process.pid:
            process = psutil.Process(status.process.pid)
            spent[status.process.name] = _spent(process) + sum(_spent(child) for child in process.children(True))
    return spent


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system + times.children_user + times.children_system
