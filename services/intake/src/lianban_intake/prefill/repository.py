"""The log of prefill, and what the library said of the licences that were fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban_intake.prefill.questions import Question
from lianban_intake.prefill.tables import FetchedLicence, PrefillConsent, PrefillQuery


@dataclass(frozen=True)
class ConsentRow:
    """``holder`` and ``guardian`` are keyed hashes."""

    asked_by: str
    role: str
    holder: str
    holder_type: str
    subjects: list[str]
    theme: str
    division: str
    text_version: str
    given_by: str
    given_at: datetime
    guardian: str | None


async def begin(
    connection: AsyncConnection, consents: Sequence[ConsentRow], questions: Sequence[Question]
) -> tuple[list[int], list[int]]:
    """Writes consents and questions down before anything is asked; ids of the consents and questions, in order."""
    statement = insert(PrefillConsent).returning(PrefillConsent.id, sort_by_parameter_order=True)
    ids = list((await connection.execute(statement, [vars(row) for row in consents])).scalars())
    rows: list[Mapping[str, Any]] = [
        {
            "consent": ids[question.holder],
            "kind": question.kind,
            "source": question.source,
            "asked": [target.code for target in question.targets],
            "matters": list(question.matters),
        }
        for question in questions
        if question.holder is not None
    ]
    if not rows:
        return ids, []
    asked = insert(PrefillQuery).returning(PrefillQuery.id, sort_by_parameter_order=True)
    return ids, list((await connection.execute(asked, rows)).scalars())


async def end(connection: AsyncConnection, outcomes: Mapping[int, str]) -> None:
    """What came of each question, by its id."""
    if not outcomes:
        return
    statement = (
        update(PrefillQuery)
        .where(PrefillQuery.id == bindparam("query"))
        .values(outcome=bindparam("came_to"), ended_at=func.now())
    )
    await connection.execute(statement, [{"query": query, "came_to": outcome} for query, outcome in outcomes.items()])


@dataclass(frozen=True)
class LicenceRow:
    """``details`` are sealed, ``holder`` is a keyed hash. It serves an application of ``theme`` by ``asked_by``."""

    digest: str
    type: str
    asked_by: str
    theme: str
    holder: str
    consent: int
    details: bytes


async def keep_licence(connection: AsyncConnection, row: LicenceRow) -> None:
    """The same file fetched again for the same purpose: what was said last, by the last consent, holds."""
    key = (FetchedLicence.digest, FetchedLicence.type, FetchedLicence.asked_by, FetchedLicence.theme)
    await connection.execute(
        upsert(FetchedLicence)
        .values(vars(row))
        .on_conflict_do_update(
            index_elements=[*key, FetchedLicence.holder],
            set_={"details": row.details, "consent": row.consent, "fetched_at": func.now()},
        )
    )
