"""Carries stored acts to their cases and writes down what came of it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Final

from lianban.contracts.acts import ActOutcome
from lianban.contracts.names import ACCEPTANCE_STEP, UPDATE_ACT
from lianban.contracts.status import ActKind
from lianban.platform.case_updates import CaseUnreachable, CaseUpdates, Refused
from lianban.platform.database import Database, transaction
from lianban.platform.relay import EventRelay
from lianban_adapters.acts import repository
from lianban_adapters.acts.submission import department_act
from lianban_adapters.acts.tables import Act
from lianban_adapters.channels.port import INBOX
from lianban_adapters.tasks import repository as tasks
from lianban_adapters.tasks.standing import standing_after

_NOT_TAKEN: Final = "办件未接受已收存的办理动作："

_ENDING: Final = (ActKind.DECIDE, ActKind.NOT_ACCEPT)

_log = logging.getLogger(__name__)


class Carrier:
    """May carry one act any number of times, at once or one after the other: the case applies it once."""

    def __init__(self, database: Database, updates: CaseUpdates, relay: EventRelay) -> None:
        self._database = database
        self._updates = updates
        self._relay = relay

    async def carry(self, act: Act, timeout: float) -> ActOutcome | Refused | None:
        """In the request that brought the act. None when the case could not be asked: it waits in the outbox then."""
        return await self._carry(act, timeout, waited=0.0, heard=True)

    async def carry_again(self, act: Act, timeout: float, *, heard: bool) -> ActOutcome | Refused | None:
        """Later. ``heard``: whoever sent the act waits for the answer; a refusal nobody hears is shown in the
        department's inbox instead."""
        waited = max((datetime.now(UTC) - act.received_at).total_seconds(), 0.0)
        return await self._carry(act, timeout, waited=waited, heard=heard)

    async def _carry(self, act: Act, timeout: float, *, waited: float, heard: bool) -> ActOutcome | Refused | None:
        told = department_act(act, waited)
        try:
            outcome = await self._updates.send(act.case_no, UPDATE_ACT, told, timeout)
        except CaseUnreachable as error:
            _log.warning("act waits", extra={"task_id": act.task_id, "act_id": told.act_id, "error": str(error)})
            async with self._database.statements() as session:
                await repository.postpone(session, act)
            return None
        if isinstance(outcome, Refused):
            await self._refuse(act, outcome, heard)
        else:
            await self._finish(act, outcome)
        return outcome

    async def _refuse(self, act: Act, refused: Refused, heard: bool) -> None:
        async with transaction(self._database.transactions) as session:
            if await repository.refuse(session, act, refused) and not heard:
                await tasks.to_inbox(session, act.task_id, INBOX, f"{_NOT_TAKEN}{refused.detail}")

    async def _finish(self, act: Act, outcome: ActOutcome) -> None:
        async with self._database.connection() as connection:
            # First, for it may be repeated: an act that is known to be applied is not carried again.
            if standing := standing_after(act.step, outcome.events):
                await tasks.stand(connection, act.task_id, standing)
            if not await repository.finish(connection, act, outcome, ends_task=ends_task(act)):
                return  # somebody else carried it too, and was first
        self._relay.wake()


def ends_task(act: Act) -> bool:
    """Accepting ends the task of accepting, and no other; not accepting ends both."""
    return act.kind in _ENDING or (act.kind == ActKind.ACCEPT and act.step == ACCEPTANCE_STEP)
