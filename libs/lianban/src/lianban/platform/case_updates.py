"""Updates of a case: the one way in which what others do reaches its workflow, and what comes back from it."""

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

from lianban.clock.rules import Rule
from lianban.contracts.acts import ActOutcome, DeliveryAct, DepartmentAct, Recalendar, Refusal, Supplement, Withdrawal

UNFORESEEN: Final = "act-refused"
"""The case failed the act for a reason that is no :class:`Refusal`. Its answer is final all the same."""

Act = DepartmentAct | DeliveryAct | Supplement | Withdrawal | Recalendar

_COMPLETED_WITH_IT: Final = "AcceptedUpdateCompletedWorkflow"
_CLOSED: Final = "该办件已经结束。"
_NOT_SAID: Final = "办件未接受该动作。"


class CaseUnreachable(Exception):
    """Temporal or the case did not answer (in time). The act may have been applied or not: ask again, same id."""


@dataclass(frozen=True)
class Refused:
    """``slug`` is a :class:`Refusal` or :data:`UNFORESEEN`; ``detail`` is Chinese; ``rule``: by which it is refused."""

    slug: str
    detail: str
    rule: Rule | None = None


class CaseUpdates:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, case_no: str, update: str, act: Act, timeout: float) -> ActOutcome | Refused:
        """The Update's id is the act's: a repetition gets the first outcome. ``timeout`` in seconds. Raises
        :class:`CaseUnreachable`."""
        handle = self._client.get_workflow_handle(case_no)
        try:
            async with asyncio.timeout(timeout):
                return await self._ask(handle, update, act)
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError, RuntimeError, OSError) as error:
            # The client hides a cancellation behind an error of its own; it must not be lost on the way.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from None
            raise CaseUnreachable(type(error).__name__) from error

    async def _ask(self, handle: WorkflowHandle[Any, Any], update: str, act: Act) -> ActOutcome | Refused:
        try:
            applied: ActOutcome = await handle.execute_update(update, act, id=act.act_id, result_type=ActOutcome)
            return applied
        except WorkflowUpdateFailedError as failed:
            return _refused(failed.cause)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        return await self._of_closed(handle, act.act_id)

    async def _of_closed(self, handle: WorkflowHandle[Any, Any], act_id: str) -> ActOutcome | Refused:
        """A closed case takes no Update, but it still knows the outcome of one it had taken before it closed."""
        try:
            applied: ActOutcome = await handle.get_update_handle(act_id, result_type=ActOutcome).result()
            return applied
        except WorkflowUpdateFailedError as failed:
            return _refused(failed.cause)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return Refused(Refusal.CASE_CLOSED, _CLOSED)


def _refused(cause: BaseException) -> Refused:
    if isinstance(cause, ApplicationError) and cause.type in set(Refusal):
        return Refused(cause.type, cause.message, _rule_of(cause))
    if isinstance(cause, ApplicationError) and cause.type == _COMPLETED_WITH_IT:
        return Refused(Refusal.CASE_CLOSED, _CLOSED)
    return Refused(UNFORESEEN, _NOT_SAID)


def _rule_of(refusal: ApplicationError) -> Rule | None:
    """Its first detail. A case of an older edition names none."""
    named = refusal.details[0] if refusal.details else None
    return Rule(named) if named in set(Rule) else None
