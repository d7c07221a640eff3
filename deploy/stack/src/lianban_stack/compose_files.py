"""What docker-compose.yml expects beside it: passwords for interpolation, the services' secret files, folders."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from lianban_stack import secret_files
from lianban_stack.departments import Playground, ensure_directory
from lianban_stack.postgres import ROLES, SUPERUSER

_SANDBOX = "http://sandbox:18011"
_CONTAINER_USER = 10001
"""Whom the images run as, when root makes these files; anybody else's files are read by their own user id."""


def write(folder: Path, departments: Mapping[str, str]) -> Path:
    """Write what is missing; path of the file for ``docker compose --env-file``."""
    parts = [folder / "secrets", folder / "objects", folder / "published"]
    for part in parts:
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = secret_files.ensure(folder / "secrets")
    # There, every department begins with REST: a department's database is none of what is made here.
    ensure_directory(found.directory, departments, {}, Playground(_SANDBOX))
    uid = os.geteuid() or _CONTAINER_USER
    gid = os.getegid() or _CONTAINER_USER
    if os.geteuid() == 0:
        for path in (*parts, *(folder / "secrets").iterdir()):
            os.chown(path, uid, gid)
    environment = folder / "compose.env"
    known = (
        dict(line.split("=", 1) for line in environment.read_text("ascii").splitlines()) if environment.exists() else {}
    )
    values = {
        "LIANBAN_USER": f"{uid}:{gid}",
        "POSTGRES_PASSWORD": found.database[SUPERUSER],
        **{f"{role.upper()}_PASSWORD": found.database[role] for role in ROLES},
        "TEMPORAL_PASSWORD": known.get("TEMPORAL_PASSWORD", secrets.token_urlsafe(24)),
    }
    environment.touch(mode=0o600)
    environment.write_text("".join(f"{name}={value}\n" for name, value in (known | values).items()), encoding="ascii")
    return environment


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").splitlines() if path.exists() else []
