"""Secrets of one stack, made when it is set up: keys and passwords. The departments' directory lies beside them and is
kept by :mod:`lianban_stack.departments`.

Each file is written once, for its owner alone, and kept: a lost key is lost data.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.webhooks import new_secret
from lianban_stack.postgres import PROVINCE, ROLES, SANDBOX, SUPERUSER


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
    _once(found.courier, lambda path: write_secret(path, new_secret()))
    for key in (found.sms, found.registries, found.licences):
        _once(key, lambda path: write_secret(path, secrets.token_urlsafe(24)))
    return found


def write_secret(path: Path, text: str) -> None:
    """For its owner alone, whole or not at all."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _database_passwords(path: Path) -> dict[str, str]:
    """A role that came with a later release gets its password when it is first missed."""
    known: dict[str, str] = json.loads(path.read_text(encoding="ascii")) if path.exists() else {}
    made = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, *ROLES, PROVINCE, SANDBOX) if role not in known}
    if made:
        write_secret(path, json.dumps(known | made))
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
