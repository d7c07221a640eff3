"""A stack: what is in one state folder, started and stopped as a whole."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

import psutil
from ruamel.yaml import YAML

from lianban.platform.directory import Channel
from lianban_stack import foreign_databases, leftovers, network, programs, secret_files
from lianban_stack.departments import KINDS, Playground, StagingDatabase, ensure_directory, staging_databases
from lianban_stack.errors import PortsTakenError, ProgramFailedError, StackError
from lianban_stack.launch import Identity
from lianban_stack.ports import Ports
from lianban_stack.postgres import PROVINCE, ROLES, SANDBOX, SUPERUSER, Cluster
from lianban_stack.privileges import RunAs
from lianban_stack.program import Program
from lianban_stack.publication import publish_or_keep
from lianban_stack.secret_files import Secrets
from lianban_stack.state import StateFolder, clone
from lianban_stack.supervision import ProgramState, SupervisionError, Supervisor
from lianban_stack.temporal import TemporalServer

_PATIENCE = 60
"""Seconds a program may take to become healthy."""


class Progress(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    MIGRATING = "migrating"
    READY = "ready"
    FAILED = "failed"


Observer = Callable[[str, Progress], None]
"""Told of each program, by its label, whenever it gets further."""


@dataclass(frozen=True)
class Status:
    label: str
    process: ProgramState | None
    ready: bool


class Stack:
    """``synchronous``: how hard Temporal's store waits for the disk; see :class:`TemporalServer`.

    ``catalog`` None takes the clone's. ``environment`` is added to every service's settings. ``kinds``: what
    departments begin with, see :data:`lianban_stack.departments.KINDS`; those not listed with REST.
    """

    def __init__(
        self,
        state: StateFolder,
        ports: Ports,
        *,
        synchronous: Literal["FULL", "NORMAL"] = "FULL",
        catalog: Path | None = None,
        environment: dict[str, str] | None = None,
        kinds: Mapping[str, Channel] = KINDS,
    ) -> None:
        self.state = state
        self.ports = ports
        self.catalog = catalog or clone() / "catalog"
        self._synchronous = synchronous
        self._environment = environment or {}
        self._kinds = kinds
        self._supervisor = Supervisor(state)
        self._child: subprocess.Popen[bytes] | None = None
        self.unpublished: list[str] = []
        """Faults of the catalogue, for which the edition published before stayed in force at the start."""

    @property
    def running(self) -> bool:
        return self._supervisor.alive()

    def up(self, observer: Observer = lambda label, progress: None, *, attached: bool = False) -> None:
        """Start everything and wait until it is healthy. What failed, and all that was started, is stopped again.

        ``attached``: it all ends with this process, however that ends.
        """
        self.state.make()
        with self.state.lock():
            if self.running:
                raise StackError(f"{self.state.root} 中的平台已在运行")
            leftovers.end(leftovers.find(self.state))
            if taken := self.ports.taken():
                raise PortsTakenError(taken)
            try:
                self._up(observer, attached)
            except BaseException:
                self._stop()
                raise

    def down(self) -> bool:
        """Stop everything; whether anything ran. Afterwards no process of the stack is left."""
        if not self.state.run.exists():
            return False
        with self.state.lock():
            return self._stop()

    def processes(self) -> dict[str, ProgramState]:
        """Each program's process by its name; none while the stack does not run."""
        try:
            return self._supervisor.states()
        except SupervisionError:
            return {}

    def environment(self, service: str) -> Mapping[str, str]:
        """A service's settings, with their secrets. KeyError for an unknown one."""
        programs = {program.name: program for program in self._described(self.secrets())}
        return programs[service].environment

    def status(self) -> list[Status]:
        """Each program with its process and whether it says it is healthy."""
        states = self.processes()
        secrets = Secrets(self.state.secrets, dict.fromkeys((SUPERUSER, *ROLES, PROVINCE, SANDBOX), ""))
        found = self._described(secrets)
        with ThreadPoolExecutor(max_workers=len(found)) as threads:
            ready = list(threads.map(lambda program: program.ready(), found))
        return [Status(p.label, states.get(p.name), ok) for p, ok in zip(found, ready, strict=True)]

    def secrets(self) -> Secrets:
        """The stack's secrets, made where they are missing; the departments' directory brought up to date."""
        found = secret_files.ensure(self.state.secrets)
        played = Playground(
            self.ports.url("sandbox_departments"),
            f"{network.HOST}:{self.ports.postgres}",
            (self.state.sftp, self.ports.sandbox_sftp),
        )
        ensure_directory(found.directory, self.departments(), self._kinds, played)
        return found

    def departments(self) -> dict[str, str]:
        """The catalogue's departments: code → name."""
        listed = YAML(typ="safe", pure=True).load(self.catalog / "departments.yaml")["departments"]
        return {entry["code"]: entry["short_name"] for entry in listed}

    def urls(self) -> dict[str, str]:
        """Every HTTP address of the stack by the name of its port."""
        return {
            name: self.ports.url(name)
            for name in self.ports.as_dict()
            if name not in ("postgres", "temporal", "sandbox_smtp", "sandbox_sftp")
        }

    @property
    def province_url(self) -> str:
        """Where the province's staging tables are."""
        password = secret_files.ensure(self.state.secrets).database[PROVINCE]
        return f"postgresql+asyncpg://{PROVINCE}:{password}@{network.HOST}:{self.ports.postgres}/{PROVINCE}"

    def _up(self, observer: Observer, attached: bool) -> None:
        secrets = self.secrets()
        cluster = Cluster.prepare(self.state.postgres, self.ports.postgres, secrets.database[SUPERUSER])
        staging = staging_databases(secrets.directory)
        found = self._programs(cluster, secrets, staging)
        for program in found:
            observer(program.label, Progress.WAITING)
        self._supervisor.configure(found)
        self.state.describe(self.ports, self.urls())
        self._child = self._supervisor.launch(attached=attached)
        servers, services = found[:2], found[2:]
        with ThreadPoolExecutor(max_workers=1) as thread:
            publication = thread.submit(publish_or_keep, self.catalog, self.state.catalogue)
            self._start(servers, observer)
            self.unpublished = publication.result()
        cluster.set_roles(secrets.database)
        cluster.create_database(programs.DATABASE)
        foreign_databases.set_up(cluster, secrets, staging)
        self._migrate(services, observer)
        self._start(services, observer)

    def _described(self, secrets: Secrets) -> list[Program]:
        """Of a stack that is not about to be started: nothing of the cluster is touched."""
        cluster = Cluster(self.state.postgres, self.ports.postgres, "", RunAs(Identity.UNCHANGED, 0))
        return self._programs(cluster, secrets, ())

    def _programs(self, cluster: Cluster, secrets: Secrets, staging: Sequence[StagingDatabase]) -> list[Program]:
        server = TemporalServer(
            self.ports.temporal,
            self.state.temporal,
            self.ports.temporal_ui,
            f"{self.ports.url('orchestrator')}/codec",
            self._synchronous,
        )
        services = programs.services(self.state, self.ports, secrets, cluster, staging)
        extended = [
            dataclasses.replace(program, environment={**program.environment, **self._environment})
            for program in services
        ]
        return [*programs.servers(cluster, server), *extended]

    def _migrate(self, services: Sequence[Program], observer: Observer) -> None:
        def migrate(program: Program) -> None:
            observer(program.label, Progress.MIGRATING)
            command = [sys.executable, "-m", f"{programs.MIGRATED[program.name]}.migrate"]
            environment = {**os.environ, **program.environment}
            result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                observer(program.label, Progress.FAILED)
                lines = (result.stdout + result.stderr).splitlines()[-25:]
                raise StackError(f"{program.name} 的数据库结构未能更新：\n" + "\n".join(lines))

        migrated = [program for program in services if program.name in programs.MIGRATED]
        with ThreadPoolExecutor(max_workers=len(migrated)) as threads:
            list(threads.map(migrate, migrated))

    def _start(self, chosen: Sequence[Program], observer: Observer) -> None:
        """Start programs side by side and wait until each is healthy."""
        for program in chosen:
            observer(program.label, Progress.STARTING)
        self._supervisor.start([program.name for program in chosen])
        waiting = list(chosen)
        deadline = time.monotonic() + _PATIENCE
        while waiting:
            states = self._supervisor.states()
            for program in list(waiting):
                reason = ""
                if states[program.name].failed:
                    reason = f"自行退出（{states[program.name].state}）"
                elif program.ready():
                    waiting.remove(program)
                    observer(program.label, Progress.READY)
                elif time.monotonic() > deadline:
                    reason = f"{_PATIENCE} 秒后仍未就绪"
                if reason:
                    observer(program.label, Progress.FAILED)
                    raise ProgramFailedError(program.name, reason, self.state.log(program.name))
            time.sleep(0.05)

    def _stop(self) -> bool:
        """Services first and together, then the servers they rest on, then whoever is left in spite of it."""
        was_running = self.running
        if was_running:
            runner = psutil.Process(int(self._supervisor.pid_file.read_text(encoding="ascii")))
            try:
                names = [name for name in self._supervisor.states() if name not in programs.SERVERS]
                self._supervisor.stop(names)
                self._supervisor.shutdown()
                runner.wait(timeout=60)
            except (SupervisionError, psutil.TimeoutExpired):
                pass  # what does not stop when asked is ended below
        left = leftovers.find(self.state)
        leftovers.end(left)
        if self._child is not None:
            self._child.wait()
            self._child = None
        if still := leftovers.find(self.state):
            raise StackError("未能结束进程 " + "、".join(str(process.pid) for process in still))
        return was_running or bool(left)
