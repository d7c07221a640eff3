"""The process runner: supervisor, with a configuration made for this state folder."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from lianban_stack import privileges
from lianban_stack.errors import StackError
from lianban_stack.launch import Identity
from lianban_stack.program import Program
from lianban_stack.state import StateFolder

MARK = "LIANBAN_STACK"
"""Environment variable of every process of a stack: its state folder. What is left over is found by it."""

_RUNNING, _ENDED = ("RUNNING",), ("STOPPED", "EXITED", "FATAL", "UNKNOWN")
_FAILED = ("BACKOFF", "EXITED", "FATAL", "UNKNOWN")


_COMMENT = re.compile(r"\s[#;]|[\r\n]")


class SupervisionError(StackError):
    """The process runner did not do as asked."""


@dataclass(frozen=True)
class ProgramState:
    name: str
    state: str
    pid: int
    since: int
    """Unix time in seconds of the last start."""

    @property
    def running(self) -> bool:
        return self.state in _RUNNING

    @property
    def ended(self) -> bool:
        return self.state in _ENDED

    @property
    def failed(self) -> bool:
        """Ended by itself, or about to be tried again."""
        return self.state in _FAILED


@dataclass(frozen=True)
class Supervisor:
    state: StateFolder

    @property
    def configuration(self) -> Path:
        return self.state.run / "supervisord.conf"

    @property
    def pid_file(self) -> Path:
        return self.state.run / "supervisord.pid"

    def configure(self, programs: Sequence[Program]) -> None:
        text = render(self.state, programs)
        self.configuration.touch(mode=0o600)
        self.configuration.write_text(text, encoding="utf-8")

    def launch(self, *, attached: bool = False) -> subprocess.Popen[bytes] | None:
        """Start the process runner; no program is started yet.

        As a daemon, or ``attached``: as a child that ends, with all it runs, when this process does.
        """
        command = [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(self.configuration)]
        environment = {**os.environ, MARK: str(self.state.root)}
        process = None
        if attached:
            child = privileges.RunAs(Identity.UNCHANGED, 0).command([*command, "-n"], die_with_parent=True)
            process = subprocess.Popen(
                child, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, env=environment
            )
        else:
            subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 15
        while not self.alive():
            if time.monotonic() > deadline:
                raise SupervisionError(f"进程管理程序 supervisord 没有答复，见 {self.state.log('supervisord')}")
            time.sleep(0.02)
        return process

    def alive(self) -> bool:
        with contextlib.suppress(SupervisionError), self._calls() as calls:
            return bool(calls.getState()["statename"])
        return False

    def states(self) -> dict[str, ProgramState]:
        with self._calls() as calls:
            rows = calls.getAllProcessInfo()
        return {r["name"]: ProgramState(r["name"], r["statename"], r["pid"], r["start"]) for r in rows}

    def start(self, names: Sequence[str]) -> None:
        """Start those that do not run, waiting for none."""
        states = self.states()
        with self._calls() as calls:
            for name in names:
                if states[name].ended:
                    calls.startProcess(name, False)

    def stop(self, names: Sequence[str], seconds: float = 40) -> None:
        """Stop all of them at once and wait."""
        states = self.states()
        with self._calls() as calls:
            for name in names:
                if name in states and not states[name].ended:
                    calls.stopProcess(name, False)
        deadline = time.monotonic() + seconds
        while not all(state.ended for name, state in self.states().items() if name in names):
            if time.monotonic() > deadline:
                raise SupervisionError("未能停止程序 " + "、".join(names))
            time.sleep(0.05)

    def shutdown(self) -> None:
        """Stop what still runs, then the process runner itself. Returns before it is gone."""
        with self._calls() as calls:
            calls.shutdown()

    @contextlib.contextmanager
    def _calls(self) -> Iterator[Any]:
        transport = SupervisorTransport(None, None, f"unix://{self.state.socket()}")
        try:
            yield xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            raise SupervisionError(f"进程管理程序 supervisord：{error}") from error
        finally:
            transport.close()


def render(state: StateFolder, programs: Sequence[Program]) -> str:
    """The configuration. Programs start when told to, and again whenever they end unasked."""
    head: dict[str, dict[str, object]] = {
        "supervisord": {
            "logfile": state.log("supervisord"),
            "logfile_maxbytes": "5MB",
            "logfile_backups": 3,
            "pidfile": state.run / "supervisord.pid",
            "childlogdir": state.logs,
            "directory": state.root,
            "umask": "077",
            "silent": "true",
            **({"user": "root"} if os.geteuid() == 0 else {}),
        },
        "unix_http_server": {"file": state.socket(), "chmod": "0600"},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
    }
    parts = {f"program:{program.name}": _program(state, program) for program in programs}
    sections = [
        f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in section.items())
        for name, section in {**head, **parts}.items()
    ]
    return "\n".join(sections)


def _program(state: StateFolder, program: Program) -> dict[str, object]:
    environment = ",".join(f"{key}={_value(value)}" for key, value in sorted(program.environment.items()))
    return {
        "command": " ".join(_quoted(part) for part in program.command),
        **({"environment": environment} if environment else {}),
        "priority": program.priority,
        "autostart": "false",
        "autorestart": "true",
        "startsecs": 1,
        "startretries": 10,
        "stopsignal": program.stop_signal,
        "stopwaitsecs": 30,
        "redirect_stderr": "true",
        "stdout_logfile": state.log(program.name),
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": 5,
    }


def _quoted(argument: str) -> str:
    """An argument of a command, in double quotes as shlex reads them."""
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return _literal(f'"{escaped}"')


def _value(value: str) -> str:
    """A value of the environment, which supervisor reads with quotes but without escapes."""
    quote = "'" if '"' in value else '"'
    if quote in value or value != value.strip("'\""):
        raise SupervisionError("进程管理程序 supervisord 的配置不能写入含有两种引号，或者以引号开头、结尾的值")
    return _literal(f"{quote}{value}{quote}")


def _literal(text: str) -> str:
    """Without supervisor's own % expansion. What it would take for a comment or another line is refused."""
    if _COMMENT.search(text):
        raise SupervisionError("进程管理程序 supervisord 的配置不能写入换行，或者空格后的 #、;")
    return text.replace("%", "%%")
