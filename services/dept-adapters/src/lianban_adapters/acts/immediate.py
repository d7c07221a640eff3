"""Answers a department gives at once, in its answer to a task: acts like any others, carried by the outbox."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder
from lianban.platform.crypto import Keyring
from lianban.platform.database import Database, transaction
from lianban.platform.problems import Problem
from lianban_adapters.acts import repository
from lianban_adapters.acts.documents import Documents
from lianban_adapters.acts.missing import MISSING_PURPOSE, missing_faults
from lianban_adapters.acts.outbox import Outbox
from lianban_adapters.acts.results import result_faults
from lianban_adapters.acts.schemas import CallbackAct
from lianban_adapters.acts.service import REVIEW_REASON
from lianban_adapters.acts.states import ActState
from lianban_adapters.acts.submission import Submission, of_system
from lianban_adapters.acts.validation import invalid, parse
from lianban_adapters.channels.port import INBOX
from lianban_adapters.dossiers.client import Dossiers
from lianban_adapters.tasks import repository as tasks

_UNREADABLE: Final = "业务系统的即时答复不合格式，缺少应有的办理结果、文件，或者须由他人批准，未采用，请人工核办。"
_ID_TAKEN: Final = "业务系统的即时答复所用的编号已用于另一个办理动作，未采用，请人工核办。"

_log = logging.getLogger(__name__)


class ImmediateAnswers:
    def __init__(
        self, database: Database, documents: Documents, dossiers: Dossiers, outbox: Outbox, keyring: Keyring
    ) -> None:
        self._database = database
        self._documents = documents
        self._dossiers = dossiers
        self._outbox = outbox
        self._keyring = keyring

    async def take(self, order: TaskOrder, channel: str, answers: Sequence[Any]) -> tuple[str, bool]:
        """The task is acknowledged and its answers are stored, together: where the task lies then, and whether it was
        still waiting to be sent. What no case may get is left to a person: an answer that cannot be read, lacks results
        or needs somebody above the department, and a denial by a system (L-REFUSE). Raises
        :class:`DossierUnavailable`."""
        identity = task_id(order.case_no, order.step)
        try:
            submissions = [await self._submission(order, identity, answer) for answer in answers]
        except Problem as problem:
            faults = [f"{fault.pointer} {fault.code}" for fault in problem.errors]
            _log.warning("immediate answer not usable", extra={"task_id": identity, "faults": faults})
            async with self._database.statements() as session:
                return INBOX, await tasks.mark_sent(session, identity, INBOX, _UNREADABLE)
        documents = [await self._documents.keep(submission.prepared) for submission in submissions]
        async with transaction(self._database.transactions) as session:
            reason = None
            for submission, document in zip(submissions, documents, strict=True):
                reason = await self._store(session, submission, document) or reason
            lies_in = INBOX if reason else channel
            acknowledged = await tasks.mark_sent(session, identity, lies_in, reason)
        self._outbox.wake()
        return lies_in, acknowledged

    async def _store(self, session: AsyncSession, submission: Submission, document: str | None) -> str | None:
        """Why a person has to look at the task; none: nobody has to."""
        state = ActState.REVIEW if submission.is_automatic_denial else ActState.WAITING
        if await repository.store(session, submission, document, state) is None:
            known = await repository.by_id(session, submission.department, submission.act_id)
            if known is None or known.fingerprint != submission.fingerprint:
                return _ID_TAKEN
        return REVIEW_REASON if state is ActState.REVIEW else None

    async def _submission(self, order: TaskOrder, identity: str, answer: Any) -> Submission:
        act = parse(CallbackAct, answer, datetime.now(UTC))
        if act.task_id != identity:
            raise Problem(422, "invalid-act", "答复的是另一项任务")
        submission = of_system(order.department, act, self._keyring)
        faults = [*submission.unproven, *result_faults(order.results, submission)]
        if (document := submission.prepared.document) and document.missing:
            dossier = await self._dossiers.fetch(order.case_no, order.step, MISSING_PURPOSE, order.documents)
            faults += missing_faults(dossier, document)
        if faults:
            raise invalid(faults)
        return submission
