"""A program of the stack: what supervision and health checks need to know of it."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lianban_stack import network


@dataclass(frozen=True)
class Program:
    """``priority``: lower starts first and stops last. ``environment`` may hold secrets."""

    name: str
    label: str
    command: Sequence[str]
    ready: Callable[[], bool]
    priority: int
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    stop_signal: str = "TERM"


def http_ready(port: int, path: str = "/health/ready") -> bool:
    """Whether a service says it is ready. No proxy, whatever the environment says."""
    connection = http.client.HTTPConnection(network.HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
