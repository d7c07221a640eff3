"""Withdrawal: the applicant takes the application back, while anything is left undecided."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from lianban.clock.rules import Rule
from lianban.contracts.acts import ActOutcome, Refusal, Withdrawal
from lianban.contracts.events import CaseEvent, EventBatch, RecordedEvents
from lianban.contracts.names import UPDATE_WITHDRAW
from lianban.contracts.status import CASE_STATUS_ZH, CLOSED, EventKind
from lianban.platform.problems import Problem
from lianban_intake.away import TemporalAway, reaching_temporal
from lianban_intake.cases import repository
from lianban_intake.cases.repository import Standing
from lianban_intake.cases.schemas import Withdrawn
from lianban_intake.cases.service import no_such_case
from lianban_intake.events.recorder import Recorder
from lianban_intake.outbox.starter import Starter

_CLOSED_ZH: Final = "该办件已经结束。"


@dataclass(frozen=True)
class Withdrawals:
    """``timeout`` in seconds, for the case to answer."""

    direct: AsyncEngine
    client: Client
    starter: Starter
    recorder: Recorder
    timeout: float

    async def withdraw(self, case_no: str, source: str | None, key: str) -> Withdrawn:
        """Repeating it with the same key gives the same answer. Raises 409 with the refusal, or 503."""
        act_id = act_id_of(case_no, key)
        async with self.direct.connect() as connection:
            standing = await repository.standing(connection, case_no, source)
        if standing is None:
            raise no_such_case()
        if standing.withdrawn is not None and standing.withdrawn.act_id == act_id:
            return _withdrawn(case_no, standing.withdrawn)
        if standing.status in CLOSED:
            raise _refused(Refusal.CASE_CLOSED, _CLOSED_ZH)
        outcome = await self._ask(case_no, act_id, standing)
        batch = EventBatch(cases=(RecordedEvents(case_no=case_no, events=outcome.events),))
        await self.recorder.record(batch)
        event = next(event for event in outcome.events if event.kind is EventKind.CASE_WITHDRAWN)
        return _withdrawn(case_no, event)

    async def _ask(self, case_no: str, act_id: str, standing: Standing) -> ActOutcome:
        try:
            with reaching_temporal():
                async with asyncio.timeout(self.timeout):
                    if standing.pending:
                        await self.starter.start_now(case_no)
                    return await self._update(case_no, act_id)
        except WorkflowUpdateFailedError as failure:
            cause = failure.cause
            if isinstance(cause, ApplicationError) and cause.type in set(Refusal):
                raise _refused(Refusal(cause.type), cause.message, *cause.details[:1]) from None
            raise
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                # It was started, so it has ended; the event that says so is still on its way here.
                raise _refused(Refusal.CASE_CLOSED, _CLOSED_ZH) from None
            raise
        except (TemporalAway, WorkflowUpdateRPCTimeoutOrCancelledError):
            raise _unavailable() from None

    async def _update(self, case_no: str, act_id: str) -> ActOutcome:
        handle = self.client.get_workflow_handle(case_no)
        outcome: ActOutcome = await handle.execute_update(
            UPDATE_WITHDRAW,
            Withdrawal(act_id=act_id),
            id=act_id,
            result_type=ActOutcome,
            rpc_timeout=timedelta(seconds=self.timeout),
        )
        return outcome


def act_id_of(case_no: str, key: str) -> str:
    """Id of the act and of its Update: the same for the same key, and nothing of the key can be read from it."""
    return f"withdraw-{hashlib.sha256(f'{case_no}:{key}'.encode()).hexdigest()[:32]}"


def _withdrawn(case_no: str, event: CaseEvent) -> Withdrawn:
    return Withdrawn(
        case_no=case_no,
        status=event.case_status,
        status_zh=CASE_STATUS_ZH[event.case_status],
        withdrawn_at=event.at,
    )


def _refused(refusal: Refusal, detail: str, rule: str = Rule.REMEDY) -> Problem:
    return Problem(409, refusal.value, "不能撤回", detail, extra={"rule": rule})


def _unavailable() -> Problem:
    detail = "撤回尚未办成。请稍后用同一个 Idempotency-Key 再试，不会重复办理。"
    return Problem(503, "unavailable", "撤回暂时无法办理", detail, headers={"Retry-After": "5"})
