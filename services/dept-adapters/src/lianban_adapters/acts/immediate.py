"""Answers a department gives at once, in its answer to a task: they go to the case with the task's receipt."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from lianban.contracts.acts import DepartmentAct
from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder, TaskReceipt
from lianban.platform.crypto import Keyring
from lianban.platform.database import transaction
from lianban.platform.problems import Problem
from lianban_adapters.acts import repository
from lianban_adapters.acts.carrier import ends_task
from lianban_adapters.acts.documents import Documents
from lianban_adapters.acts.schemas import CallbackAct
from lianban_adapters.acts.service import REVIEW_REASON
from lianban_adapters.acts.states import ActState
from lianban_adapters.acts.submission import Submission, department_act, of_system
from lianban_adapters.acts.validation import parse
from lianban_adapters.channels.port import INBOX
from lianban_adapters.database import Database
from lianban_adapters.tasks import repository as tasks
from lianban_adapters.tasks.tables import Task

_UNREADABLE: Final = "业务系统的即时答复不合格式，未采用，请人工核办。"

_log = logging.getLogger(__name__)


class ImmediateAnswers:
    def __init__(self, database: Database, documents: Documents, keyring: Keyring) -> None:
        self._database = database
        self._documents = documents
        self._keyring = keyring

    async def returned(self, identity: str) -> tuple[DepartmentAct, ...]:
        """Answers of a task that was acknowledged by an earlier attempt."""
        async with self._database.statements() as session:
            return tuple(department_act(act) for act in await repository.returned(session, identity))

    async def take(self, order: TaskOrder, channel: str, answers: Sequence[Any]) -> TaskReceipt:
        """The task is acknowledged and its answers are stored, together. What no case may get is left to a person:
        an answer that cannot be read, and a refusal by a system (L-REFUSE)."""
        identity = task_id(order.case_no, order.step)
        try:
            submissions = [self._submission(order, identity, answer) for answer in answers]
        except Problem as problem:
            faults = [f"{fault.pointer} {fault.code}" for fault in problem.errors]
            _log.warning("immediate answer not usable", extra={"task_id": identity, "faults": faults})
            return await self._acknowledge(identity, INBOX, _UNREADABLE, [])
        if any(submission.is_automatic_refusal for submission in submissions):
            return await self._acknowledge(identity, INBOX, REVIEW_REASON, submissions)
        return await self._acknowledge(identity, channel, None, submissions)

    async def _acknowledge(
        self, identity: str, channel: str, reason: str | None, submissions: Sequence[Submission]
    ) -> TaskReceipt:
        documents = [await self._documents.keep(submission.prepared) for submission in submissions]
        async with transaction(self._database.transactions) as session:
            await tasks.mark_sent(session, identity, channel, reason)
            task = await session.get_one(Task, identity)
            for submission, document in zip(submissions, documents, strict=True):
                state = ActState.REVIEW if submission.is_automatic_refusal else ActState.RETURNED
                act = await repository.store(session, submission, task, document, state)
                if act is not None and state is ActState.RETURNED and ends_task(act):
                    await tasks.mark_decided(session, identity)
            acts = await repository.returned(session, identity)
        return TaskReceipt(channel=channel, acts=tuple(department_act(act) for act in acts))

    def _submission(self, order: TaskOrder, identity: str, answer: Any) -> Submission:
        act = parse(CallbackAct, answer, datetime.now(UTC))
        if act.task_id != identity:
            raise Problem(422, "invalid-act", "答复的是另一项任务")
        return of_system(order.department, act, self._keyring)
