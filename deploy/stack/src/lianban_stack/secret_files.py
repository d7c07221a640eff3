"""Secrets of one stack, made when it is set up: keys, passwords, and the departments' directory.

Each file is written once, for its owner alone, and kept: a lost key is lost data.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.webhooks import new_secret
from lianban_stack.postgres import PROVINCE, ROLES, SUPERUSER


@dataclass(frozen=True)
class Secrets:
    """Paths of the files, and the database passwords by role."""

    folder: Path
    database: dict[str, str]

    @property
    def keyring(self) -> Path:
        return self.folder / "keyring.json"

    @property
    def token_keys(self) -> Path:
        return self.folder / "token-keys.json"

    @property
    def directory(self) -> Path:
        return self.folder / "directory.yaml"

    @property
    def courier(self) -> Path:
        return self.folder / "courier.secret"

    @property
    def sms(self) -> Path:
        return self.folder / "sms.key"

    @property
    def registries(self) -> Path:
        return self.folder / "registries.key"

    @property
    def licences(self) -> Path:
        return self.folder / "licences.key"


def ensure(folder: Path) -> Secrets:
    """The secrets in that folder; what is missing is made."""
    found = Secrets(folder, _database_passwords(folder / "database.json"))
    _once(found.keyring, lambda path: Keyring.generate().save(path))
    _once(found.token_keys, lambda path: TokenAuthority.generate().save(path))
    _once(found.courier, lambda path: _write(path, new_secret()))
    for key in (found.sms, found.registries, found.licences):
        _once(key, lambda path: _write(path, secrets.token_urlsafe(24)))
    return found


def ensure_directory(path: Path, departments: Iterable[str], endpoints: str, inbox: frozenset[str]) -> None:
    """Bring the directory up to date: every department of the catalogue, its secret and whatever was edited kept.

    ``endpoints`` is where the sandbox plays the departments; an entry that points to another host is left alone.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    known: dict[str, Any] = (yaml.load(path) if path.exists() else {}) or {}
    entries = {code: _entry(code, known.get("departments", {}).get(code), endpoints, inbox) for code in departments}
    supervisor = known.get("supervisor", {"email": "supervision@tianmen.example"})
    text = StringIO()
    yaml.dump({"departments": entries, "supervisor": supervisor}, text)
    _write(path, text.getvalue())


def _entry(code: str, known: dict[str, Any] | None, endpoints: str, inbox: frozenset[str]) -> dict[str, Any]:
    entry = known or {
        "channel": "inbox" if code in inbox else "rest",
        "secret": new_secret(),
        "duty_email": f"duty.{code}@tianmen.example",
    }
    played = str(entry.get("endpoint", "http://127.0.0.1:")).startswith("http://127.0.0.1:")
    return {**entry, "endpoint": f"{endpoints}/departments/{code}/tasks"} if played else entry


def _database_passwords(path: Path) -> dict[str, str]:
    """A role that came with a later release gets its password when it is first missed."""
    known: dict[str, str] = json.loads(path.read_text(encoding="ascii")) if path.exists() else {}
    made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, *ROLES, PROVINCE) if role not in known}
    if made:
        _write(path, json.dumps(known | made))
    return known | made


def _once(path: Path, make: Callable[[Path], object]) -> None:
    """Made under another name first: a set-up that is cut off leaves no half a file."""
    if path.exists():
        return
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    make(unfinished)
    unfinished.chmod(0o600)
    unfinished.rename(path)


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
