"""Reading what is sealed, and writing down who did: one statement does both, so neither happens without the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban_intake.applications.tables import StoredCompilation
from lianban_intake.dossiers.cut import DossierCut

# The log is written whether or not the case is found: an attempt is an access too.
_OPEN: Final = text("""
WITH logged AS (
    INSERT INTO intake.dossier_accesses (case_no, step, subject, purpose)
    VALUES (:case_no, :step, :subject, :purpose)
)
SELECT a.compilation, a.form, a.applicant, a.delivery, a.materials,
    (SELECT json_object_agg(s.code, s.document) FROM intake.case_steps AS s
     WHERE s.case_no = a.case_no AND s.document IS NOT NULL) AS documents,
    (SELECT json_agg(json_build_object('act_id', p.act_id, 'content', encode(p.content, 'base64')) ORDER BY p.seq)
     FROM intake.supplements AS p WHERE p.case_no = a.case_no AND p.state = 'applied') AS corrections,
    EXISTS (SELECT FROM intake.supplements AS p WHERE p.case_no = a.case_no AND p.state = 'pending') AS awaiting
FROM intake.applications AS a
WHERE a.case_no = :case_no
""")


@dataclass(frozen=True)
class Access:
    """``step`` None: the recipient's contact."""

    case_no: str
    step: str | None
    subject: str
    purpose: str


async def open_case(connection: AsyncConnection, access: Access) -> Row[Any] | None:
    """The case's sealed columns, its compilation's digest, the documents of its steps' acts (step → digest), the
    corrections its case has taken, and whether it is ``awaiting`` the case's answer to another."""
    return (await connection.execute(_OPEN, vars(access))).one_or_none()


async def cut_of_compilation(connection: AsyncConnection, digest: str) -> DossierCut:
    query = select(StoredCompilation.dossiers).where(StoredCompilation.digest == digest)
    return DossierCut.model_validate((await connection.execute(query)).scalar_one())
