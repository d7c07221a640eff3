"""Takes an act in: stored before it is acknowledged, then the case is asked, then the answer is the case's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lianban.contracts.acts import ActOutcome, rule_of
from lianban.platform.case_updates import Refused
from lianban.platform.database import Database
from lianban_adapters.acts import repository
from lianban_adapters.acts.carrier import Carrier
from lianban_adapters.acts.documents import Documents
from lianban_adapters.acts.missing import MISSING_PURPOSE, missing_faults
from lianban_adapters.acts.outbox import Outbox
from lianban_adapters.acts.problems import conflict, foreign_step, not_claimed, refused, step_not_open, unknown_task
from lianban_adapters.acts.results import expected_of, result_faults
from lianban_adapters.acts.schemas import ActAnswer
from lianban_adapters.acts.states import ActState
from lianban_adapters.acts.submission import Submission
from lianban_adapters.acts.tables import Act
from lianban_adapters.acts.validation import invalid
from lianban_adapters.channels.port import INBOX
from lianban_adapters.dossiers.client import Dossiers
from lianban_adapters.dossiers.reading import read_dossier
from lianban_adapters.tasks import repository as tasks
from lianban_adapters.tasks.states import TaskState
from lianban_adapters.tasks.tables import Task

REVIEW_REASON: Final = (
    "业务系统自动给出否定答复。不予受理、不予决定只能由工作人员作出（行政许可法第三十八条），请人工核办。"
)
_REVIEW_DETAIL: Final = "系统不得自动作出不予受理、不予决定，已转人工核办。"
_STORED_DETAIL: Final = "已收存，稍后送达办件；以同一编号重发可查询结果。"


@dataclass(frozen=True)
class Answer:
    """200 when the case has answered, 202 when something is still to come."""

    status: int
    body: ActAnswer


class Acts:
    def __init__(
        self,
        database: Database,
        documents: Documents,
        dossiers: Dossiers,
        carrier: Carrier,
        outbox: Outbox,
        update_timeout: float,
    ) -> None:
        self._database = database
        self._documents = documents
        self._dossiers = dossiers
        self._carrier = carrier
        self._outbox = outbox
        self._update_timeout = update_timeout

    async def take(self, submission: Submission) -> Answer:
        """Raises the problem to answer with when the act is not possible."""
        known = await self._look_up(submission)
        if known.came_before and (act := await self._first(submission)) is not None:
            return await self._repeat(act, submission)
        if submission.unproven:
            raise invalid(list(submission.unproven))
        task = _checked(known, submission)
        await self._check_missing(task, submission)
        document = await self._documents.keep(submission.prepared)
        if submission.is_automatic_denial and task is not None:
            return await self._leave_to_a_person(submission, document)
        state = ActState.WAITING if known.behind else ActState.RECEIVED
        async with self._database.connection() as connection:
            act = await repository.store(connection, submission, document, state)
        if act is None:
            return await self.take(submission)  # the same act came twice at once; now it is a repetition
        if known.behind:
            self._outbox.wake()
            return stored()
        return self._answer(await self._carrier.carry(act, self._update_timeout))

    async def _look_up(self, submission: Submission) -> repository.Known:
        async with self._database.connection() as connection:
            return await repository.look_up(connection, submission)

    async def _first(self, submission: Submission) -> Act | None:
        async with self._database.statements() as session:
            return await repository.by_id(session, submission.department, submission.act_id)

    async def _check_missing(self, task: Task | None, submission: Submission) -> None:
        """Raises the problem 422 for what the step does not ask for: nobody could ever hand it in."""
        document = submission.prepared.document
        if task is None or document is None or not document.missing:
            return
        dossier = await read_dossier(self._dossiers, task, MISSING_PURPOSE)
        if faults := list(missing_faults(dossier, document)):
            raise invalid(faults)

    async def _repeat(self, act: Act, submission: Submission) -> Answer:
        """The first answer again, whatever has become of task and case since."""
        if act.fingerprint != submission.fingerprint:
            raise conflict()
        match act.state:
            case ActState.APPLIED:
                return _applied(act.case_status, act.step_state)
            case ActState.REFUSED:
                raise refused(act.refusal or "", act.detail or "", act.rule)
            case ActState.REVIEW:
                return review()
            case ActState.WAITING:
                self._outbox.wake()
                return stored()
        return self._answer(await self._carrier.carry_again(act, self._update_timeout, heard=True))

    def _answer(self, outcome: ActOutcome | Refused | None) -> Answer:
        if outcome is None:
            self._outbox.wake()
            return stored()
        if isinstance(outcome, Refused):
            raise refused(outcome.slug, outcome.detail, outcome.rule)
        return _applied(outcome.case_status, outcome.step_state)

    async def _leave_to_a_person(self, submission: Submission, document: str | None) -> Answer:
        async with self._database.transactions() as session, session.begin():
            await repository.store(session, submission, document, ActState.REVIEW)
            await tasks.to_inbox(session, submission.task_id, INBOX, REVIEW_REASON)
        return review()


def _checked(known: repository.Known, submission: Submission) -> Task | None:
    """The task; none for an act on the case as a whole, of which the case alone knows whose business it is."""
    task = known.task
    if task is None and known.case:
        return None
    if task is None:
        raise unknown_task()
    rule = rule_of(submission.kind, task.step, submission.decision)
    if task.department != submission.department:
        raise foreign_step(rule)
    if task.state == TaskState.WITHDRAWN:
        raise step_not_open(rule)
    holder = submission.holder
    if holder is not None and (task.state, task.claimed_by) != (TaskState.CLAIMED, holder):
        raise step_not_open(rule) if task.state == TaskState.DECIDED else not_claimed()
    # A second decision is the case's to refuse: it says more than what that decision lacks.
    if task.state != TaskState.DECIDED and (faults := list(result_faults(expected_of(task), submission))):
        raise invalid(faults)
    return task


def _applied(case_status: str | None, step_state: str | None) -> Answer:
    return Answer(200, ActAnswer(status="applied", case_status=case_status, step_state=step_state))


def stored() -> Answer:
    return Answer(202, ActAnswer(status="stored", detail=_STORED_DETAIL))


def review() -> Answer:
    return Answer(202, ActAnswer(status="review", detail=_REVIEW_DETAIL))
