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
    """``holder`` is a keyed hash."""

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


async def begin(
    connection: AsyncConnection, consents: Sequence[ConsentRow], questions: Sequence[Question]
) -> list[int]:
    """Writes consents and questions down before anything is asked; ids of the questions, in order."""
    statement = insert(PrefillConsent).returning(PrefillConsent.id, sort_by_parameter_order=True)
    ids = (await connection.execute(statement, [vars(row) for row in consents])).scalars().all()
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
        return []
    asked = insert(PrefillQuery).returning(PrefillQuery.id, sort_by_parameter_order=True)
    return list((await connection.execute(asked, rows)).scalars().all())


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


async def keep_licence(connection: AsyncConnection, digest: str, details: bytes) -> None:
    """The same file fetched again: what was said last holds."""
    statement = upsert(FetchedLicence).values(digest=digest, details=details)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=[FetchedLicence.digest], set_={"details": details, "fetched_at": func.now()}
        )
    )
