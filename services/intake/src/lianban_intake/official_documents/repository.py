"""Reading official documents and what they are written from. ``source``: the one source system whose cases may be
seen, None for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban_intake.dossiers.repository import Access

_ALL: Final = text("""
SELECT d.seq, d.kind, d.number, d.dated, e.body ->> 'step' AS step, s.name AS step_name
FROM intake.cases AS c
LEFT JOIN intake.official_documents AS d ON d.case_no = c.case_no
LEFT JOIN intake.events AS e ON e.case_no = d.case_no AND e.seq = d.seq
LEFT JOIN intake.case_steps AS s ON s.case_no = d.case_no AND s.code = e.body ->> 'step'
WHERE c.case_no = :case_no AND (CAST(:source AS text) IS NULL OR c.source_system = :source)
ORDER BY d.seq
""")
_ONE: Final = """
SELECT c.case_no, e.seq AS event, d.seq, d.kind, d.number, d.dated, d.digest
FROM intake.cases AS c
LEFT JOIN intake.events AS e ON e.case_no = c.case_no AND e.seq = :seq
LEFT JOIN intake.official_documents AS d ON d.case_no = e.case_no AND d.seq = e.seq
WHERE c.case_no = :case_no AND (CAST(:source AS text) IS NULL OR c.source_system = :source)
"""
_FIND: Final = text(_ONE)
# The log is written whether or not there is such a document: an attempt is an access too.
_OPEN: Final = text(f"""
WITH logged AS (
    INSERT INTO intake.dossier_accesses (case_no, subject, purpose) VALUES (:case_no, :subject, :purpose)
)
{_ONE}
""")
_RECORD: Final = text("""
SELECT c.received_at, c.delivery_mode, a.applicant, k.plan, k.dossiers,
    (SELECT json_agg(e.body ORDER BY e.seq) FROM intake.events AS e
     WHERE e.case_no = c.case_no AND e.seq <= :seq) AS events
FROM intake.cases AS c
JOIN intake.applications AS a ON a.case_no = c.case_no
JOIN intake.compilations AS k ON k.digest = a.compilation
WHERE c.case_no = :case_no
""")
_KEEP: Final = text("""
UPDATE intake.official_documents SET digest = coalesce(digest, :digest)
WHERE case_no = :case_no AND seq = :seq
RETURNING digest
""")


async def all_of(connection: AsyncConnection, case_no: str, source: str | None) -> Sequence[Row[Any]]:
    """In order; one row without a number for a case without documents; none when there is no such case."""
    return (await connection.execute(_ALL, {"case_no": case_no, "source": source})).all()


async def find(connection: AsyncConnection, case_no: str, seq: int, source: str | None) -> Row[Any] | None:
    """``event`` is None where that event is not recorded, ``seq`` where it yields no document; None when there is no
    such case."""
    parameters = {"case_no": case_no, "seq": seq, "source": source}
    return (await connection.execute(_FIND, parameters)).one_or_none()


async def open_one(connection: AsyncConnection, access: Access, seq: int) -> Row[Any] | None:
    """As :func:`find`, for the platform's own services, and written down."""
    parameters = {
        "case_no": access.case_no,
        "seq": seq,
        "source": None,
        "subject": access.subject,
        "purpose": f"{access.purpose}（文书 {seq}）",
    }
    return (await connection.execute(_OPEN, parameters)).one_or_none()


async def record_of(connection: AsyncConnection, case_no: str, seq: int) -> Row[Any]:
    """The case, what it was compiled to, and its events up to that one."""
    return (await connection.execute(_RECORD, {"case_no": case_no, "seq": seq})).one()


async def keep(connection: AsyncConnection, case_no: str, seq: int, digest: str) -> str:
    """Digest of the PDF from now on: the first that was kept."""
    kept: str = (await connection.execute(_KEEP, {"case_no": case_no, "seq": seq, "digest": digest})).scalar_one()
    return kept
