"""Databases of others: the province's, and those of departments that are reached by staging tables (前置库).

Each is set up as its administrator would, by the file that is shipped for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from lianban_stack.departments import StagingDatabase
from lianban_stack.postgres import PROVINCE, SANDBOX, Cluster
from lianban_stack.secret_files import Secrets

_GRANT: Final = "--   GRANT "
"""How the last lines of a department's file tell what the platform's role needs."""


def set_up(cluster: Cluster, secrets: Secrets, staging: Iterable[StagingDatabase]) -> None:
    """May be repeated: what is there stays."""
    cluster.set_role(PROVINCE, secrets.database[PROVINCE])
    cluster.create_owned_database(PROVINCE, PROVINCE, _shipped("lianban_intake.exchange"))
    cluster.set_role(SANDBOX, secrets.database[SANDBOX])
    script = _shipped("lianban_adapters.channels.staging")
    for database in staging:
        cluster.set_role(database.guest, database.password)
        grants = [f"GRANT CONNECT ON DATABASE {database.name} TO lianban;", *_grants(script)]
        granted = "\n".join(grants).replace(" TO lianban;", f" TO {database.guest};")
        cluster.create_owned_database(database.name, SANDBOX, f"{script}\n{granted}\n")


def _shipped(package: str) -> str:
    return (files(package) / "ddl" / "postgresql.sql").read_text(encoding="utf-8")


def _grants(script: str) -> list[str]:
    return [line.removeprefix("--").strip() for line in script.splitlines() if line.startswith(_GRANT)]
