"""Writing a folded batch: one statement, one round trip, whatever the batch holds.

The statement locks the batch's cases in order of their numbers before it touches anything, so batches of different
senders never wait for each other in a circle. Official documents are numbered for events this statement is the first to
store. Every assignment is the join that ``projection.py`` describes:
GREATEST leaves out NULLs, and a group of columns is taken when its number is the higher one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban_intake.events.projection import Folded
from lianban_intake.official_documents.numbering import Reservation

_RECORD: Final = text("""
WITH known AS MATERIALIZED (
    SELECT case_no FROM intake.cases
    WHERE case_no IN (SELECT case_no FROM json_to_recordset(CAST(:cases AS json)) AS p(case_no text))
    ORDER BY case_no FOR NO KEY UPDATE
), stored AS (
    INSERT INTO intake.events (case_no, seq, at, kind, body)
    SELECT case_no, seq, at, kind, body
    FROM json_to_recordset(CAST(:events AS json))
        AS e(case_no text, seq integer, at timestamptz, kind text, body json)
    ON CONFLICT (case_no, seq) DO NOTHING
    RETURNING case_no, seq
), numbered AS (
    INSERT INTO intake.official_documents (case_no, seq, kind, number, dated)
    SELECT case_no, d.seq, kind, prefix || nextval('intake.official_document_serials') || '号', dated
    FROM json_to_recordset(CAST(:documents AS json)) AS d(
        case_no text, seq integer, kind text, prefix text, dated date, step text, step_kind text
    ) JOIN stored USING (case_no, seq) JOIN known USING (case_no)
    WHERE d.step_kind IS NULL OR d.step_kind = (
        SELECT s.kind FROM intake.case_steps AS s WHERE s.case_no = d.case_no AND s.code = d.step
    )
), steps AS (
    UPDATE intake.case_steps AS s SET
        state = CASE WHEN p.seq > s.seq THEN p.state ELSE s.state END,
        light = CASE WHEN p.seq > s.seq THEN p.light ELSE s.light END,
        seq = GREATEST(s.seq, p.seq),
        promised_due = CASE WHEN p.due_seq > s.due_seq THEN p.promised_due ELSE s.promised_due END,
        legal_due = CASE WHEN p.due_seq > s.due_seq THEN p.legal_due ELSE s.legal_due END,
        due_provisional = CASE WHEN p.due_seq > s.due_seq THEN p.due_provisional ELSE s.due_provisional END,
        due_started = CASE WHEN p.due_seq > s.due_seq THEN p.due_started ELSE s.due_started END,
        due_seq = GREATEST(s.due_seq, p.due_seq),
        clock = CASE WHEN p.clock_seq > s.clock_seq THEN p.clock ELSE s.clock END,
        clock_seq = GREATEST(s.clock_seq, p.clock_seq),
        moves = CASE WHEN p.moves IS NULL THEN s.moves ELSE COALESCE(s.moves, '{}') || p.moves END,
        started_at = GREATEST(s.started_at, p.started_at),
        ended_at = GREATEST(s.ended_at, p.ended_at),
        decision = CASE WHEN p.decision_seq > s.decision_seq THEN p.decision ELSE s.decision END,
        document = CASE WHEN p.decision_seq > s.decision_seq THEN p.document ELSE s.document END,
        decision_seq = GREATEST(s.decision_seq, p.decision_seq)
    FROM json_to_recordset(CAST(:steps AS json)) AS p(
        case_no text, code text, state text, light text, seq integer,
        promised_due date, legal_due date, due_provisional boolean, due_started date, due_seq integer,
        clock json, clock_seq integer, moves jsonb,
        started_at timestamptz, ended_at timestamptz, decision text, document text, decision_seq integer
    ) JOIN known USING (case_no)
    WHERE s.case_no = p.case_no AND s.code = p.code
), shipped AS (
    INSERT INTO intake.shipments AS s (case_no, number, state, seq)
    SELECT case_no, number, state, seq
    FROM json_to_recordset(CAST(:shipments AS json)) AS p(case_no text, number integer, state text, seq integer)
    JOIN known USING (case_no)
    ON CONFLICT (case_no, number) DO UPDATE SET state = EXCLUDED.state, seq = EXCLUDED.seq WHERE EXCLUDED.seq > s.seq
), moved AS (
    UPDATE intake.cases AS c SET
        status = CASE WHEN p.seq > c.seq THEN p.status ELSE c.status END,
        seq = GREATEST(c.seq, p.seq),
        light = CASE WHEN p.light_seq > c.light_seq THEN p.light ELSE c.light END,
        light_seq = GREATEST(c.light_seq, p.light_seq),
        promised_due = CASE WHEN p.due_seq > c.due_seq THEN p.promised_due ELSE c.promised_due END,
        legal_due = CASE WHEN p.due_seq > c.due_seq THEN p.legal_due ELSE c.legal_due END,
        due_provisional = CASE WHEN p.due_seq > c.due_seq THEN p.due_provisional ELSE c.due_provisional END,
        due_started = CASE WHEN p.due_seq > c.due_seq THEN p.due_started ELSE c.due_started END,
        calendar_version = CASE WHEN p.due_seq > c.due_seq THEN p.calendar_version ELSE c.calendar_version END,
        due_seq = GREATEST(c.due_seq, p.due_seq),
        clock = CASE WHEN p.clock_seq > c.clock_seq THEN p.clock ELSE c.clock END,
        clock_seq = GREATEST(c.clock_seq, p.clock_seq),
        moves = CASE WHEN p.moves IS NULL THEN c.moves ELSE COALESCE(c.moves, '{}') || p.moves END,
        outcome = CASE WHEN p.outcome_seq > c.outcome_seq THEN p.outcome ELSE c.outcome END,
        outcome_seq = GREATEST(c.outcome_seq, p.outcome_seq),
        accepted_at = GREATEST(c.accepted_at, p.accepted_at),
        deemed = c.deemed OR p.deemed,
        complete_at = GREATEST(c.complete_at, p.complete_at),
        decided_at = GREATEST(c.decided_at, p.decided_at),
        closed_at = GREATEST(c.closed_at, p.closed_at)
    FROM json_to_recordset(CAST(:cases AS json)) AS p(
        case_no text, status text, seq integer, light text, light_seq integer,
        promised_due date, legal_due date, due_provisional boolean, due_started date, calendar_version text,
        due_seq integer, clock json, clock_seq integer, moves jsonb,
        outcome text, outcome_seq integer,
        accepted_at timestamptz, deemed boolean, complete_at timestamptz, decided_at timestamptz, closed_at timestamptz
    ) JOIN known USING (case_no)
    WHERE c.case_no = p.case_no
)
SELECT case_no FROM known
""")


async def record(connection: AsyncConnection, folded: Folded, documents: Sequence[Reservation]) -> set[str]:
    """Stores the events, numbers the documents of those that are new, and moves the rows. Returns the numbers of those
    cases that exist."""
    rows = await connection.execute(
        _RECORD,
        {
            "events": to_json(folded.events, exclude_none=True).decode(),
            "steps": to_json(folded.steps).decode(),
            "shipments": to_json(folded.shipments).decode(),
            "cases": to_json(folded.cases).decode(),
            "documents": to_json(documents).decode(),
        },
    )
    return set(rows.scalars())
