"""A Temporal server of one's own, in memory, for as long as a rehearsal takes."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lianban_rehearsal.driving.errors import RehearsalFailed
from lianban_stack import child, network, privileges
from lianban_stack.errors import StackError
from lianban_stack.launch import Identity
from lianban_stack.temporal import ENVIRONMENT, TemporalServer


@contextlib.contextmanager
def temporal_server() -> Iterator[str]:
    """Its address. Gone when left, and when this process is killed. Raises RehearsalFailed."""
    with tempfile.TemporaryDirectory(prefix="lianban-rehearsal-") as folder:
        [port] = network.free_ports(1)
        server = TemporalServer(port)
        try:
            command = privileges.RunAs(Identity.UNCHANGED, 0).command(server.command(), die_with_parent=True)
            with child.running(command, Path(folder) / "temporal.log", environment=ENVIRONMENT):
                server.wait_ready()
                yield server.address
        except StackError as error:
            raise RehearsalFailed(f"Temporal 服务器没有启动：{error}") from None
