"""Takes acts on sample tasks as the platform takes them: the same validation, the same answers, and no case behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lianban.contracts.acts import rule_of
from lianban.contracts.status import ActKind, CaseStatus, StepState
from lianban.platform.crypto import Keyring
from lianban.platform.problems import FieldError, Problem
from lianban_adapters.acts.missing import missing_faults
from lianban_adapters.acts.problems import conflict, foreign_step, step_not_open, unknown_task
from lianban_adapters.acts.results import result_faults
from lianban_adapters.acts.schemas import ActAnswer, CallbackAct
from lianban_adapters.acts.service import Answer, review
from lianban_adapters.acts.submission import Submission, of_system
from lianban_adapters.acts.validation import invalid
from lianban_adapters.conformance.standing import Standing
from lianban_adapters.samples.tasks import SampleTask


@dataclass
class _Entry:
    task: SampleTask
    standing: Standing
    obstacle: Problem | None = None


class Desk:
    """``requested``: told of each task whose applicant is asked for a supplement."""

    def __init__(self, department: str, requested: Callable[[SampleTask], None] = lambda _: None) -> None:
        self.department = department
        self.keyring = Keyring.generate()
        self._requested = requested
        self._entries: dict[str, _Entry] = {}
        self._acts: dict[str, tuple[str, Answer | Problem]] = {}

    def open(self, task: SampleTask) -> None:
        self._entries[task.task_id] = _Entry(task, Standing(task.order.step))

    def obstruct(self, task_id: str, obstacle: Problem | None) -> None:
        """What every act on the task is answered until it is taken away. 5xx stands before anything is read."""
        self._entries[task_id].obstacle = obstacle

    def supplemented(self, task_id: str) -> None:
        self._entries[task_id].standing.supplemented()

    def withdrawn(self, task_id: str) -> None:
        self._entries[task_id].standing.withdrawn()

    def out_of_order(self, task_id: str) -> Problem | None:
        entry = self._entries.get(task_id)
        return entry.obstacle if entry and entry.obstacle and entry.obstacle.status >= 500 else None

    def faults(self, act: CallbackAct) -> tuple[FieldError, ...]:
        """Against its task, whatever has become of it."""
        entry = self._entries.get(act.task_id)
        if entry is None:
            return (FieldError("/task_id", "unknown-task", "没有发送过这项任务"),)
        return tuple(self._content_faults(entry, of_system(self.department, act, self.keyring)))

    def fingerprint(self, act: CallbackAct) -> str:
        return of_system(self.department, act, self.keyring).fingerprint

    async def take(self, submission: Submission) -> Answer:
        """Raises the problem to answer with."""
        if problem := self.out_of_order(submission.task_id):
            raise problem
        if known := self._acts.get(submission.act_id):
            fingerprint, first = known
            if fingerprint != submission.fingerprint:
                raise conflict()
        else:
            first = self._first(submission)
            if not isinstance(first, Problem) or first.status == 409:
                self._acts[submission.act_id] = (submission.fingerprint, first)
        if isinstance(first, Problem):
            raise first
        return first

    def _first(self, submission: Submission) -> Answer | Problem:
        """What comes of an act that is new."""
        try:
            entry = self._known(submission)
            if entry.obstacle:
                raise entry.obstacle
            if submission.is_automatic_denial:
                return review()
            entry.standing.apply(submission)
        except Problem as problem:
            return problem
        if submission.kind is ActKind.REQUEST_SUPPLEMENT:
            self._requested(entry.task)
        state = entry.standing.state.value
        return Answer(200, ActAnswer(status="applied", case_status=CaseStatus.IN_PROGRESS, step_state=state))

    def _known(self, submission: Submission) -> _Entry:
        entry = self._entries.get(submission.task_id)
        if entry is None:
            raise unknown_task()
        rule = rule_of(submission.kind, entry.task.order.step, submission.decision)
        if entry.task.order.department != submission.department:
            raise foreign_step(rule)
        if entry.standing.state is StepState.CANCELLED:
            raise step_not_open(rule)
        decided = entry.standing.state in (StepState.GRANTED, StepState.REFUSED)
        if not decided and (faults := self._content_faults(entry, submission)):
            raise invalid(faults)
        return entry

    def _content_faults(self, entry: _Entry, submission: Submission) -> list[FieldError]:
        document = submission.prepared.document
        missing = missing_faults(entry.task.dossier, document) if document else ()
        return [*submission.unproven, *result_faults(entry.task.order.results, submission), *missing]
