"""Events of a case as its workflow would send them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from intake_world import World

from lianban.clock.limits import Light
from lianban.contracts.documents import ActDocument, ActResult, ResultFile
from lianban.contracts.events import CaseEvent, Due, EventBatch, RecordedEvents
from lianban.contracts.status import CaseStatus, Decision, EventKind, StepState
from lianban_intake.events.activities import EventActivities

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def due(day: int) -> Due:
    return Due(promised=date(2026, 3, day), legal=date(2026, 4, day), calendar_version="v1")


def event(seq: int, kind: EventKind, **fields: Any) -> CaseEvent:
    fields.setdefault("case_status", CaseStatus.IN_PROGRESS)
    fields.setdefault("at", START + timedelta(hours=seq))
    return CaseEvent(seq=seq, kind=kind, **fields)


def accepted(seq: int, **fields: Any) -> CaseEvent:
    return event(seq, EventKind.CASE_ACCEPTED, light=Light.GREEN, due=due(20), **fields)


def started(seq: int, step: str) -> CaseEvent:
    return event(
        seq, EventKind.STEP_STARTED, step=step, state=StepState.OPEN, light=Light.GREEN, department="d", due=due(9)
    )


def granted(seq: int, step: str, document: str | None = None) -> CaseEvent:
    return event(
        seq,
        EventKind.STEP_DECIDED,
        step=step,
        state=StepState.GRANTED,
        decision=Decision.GRANTED,
        document=document,
        officer="officer-1",
        act_id=f"act-{step}",
        due=due(9),
    )


def batch(case_no: str, *events: CaseEvent) -> EventBatch:
    return EventBatch(cases=(RecordedEvents(case_no=case_no, events=events),))


async def record(intake: World, case_no: str, *events: CaseEvent) -> None:
    await EventActivities(intake.state.direct).record_events(batch(case_no, *events))


async def licence(intake: World) -> str:
    """Digest of a document that grants the hygiene licence, with its file."""
    file = await intake.state.objects.put(b"%PDF-licence")
    return await put_document(
        intake,
        ActDocument(
            results=(
                ActResult(
                    code="licence",
                    name="卫生许可证",
                    number="鄂卫 1",
                    valid_from=date(2026, 3, 3),
                    file=ResultFile(name="许可证 1.pdf", media_type="application/pdf", digest=file, size=12),
                ),
            )
        ),
    )


async def put_document(intake: World, document: ActDocument) -> str:
    return await intake.state.objects.put(document.model_dump_json().encode())
