"""Ports chosen in several processes at a time never meet."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from lianban_stack import network
from lianban_stack.errors import StackError

CHOOSE = """
import sys
from lianban_stack import network
network._CHOICE = [int(port) for port in sys.argv[1:]] or network._CHOICE
print(*network.free_ports(1), flush=True)
sys.stdin.read()
"""


def test_what_one_process_was_given_another_does_not_get() -> None:
    ports = [str(port) for port in network.free_ports(3)]
    other = subprocess.run(
        [sys.executable, "-c", CHOOSE, *ports], capture_output=True, text=True, check=False, input=""
    )
    assert "空闲的端口不足 1 个" in other.stderr


def test_a_promise_ends_with_the_process_it_was_given_to(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", CHOOSE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        monkeypatch.setattr(network, "_CHOICE", [port])
        with pytest.raises(StackError):
            network.free_ports(1)
        other.communicate()
    assert network.free_ports(1) == [port]


def test_a_port_somebody_listens_on_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((network.HOST, 0)) as server:
        monkeypatch.setattr(network, "_CHOICE", [server.getsockname()[1]])
        with pytest.raises(StackError):
            network.free_ports(1)
