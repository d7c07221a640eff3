"""The one place where a delivery's news reaches its case: the Update ``delivery`` on the case's workflow."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from lianban.contracts.acts import ActOutcome, DeliveryAct, Refusal
from lianban.contracts.names import UPDATE_DELIVERY

_COMPLETED_WITH_IT: Final = "AcceptedUpdateCompletedWorkflow"


class CaseUnreachable(Exception):
    """Temporal or the case did not answer in time. The act may have been applied or not: ask again, same id."""


@dataclass(frozen=True)
class Refused:
    """The case will never take it."""

    slug: str


class CaseUpdates:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def deliver(self, case_no: str, act: DeliveryAct, timeout: float) -> ActOutcome | Refused:
        """``timeout`` in seconds. Raises :class:`CaseUnreachable`."""
        handle = self._client.get_workflow_handle(case_no)
        try:
            async with asyncio.timeout(timeout):
                return await self._ask(handle, act)
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError, RuntimeError, OSError) as error:
            # The client turns a cancellation into an error of its own; it must not be lost on the way.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from None
            raise CaseUnreachable(type(error).__name__) from error

    async def _ask(self, handle: WorkflowHandle[Any, Any], act: DeliveryAct) -> ActOutcome | Refused:
        try:
            outcome: ActOutcome = await handle.execute_update(
                UPDATE_DELIVERY, act, id=act.act_id, result_type=ActOutcome
            )
            return outcome
        except WorkflowUpdateFailedError as failed:
            return _refused(failed)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        # A case that is over takes no Update, but still knows the outcome of one it took before.
        try:
            known: ActOutcome = await handle.get_update_handle(act.act_id, result_type=ActOutcome).result()
            return known
        except WorkflowUpdateFailedError as failed:
            return _refused(failed)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return Refused(Refusal.CASE_CLOSED)


def _refused(failed: WorkflowUpdateFailedError) -> Refused:
    kind = failed.cause.type if isinstance(failed.cause, ApplicationError) else None
    return Refused(Refusal.CASE_CLOSED if kind in (None, _COMPLETED_WITH_IT) else str(kind))
