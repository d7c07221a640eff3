"""The state folder: all that the stack keeps between one start and the next."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lianban_stack.errors import StackError
from lianban_stack.ports import Ports

_SOCKET_PATH_MAX = 100  # bytes; the kernel allows 107, supervisor appends a process id while it binds


class BusyError(StackError):
    """Somebody else is starting or stopping this stack."""


def clone() -> Path:
    """The folder that holds the catalogue: the clone this code was installed from, else the working directory."""
    for parent in Path(__file__).resolve().parents:
        if (parent / "catalog").is_dir() and (parent / "requirements.lock").is_file():
            return parent
    return Path.cwd()


@dataclass(frozen=True)
class StateFolder:
    root: Path

    @classmethod
    def default(cls) -> StateFolder:
        given = os.environ.get("LIANBAN_STATE", "")
        return cls(Path(given).resolve() if given else clone() / ".state")

    @property
    def postgres(self) -> Path:
        return self.root / "pg"

    @property
    def temporal(self) -> Path:
        return self.root / "temporal"

    @property
    def objects(self) -> Path:
        return self.root / "objects"

    @property
    def catalogue(self) -> Path:
        """What the stack publishes its catalogue into, and serves it from."""
        return self.root / "catalogue"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def sftp(self) -> Path:
        """Keys and disks of departments that the sandbox plays by files."""
        return self.root / "sftp"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def description(self) -> Path:
        return self.root / "stack.json"

    def log(self, program: str) -> Path:
        return self.logs / f"{program}.log"

    def make(self) -> None:
        """Make the folders. The way to the database's folder stays open: its server is not root."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in (self.temporal, self.objects, self.secrets, self.logs, self.run):
            folder.mkdir(mode=0o700, exist_ok=True)

    def socket(self) -> Path:
        """Where the supervisor listens: in the state folder, or in a private temporary one if that lies too deep."""
        path = self.run / "supervisor.sock"
        if len(os.fsencode(path)) <= _SOCKET_PATH_MAX:
            return path
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"lianban-{os.getuid()}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
            raise StackError(f"文件夹 {folder} 属于他人，或者他人可以进入；请移走它，再启动")
        return folder / "supervisor.sock"

    def ports(self) -> Ports | None:
        """Ports of the stack that was started here last; none if none was."""
        try:
            return Ports(**json.loads(self.description.read_text(encoding="utf-8"))["ports"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def describe(self, ports: Ports, urls: dict[str, str]) -> None:
        content = json.dumps({"ports": ports.as_dict(), "urls": urls}, indent=2, ensure_ascii=False)
        self.description.write_text(content + "\n", encoding="utf-8")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Nobody else starts or stops the stack meanwhile."""
        self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.run / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BusyError(f"另一条命令正在启动或停止 {self.root} 中的平台") from error
            yield
