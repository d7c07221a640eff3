"""Which cases have something to tell, and how far each has been told. Claims are moved times, not locks: no transaction
is open while the province's database is written to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

LEASE: Final = 120
"""Seconds for which what was claimed is nobody else's: more than writing a batch may take."""

_OVERLAP: Final = 90
"""Seconds looked at twice, for an event is visible only when its transaction has committed: none is open for longer
than a statement may take."""

_MARK_MOVES: Final = 30  # seconds: moved with every look, the mark would be written for nothing

_NOTICED: Final = """
    INSERT INTO intake.exchange_cases AS x (case_no, known)
    SELECT e.case_no, max(e.seq) FROM intake.events AS e JOIN intake.cases USING (case_no)
    WHERE e.recorded_at > {since}
    GROUP BY e.case_no ORDER BY e.case_no
    ON CONFLICT (case_no) DO UPDATE SET known = EXCLUDED.known WHERE x.known < EXCLUDED.known
"""
_LAST_LOOK: Final = f"""
    (SELECT coalesce(max(seen_at), '-infinity') FROM intake.exchange_mark) - interval '{_OVERLAP} s'
"""
_NOTICE: Final = text(f"""
WITH noticed AS ({_NOTICED.format(since=_LAST_LOOK)})
INSERT INTO intake.exchange_mark AS m (id, seen_at) VALUES (1, now())
ON CONFLICT (id) DO UPDATE SET seen_at = EXCLUDED.seen_at
WHERE m.seen_at < EXCLUDED.seen_at - interval '{_MARK_MOVES} s'
""")
_NOTICE_SINCE: Final = text(_NOTICED.format(since=":since"))
_CLAIM: Final = text(f"""
UPDATE intake.exchange_cases SET
    free_at = now() + interval '{LEASE} s', attempts = attempts + 1, cause = NULL
WHERE case_no IN (
    SELECT case_no FROM intake.exchange_cases WHERE told < known AND free_at <= now()
    ORDER BY free_at LIMIT :limit FOR UPDATE SKIP LOCKED
)
RETURNING case_no, told, attempts
""")
_CLAIM_THESE: Final = text(f"""
UPDATE intake.exchange_cases SET free_at = now() + interval '{LEASE} s', cause = NULL
WHERE case_no = ANY(:case_nos) AND (free_at <= now() OR cause IS NOT NULL)
RETURNING case_no, told, attempts
""")
# Rows are locked in order of their numbers, as entering them does: neither waits for the other in a circle.
_SETTLE: Final = text("""
WITH p AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST(:settled AS json))
        AS given(case_no text, told integer, attempts integer, delay float, cause text)
), locked AS MATERIALIZED (
    SELECT case_no FROM intake.exchange_cases WHERE case_no IN (SELECT case_no FROM p) ORDER BY case_no FOR UPDATE
)
UPDATE intake.exchange_cases AS x SET
    told = GREATEST(x.told, p.told), attempts = p.attempts, cause = p.cause, free_at = now() + p.delay * interval '1 s'
FROM p JOIN locked USING (case_no)
WHERE x.case_no = p.case_no
""")
_SINCE: Final = text("""
SELECT case_no, known, told FROM intake.exchange_cases
WHERE case_no > :after AND (CAST(:only AS text) IS NULL OR case_no = :only)
    AND case_no IN (SELECT case_no FROM intake.events WHERE recorded_at >= :since)
ORDER BY case_no LIMIT :limit
""")
_UNKNOWN: Final = text("""
SELECT given FROM unnest(CAST(:case_nos AS text[])) AS given
WHERE NOT EXISTS (SELECT FROM intake.cases WHERE case_no = given)
""")


@dataclass(frozen=True)
class Claim:
    """A case nobody else writes for a while, and up to which event it had been told."""

    case_no: str
    told: int
    attempts: int


@dataclass(frozen=True)
class Settled:
    """``delay`` in seconds until it may be taken up again."""

    case_no: str
    told: int
    attempts: int = 0
    delay: float = 0
    cause: str | None = None


async def notice(connection: AsyncConnection) -> None:
    """Enters what has come since the last look. At the first, every case there is."""
    await connection.execute(_NOTICE)


async def notice_since(connection: AsyncConnection, since: datetime) -> None:
    """The same for events that came since then: whatever a look should have missed."""
    await connection.execute(_NOTICE_SINCE, {"since": since})


async def claim(connection: AsyncConnection, limit: int) -> list[Claim]:
    return [Claim(*row) for row in await connection.execute(_CLAIM, {"limit": limit})]


async def claim_these(connection: AsyncConnection, case_nos: Collection[str]) -> list[Claim]:
    """Those of them that nobody writes just now."""
    return [Claim(*row) for row in await connection.execute(_CLAIM_THESE, {"case_nos": list(case_nos)})]


async def settle(connection: AsyncConnection, settled: Sequence[Settled]) -> None:
    await connection.execute(_SETTLE, {"settled": to_json(settled).decode()})


async def page_since(
    connection: AsyncConnection, since: datetime, only: str | None, after: str, limit: int
) -> Mapping[str, tuple[int, int]]:
    """Cases an event of which has come since then, in order: the highest event seen, and up to which it was told."""
    rows = await connection.execute(_SINCE, {"since": since, "only": only, "after": after, "limit": limit})
    return {row.case_no: (row.known, row.told) for row in rows}


async def unknown(connection: AsyncConnection, case_nos: Collection[str]) -> list[str]:
    """Those of them that are no case of ours."""
    return list((await connection.execute(_UNKNOWN, {"case_nos": list(case_nos)})).scalars())
