"""Starting a case's workflow. Idempotent: the workflow id is the case number, and it is started once for ever."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError

from lianban.catalog.terms import AcceptanceMode
from lianban.clock.deadlines import deadline, local_date, start_of_day
from lianban.clock.limits import Light
from lianban.contracts import search_attributes as known
from lianban.contracts.case import CaseInput
from lianban.contracts.names import CASE_WORKFLOW, QUEUE_ORCHESTRATOR
from lianban.contracts.status import CaseStatus
from lianban_intake.away import reaching_temporal

_TIMEOUT: Final = timedelta(seconds=10)


async def start(client: Client, case: CaseInput) -> None:
    """Returns once Temporal has the case, now or since before. Raises TemporalAway."""
    with reaching_temporal(), contextlib.suppress(WorkflowAlreadyStartedError):  # started, and has ended since
        await client.start_workflow(
            CASE_WORKFLOW,
            case,
            id=case.case_no,
            task_queue=QUEUE_ORCHESTRATOR,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=attributes_of(case),
            static_summary=summary_of(case),
            rpc_timeout=_TIMEOUT,
        )


def summary_of(case: CaseInput) -> str:
    """What operators read in a list. No personal data."""
    return f"{case.plan.theme_name} · {case.case_no} · {case.plan.lead_department_name}牵头"


def attributes_of(case: CaseInput) -> TypedSearchAttributes:
    """As the workflow would set them in its first turn, so that it need not: an upsert costs the server more than
    all of these together cost with the start."""
    plan = case.plan
    accepted = plan.acceptance is AcceptanceMode.ON_FILING
    status = CaseStatus.IN_PROGRESS if accepted else CaseStatus.RECEIVED
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(known.THEME_CODE, plan.theme),
        SearchAttributePair(known.DIVISION_CODE, plan.division),
        SearchAttributePair(known.LEAD_DEPARTMENT, plan.lead_department),
        SearchAttributePair(known.CASE_STATUS, status.value),
        SearchAttributePair(known.LIGHT, Light.GREEN.value),
        SearchAttributePair(known.CHANNEL, case.channel.value),
        SearchAttributePair(known.CATALOG_VERSION, plan.version),
        SearchAttributePair(known.CALENDAR_VERSION, case.calendar.version),
        SearchAttributePair(known.PENDING_DEPARTMENTS, _first_departments(case, accepted)),
    ]
    if accepted:
        pairs += _dues(case)
    return TypedSearchAttributes(pairs)


def _first_departments(case: CaseInput, accepted: bool) -> list[str]:
    if not accepted:
        return [case.plan.lead_department]
    return list(dict.fromkeys(step.department for step in case.plan.steps if not step.after))


def _dues(case: CaseInput) -> Iterator[SearchAttributePair[datetime]]:
    limit, received = case.plan.limit, local_date(case.received_at)

    def last_day(amount: int) -> date:
        return deadline(case.calendar, received, amount, limit.unit).day

    yield SearchAttributePair(known.PROMISED_DUE, start_of_day(last_day(limit.promised)))
    if limit.legal is not None:
        yield SearchAttributePair(known.LEGAL_DUE, start_of_day(last_day(limit.legal)))
