"""Reading what a supplement depends on, and writing it: with its place in the outbox, or not at all."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.catalog.form import FormSpec
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, StepState
from lianban.platform.crypto import Keyring
from lianban_intake.applications.tables import Application, StoredCompilation
from lianban_intake.cases.repository import visible
from lianban_intake.cases.tables import Case, CaseStep
from lianban_intake.dossiers.cut import DossierCut
from lianban_intake.events.tables import Event
from lianban_intake.outbox.repository import GRACE
from lianban_intake.sealed import unseal_supplement
from lianban_intake.supplements.corrections import Corrections
from lianban_intake.supplements.requests import REQUESTED
from lianban_intake.supplements.states import SupplementState
from lianban_intake.supplements.tables import SupplementRow
from lianban_intake.supplements.validation import Compiled

# Both rows or none: none where the act is there already, or another answers the request.
_HAND_IN: Final = text("""
WITH handed_in AS (
    INSERT INTO intake.supplements (act_id, case_no, step, request_seq, handed_in_by, body_hash, content, state)
    VALUES (:act_id, :case_no, :step, :request_seq, :handed_in_by, :body_hash, :content, 'pending')
    ON CONFLICT DO NOTHING
    RETURNING act_id
)
INSERT INTO intake.pending_supplements (act_id, due_at)
SELECT act_id, now() + CAST(:grace AS integer) * interval '1 second' FROM handed_in
""")


@dataclass(frozen=True)
class CaseStanding:
    """Bytes are sealed. ``asked``: events by which something was asked of the applicant, in order."""

    status: CaseStatus
    theme: str
    compilation: str
    form: bytes
    applicant: bytes
    names: Mapping[str, str]
    states: Mapping[str, StepState]
    asked: Sequence[CaseEvent]


async def standing(connection: AsyncConnection, case_no: str, source: str | None) -> CaseStanding | None:
    """None when there is no such case among those of the source (None: of all)."""
    query = (
        select(Case.status, Case.theme, Application.compilation, Application.form, Application.applicant)
        .join(Application, Application.case_no == Case.case_no)
        .where(Case.case_no == case_no, visible(source))
    )
    case = (await connection.execute(query)).one_or_none()
    if case is None:
        return None
    steps = (
        await connection.execute(
            select(CaseStep.code, CaseStep.name, CaseStep.state)
            .where(CaseStep.case_no == case_no)
            .order_by(CaseStep.position)
        )
    ).all()
    bodies = await connection.scalars(
        select(Event.body).where(Event.case_no == case_no, Event.kind.in_(REQUESTED)).order_by(Event.seq)
    )
    return CaseStanding(
        status=CaseStatus(case.status),
        theme=case.theme,
        compilation=case.compilation,
        form=case.form,
        applicant=case.applicant,
        names={step.code: step.name for step in steps},
        states={step.code: StepState(step.state) for step in steps},
        asked=[CaseEvent.model_validate(body) for body in bodies],
    )


async def compiled(connection: AsyncConnection, digest: str) -> Compiled:
    query = select(StoredCompilation.form, StoredCompilation.dossiers).where(StoredCompilation.digest == digest)
    row = (await connection.execute(query)).one()
    return Compiled(FormSpec.model_validate(row.form), DossierCut.model_validate(row.dossiers))


async def all_of(connection: AsyncConnection, case_no: str) -> Sequence[Row[Any]]:
    """Supplements of the case, whatever became of them, in the order they were handed in."""
    columns = SupplementRow.__table__.columns
    query = select(*columns).where(SupplementRow.case_no == case_no).order_by(SupplementRow.handed_in_at)
    return (await connection.execute(query)).all()


async def find(connection: AsyncConnection, act_id: str) -> Row[Any] | None:
    """With the ``body`` of the event by which the case took it."""
    query: Select[Any] = (
        select(*SupplementRow.__table__.columns, Event.body)
        .outerjoin(Event, (Event.case_no == SupplementRow.case_no) & (Event.seq == SupplementRow.seq))
        .where(SupplementRow.act_id == act_id)
    )
    row: Row[Any] | None = (await connection.execute(query)).one_or_none()
    return row


async def applied(connection: AsyncConnection, keyring: Keyring, case_no: str) -> list[Corrections]:
    """Corrections the case has taken, in the order it took them."""
    query = (
        select(SupplementRow.act_id, SupplementRow.content)
        .where(SupplementRow.case_no == case_no, SupplementRow.state == SupplementState.APPLIED)
        .order_by(SupplementRow.seq)
    )
    rows = (await connection.execute(query)).all()
    return [Corrections.model_validate(unseal_supplement(keyring, row.content, row.act_id)) for row in rows]


def unsealed(keyring: Keyring, rows: Iterable[Mapping[str, str]]) -> list[Corrections]:
    """The same, of rows that came along as JSON: bytes in base 64."""
    return [
        Corrections.model_validate(unseal_supplement(keyring, b64decode(row["content"]), row["act_id"])) for row in rows
    ]


async def hand_in(
    connection: AsyncConnection,
    *,
    act_id: str,
    case_no: str,
    step: str,
    request_seq: int,
    handed_in_by: str,
    body_hash: str,
    content: bytes,
) -> None:
    """Nothing is written when the act is there already, or another answers the request."""
    values = {
        "act_id": act_id,
        "case_no": case_no,
        "step": step,
        "request_seq": request_seq,
        "handed_in_by": handed_in_by,
        "body_hash": body_hash,
        "content": content,
        "grace": GRACE,
    }
    await connection.execute(_HAND_IN, values)
