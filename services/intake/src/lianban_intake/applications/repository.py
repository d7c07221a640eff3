"""Filing in two statements: one that looks, one that writes everything."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban_intake.themes.edition import Prepared

_FILES: Final = """
    (SELECT coalesce(json_object_agg(digest, media_type), '{}') FROM intake.materials
     WHERE digest = ANY(CAST(:digests AS text[]))) AS uploaded,
    (SELECT coalesce(json_agg(json_build_object('digest', digest, 'type', type, 'fetched_at', fetched_at,
         'details', encode(details, 'base64')) ORDER BY fetched_at), '[]') FROM intake.fetched_licences
     WHERE digest = ANY(CAST(:digests AS text[])) AND asked_by = :client AND theme = :theme
         AND holder = ANY(CAST(:holders AS text[]))
         AND fetched_at > now() - CAST(:licence_days AS integer) * interval '1 day') AS fetched"""

_LOOK: Final = text(f"""
SELECT nextval('intake.case_numbers') AS number, {_FILES},
    (SELECT json_build_object('case_no', case_no, 'body_hash', body_hash) FROM intake.applications
     WHERE client = :client AND idempotency_key = :key) AS by_key,
    (SELECT json_build_object('case_no', case_no, 'body_hash', body_hash) FROM intake.applications
     WHERE source_system = :system AND source_no = :number) AS by_source
""")

_LOOK_AT_FILES: Final = text(f"SELECT {_FILES}")

# Nothing is written unless the first insert is: a filing that came before, or comes at the same time, wins.
_FILE: Final = text("""
WITH filed AS (
    INSERT INTO intake.applications (case_no, source_system, source_no, client, idempotency_key, body_hash,
        compilation, form, applicant, delivery, materials)
    VALUES (:case_no, :source_system, :source_no, :client, :idempotency_key, :body_hash,
        :compilation, :form, :applicant, :delivery, :materials)
    ON CONFLICT DO NOTHING
    RETURNING case_no
), opened AS (
    INSERT INTO intake.cases (case_no, theme, theme_name, division, channel, source_system, catalog_version,
        received_at, delivery_mode, status, light)
    SELECT case_no, :theme, :theme_name, :division, :channel, :source_system, :catalog_version,
        CAST(:received_at AS timestamptz), :delivery_mode, 'received', 'none'
    FROM filed
), planned AS (
    INSERT INTO intake.case_steps (case_no, code, position, name, kind, department, department_name, state, light)
    SELECT filed.case_no, step.code, step.position, step.name, step.kind, step.department, step.department_name,
        'waiting', 'none'
    FROM filed, json_to_recordset(CAST(:steps AS json)) AS step(
        code text, position smallint, name text, kind text, department text, department_name text)
), told AS (
    INSERT INTO intake.events (case_no, seq, at, kind, body)
    SELECT case_no, 0, CAST(:received_at AS timestamptz), :event_kind, CAST(:event AS json) FROM filed
), pending AS (
    INSERT INTO intake.pending_starts (case_no, due_at)
    SELECT case_no, now() + CAST(:grace AS integer) * interval '1 second' FROM filed
), running AS (
    INSERT INTO intake.running_cases (case_no, calendar) SELECT case_no, :calendar FROM filed
)
SELECT case_no FROM filed
""")


_COMPILED: Final = text("""
INSERT INTO intake.compilations (digest, plan, dossiers, form)
VALUES (:digest, CAST(:plan AS json), CAST(:dossiers AS json), CAST(:form AS json))
ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True)
class Filing:
    """A row of every table, for one case. Bytes are sealed; ``steps`` and ``event`` are JSON."""

    case_no: str
    source_system: str
    source_no: str
    client: str
    idempotency_key: str
    body_hash: str
    compilation: str
    form: bytes
    applicant: bytes
    delivery: bytes
    materials: bytes
    theme: str
    theme_name: str
    division: str
    channel: str
    catalog_version: str
    received_at: datetime
    delivery_mode: str
    steps: str
    event_kind: str
    event: str
    grace: int
    calendar: str


@dataclass(frozen=True)
class Earlier:
    """A filing that came before."""

    case_no: str
    body_hash: str


@dataclass(frozen=True)
class Fetched:
    """``details``: sealed. ``fetched_at``: RFC 3339."""

    details: bytes
    fetched_at: str


@dataclass(frozen=True)
class Files:
    """``uploaded``: digest → media type of what has been handed in or fetched; ``fetched``: by digest and type,
    e-licences of those the application names, fetched for this theme, by this client, not too long ago."""

    uploaded: dict[str, str]
    fetched: dict[tuple[str, str], Fetched]


@dataclass(frozen=True)
class Look(Files):
    """``number``: the next of the sequence, taken whether it is used or not."""

    number: int
    by_key: Earlier | None
    by_source: Earlier | None


async def look(
    connection: AsyncConnection,
    *,
    client: str,
    key: str,
    system: str,
    number: str,
    theme: str,
    digests: Collection[str],
    holders: Collection[str],
    licence_days: int,
) -> Look:
    parameters = {
        "client": client,
        "key": key,
        "system": system,
        "number": number,
        "theme": theme,
        "digests": list(digests),
        "holders": list(holders),
        "licence_days": licence_days,
    }
    row = (await connection.execute(_LOOK, parameters)).one()
    return Look(
        number=row.number,
        uploaded=row.uploaded,
        fetched=_fetched(row.fetched),
        by_key=Earlier(**row.by_key) if row.by_key else None,
        by_source=Earlier(**row.by_source) if row.by_source else None,
    )


async def files(
    connection: AsyncConnection,
    *,
    client: str,
    theme: str,
    digests: Collection[str],
    holders: Collection[str],
    licence_days: int,
) -> Files:
    """What is known of files that are handed in after the filing."""
    parameters = {
        "client": client,
        "theme": theme,
        "digests": list(digests),
        "holders": list(holders),
        "licence_days": licence_days,
    }
    row = (await connection.execute(_LOOK_AT_FILES, parameters)).one()
    return Files(uploaded=row.uploaded, fetched=_fetched(row.fetched))


def _fetched(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], Fetched]:
    return {(item["digest"], item["type"]): Fetched(b64decode(item["details"]), item["fetched_at"]) for item in rows}


async def keep_compilation(connection: AsyncConnection, prepared: Prepared) -> None:
    """What the case was compiled to; needed once, whichever application comes first."""
    await connection.execute(
        _COMPILED,
        {
            "digest": prepared.digest,
            "plan": prepared.plan_json,
            "dossiers": prepared.cut_json,
            "form": prepared.form_json,
        },
    )


async def file(connection: AsyncConnection, filing: Filing) -> bool:
    """False when a filing with the same key or source number is there already; nothing has been written then."""
    return (await connection.execute(_FILE, vars(filing))).scalar_one_or_none() is not None
