"""Ports on the loopback interface: which are taken, which are free."""

from __future__ import annotations

import contextlib
import itertools
import random
import socket
from collections.abc import Sequence
from typing import Final

from lianban_stack.errors import StackError

HOST = "127.0.0.1"

_CHOICE: Final[Sequence[int]] = range(20000, 32000)
"""Below what Linux, macOS and Windows give to outgoing connections and to servers that ask for any port: nobody gets
one of these by chance, also not while the server it was chosen for restarts."""


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
    """That many different ports nobody listens on, each promised to this process for as long as it lives.

    Whoever asks this function in another process meanwhile is given others, even before a server listens on them.
    """
    promised = (port for port in random.sample(_CHOICE, len(_CHOICE)) if not is_taken(port) and _reserve(port))
    found = list(itertools.islice(promised, count))
    if len(found) < count:
        raise StackError(f"{HOST} 的 {min(_CHOICE)} 至 {max(_CHOICE)} 中，空闲的端口不足 {count} 个")
    return found


def _reserve(port: int) -> bool:
    """Whether nobody has reserved the port. The mark is its UDP namesake, which no server here uses: it stands in no
    TCP server's way, is seen by all users, and ends with the process, however that ends."""
    with socket.socket(type=socket.SOCK_DGRAM) as mark:
        try:
            mark.bind((HOST, port))
        except OSError:
            return False
        mark.detach()  # kept open
    return True
