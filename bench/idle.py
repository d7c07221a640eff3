"""What departments cost while nothing happens, in a stack of its own: `.venv/bin/python bench/idle.py`.

The same departments are reached by one kind of system after the other, looked at as often as is usual, and have nothing
to say. Printed is the processor time of the adapters' process, in percent of one core: all in all, and what it is more
than with REST, where nobody is asked. Whatever else the machine does changes that little: it is not time on the clock.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from lianban.platform.directory import Channel, FetchSettings
from lianban_stack.departments import SETTINGS
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder
from processes import program_seconds

_SETTLE: Final = 15.0
"""Seconds until connections are open and the collector has been round."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--departments", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=120.0, help="measured of each kind")
    options = parser.parse_args()
    interval = FetchSettings().interval
    print(f"{options.departments} departments of a kind, looked at every {interval:g} s, {options.seconds:g} s of each")
    print(f"  {'':10} {'% of a core':>12} {'more than rest':>15}")
    with tempfile.TemporaryDirectory(prefix="lianban-bench-") as folder:
        stack = Stack(StateFolder(Path(folder)), Ports.free(), synchronous="NORMAL", kinds={})
        stack.state.make()
        usual = 0.0
        for kind in (Channel.REST.value, *SETTINGS):
            assign(stack, kind, options.departments, interval)
            share = 100 * measure(stack, options.seconds)
            usual = usual or share
            print(f"  {kind:10} {share:12.2f} {share - usual:15.2f}", flush=True)


def assign(stack: Stack, kind: str, number: int, interval: float) -> None:
    """The first departments get that kind; what it needs beside is the stack's to fill in."""
    path = stack.secrets().directory
    yaml = YAML(typ="safe", pure=True)
    directory = yaml.load(path)
    for entry in list(directory["departments"].values())[:number]:
        entry["channel"] = kind
        if kind in SETTINGS:
            entry[kind] = {"interval": interval}
    yaml.dump(directory, path)


def measure(stack: Stack, seconds: float) -> float:
    """Of a core."""
    stack.up(attached=True)
    try:
        time.sleep(_SETTLE)
        spent, began = program_seconds(stack, "adapters"), time.perf_counter()
        time.sleep(seconds)
        return (program_seconds(stack, "adapters") - spent) / (time.perf_counter() - began)
    finally:
        stack.down()


if __name__ == "__main__":
    main()
