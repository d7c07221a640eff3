"""The departments' directory of a stack: which kind of system each department has, and where the sandbox plays it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from sqlalchemy import make_url

from lianban.platform.directory import Channel
from lianban.platform.webhooks import new_secret
from lianban_sandbox.departments.sftp import new_keys
from lianban_stack import network
from lianban_stack.secret_files import write_secret

KINDS: Final[Mapping[str, Channel]] = {
    # Their systems stand in a network of the state's, from which nobody outside can be called.
    "tax": Channel.POLLING,
    "public-security": Channel.POLLING,
    # Core systems of the years before interfaces: what goes in and out goes through tables beside them.
    "human-resources": Channel.STAGING,
    "medical-insurance": Channel.STAGING,
    "housing": Channel.STAGING,
    # Companies whose billing takes batches of files.
    "water-utility": Channel.FILES,
    "gas-utility": Channel.FILES,
    "telecom": Channel.FILES,
    # No system at all.
    "urban-management": Channel.INBOX,
}
"""What each department begins with, until its entry is edited; all others are sent tasks over REST and call back. Each
kind has departments of the demonstration's themes: they check registers, decide, produce, extend and are late."""

_INTERVAL: Final = 1.0
"""Seconds between two looks at a department that calls nobody: somebody sits before the screen and waits."""


@dataclass(frozen=True)
class Playground:
    """Where the sandbox plays departments: ``url`` of its HTTP server, ``database`` (host:port) of the server that has
    their databases, ``sftp`` the folder with its SFTP server's keys, and the port; none where there is none."""

    url: str
    database: str | None = None
    sftp: tuple[Path, int] | None = None


@dataclass(frozen=True)
class StagingDatabase:
    """A department's own database, and what the platform logs in with."""

    department: str
    password: str

    @property
    def name(self) -> str:
        return _database(self.department)

    @property
    def guest(self) -> str:
        """The platform's role there."""
        return _guest(self.department)


def ensure_directory(
    path: Path, departments: Mapping[str, str], kinds: Mapping[str, Channel], played: Playground
) -> None:
    """Bring the directory up to date: every department of the catalogue (code → name), its secrets and whatever was
    edited kept.

    What an entry says of systems that the sandbox plays follows the sandbox; what points elsewhere is left alone.
    """
    known = _read(path)
    given = known.get("departments", {})
    entries = {
        code: {"name": name, **_entry(code, given.get(code), kinds.get(code, Channel.REST), played)}
        for code, name in departments.items()
    }
    supervisor = known.get("supervisor", {"email": "supervision@tianmen.example"})
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    text = StringIO()
    yaml.dump({"departments": entries, "supervisor": supervisor}, text)
    write_secret(path, text.getvalue())


def staging_databases(path: Path) -> list[StagingDatabase]:
    """Those the sandbox plays departments in. One that was switched to the inbox has its system still."""
    found = []
    for code, entry in _read(path).get("departments", {}).items():
        url = (entry.get("staging") or {}).get("database_url", "")
        if entry.get("channel") in (Channel.STAGING, Channel.INBOX) and _is_own_database(code, url):
            found.append(StagingDatabase(code, str(make_url(url).password)))
    return found


def _entry(code: str, known: dict[str, Any] | None, kind: Channel, played: Playground) -> dict[str, Any]:
    entry = known or {
        "channel": kind.value,
        "secret": new_secret(),
        "duty_email": f"duty.{code}@tianmen.example",
    }
    if _is_local(entry.get("endpoint", _LOCAL)):
        entry = {**entry, "endpoint": f"{played.url}/departments/{code}/tasks"}
    for name, settings in SETTINGS.items():
        if entry.get(name) or entry.get("channel") == name:
            entry = {**entry, name: settings(code, entry.get(name) or {}, played)}
    return entry


def _polling(code: str, known: dict[str, Any], played: Playground) -> dict[str, Any]:
    if not _is_local(known.get("base_url", _LOCAL)):
        return known
    made = {"token": secrets.token_urlsafe(24), "interval": _INTERVAL}
    return {**made, **known, "base_url": f"{played.url}/systems/{code}"}


def _staging(code: str, known: dict[str, Any], played: Playground) -> dict[str, Any]:
    url = known.get("database_url")
    if played.database is None or (url is not None and not _is_own_database(code, url)):
        return known
    password = make_url(url).password if url else secrets.token_urlsafe(24)
    own = f"postgresql+asyncpg://{_guest(code)}:{password}@{played.database}/{_database(code)}"
    return {"interval": _INTERVAL, **known, "database_url": own}


def _files(code: str, known: dict[str, Any], played: Playground) -> dict[str, Any]:
    if played.sftp is None or known.get("host", network.HOST) != network.HOST:
        return known
    folder, port = played.sftp
    key, known_hosts = new_keys(folder, network.HOST, port)
    own = {"host": network.HOST, "port": port, "user": code, "private_key_file": str(key), "known_hosts": known_hosts}
    return {"interval": _INTERVAL, "folder": "exchange", **known, **own}


SETTINGS: Final[Mapping[str, Callable[[str, dict[str, Any], Playground], dict[str, Any]]]] = {
    Channel.POLLING.value: _polling,
    Channel.STAGING.value: _staging,
    Channel.FILES.value: _files,
}
"""What each kind's part of an entry becomes, of what stands there."""

_LOCAL: Final = f"http://{network.HOST}:"


def _is_local(url: str) -> bool:
    return url.startswith(_LOCAL)


def _is_own_database(code: str, url: str) -> bool:
    return re.search(rf"@{re.escape(network.HOST)}:\d+/{_database(code)}$", url) is not None


def _database(code: str) -> str:
    return f"dept_{code.replace('-', '_')}"


def _guest(code: str) -> str:
    return f"{_database(code)}_lb"


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = (YAML(typ="safe", pure=True).load(path) if path.exists() else {}) or {}
    return found
