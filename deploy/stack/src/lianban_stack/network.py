"""Ports on the loopback interface: which are taken, which are free."""

from __future__ import annotations

import contextlib
import socket

HOST = "127.0.0.1"


def is_taken(port: int) -> bool:
    """Whether a server could not listen on the port now. Asked by listening, as the server will."""
    with socket.socket() as probe:
        # A connection that was just closed lingers (TIME_WAIT) and hinders no server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def accepts(port: int) -> bool:
    """Whether a server answers on the port."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def free_ports(count: int) -> list[int]:
    """That many different ports nobody listens on at this moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [int(each.getsockname()[1]) for each in sockets]
