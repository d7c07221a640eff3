"""Whether a decision brings what its task expects: an applicant cannot be sent what nobody handed over. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lianban.catalog.plan import PlanResult
from lianban.contracts.status import Decision
from lianban.platform.problems import FieldError
from lianban_adapters.acts.submission import Submission
from lianban_adapters.tasks.tables import Task


def expected_of(task: Task) -> tuple[PlanResult, ...]:
    """From the stored order; none for a withdrawal that overtook it."""
    return tuple(PlanResult.model_validate(result) for result in (task.details or {}).get("results", ()))


def result_faults(expected: Collection[PlanResult], submission: Submission) -> Iterator[FieldError]:
    """What a granted decision lacks: each deliverable result, with its file, and no result the step does not yield.

    A refusal is not looked at: what it encloses is no result of the step.
    """
    if submission.decision is not Decision.GRANTED:
        return
    known = {result.code: result for result in expected}
    document = submission.prepared.document
    written = document.results if document else ()
    for number, result in enumerate(written):
        if result.code not in known:
            yield FieldError(f"/results/{number}/code", "unknown-result", "本任务没有该代码的办理结果")
        elif known[result.code].deliverable and result.file is None:
            message = f"“{known[result.code].name}”要送达申请人，须附文件"
            yield FieldError(f"/results/{number}/file", "missing", message)
    brought = {result.code for result in written}
    for due in expected:
        if due.deliverable and due.code not in brought:
            yield FieldError("/results", "missing", f"缺少要送达申请人的办理结果“{due.name}”（{due.code}）")
