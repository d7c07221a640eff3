"""Names that services agree on: workflow, updates, query, activities, task queues, ids."""

from __future__ import annotations

from typing import Final

CASE_WORKFLOW: Final = "CaseWorkflow"

UPDATE_ACT: Final = "act"
UPDATE_SUPPLEMENT: Final = "supplement"
UPDATE_WITHDRAW: Final = "withdraw"
UPDATE_RECALENDAR: Final = "recalendar"
UPDATE_DELIVERY: Final = "delivery"
QUERY_PROGRESS: Final = "progress"

QUEUE_ORCHESTRATOR: Final = "orchestrator"
QUEUE_INTAKE: Final = "intake"
QUEUE_NOTIFY: Final = "notify"
QUEUE_DEPARTMENTS: Final = "departments"

ACTIVITY_RECORD_EVENTS: Final = "record_events"  # intake
ACTIVITY_SUBMIT_TASKS: Final = "submit_tasks"  # departments
ACTIVITY_SUBMIT_TASK: Final = "submit_task"  # dept-<code>; cases before edition 4
ACTIVITY_WITHDRAW_TASK: Final = "withdraw_task"  # dept-<code>
ACTIVITY_SUPPLEMENT_TASK: Final = "supplement_task"  # dept-<code>
ACTIVITY_SEND_MESSAGE: Final = "send_message"  # notify
ACTIVITY_DELIVER_RESULTS: Final = "deliver_results"  # notify

ACCEPTANCE_STEP: Final = "acceptance"
"""Step code of the lead department's acceptance task, where a theme is accepted by an officer."""

CASE_STEP: Final = "case"
"""Step code of acts on the whole case: the lead department extends it (L-EXT-15)."""


def department_queue(department: str) -> str:
    """Task queue of a department: its own isolation, rate limit and backlog figure."""
    return f"dept-{department}"


def task_id(case_no: str, step: str) -> str:
    """Id of a department's task: idempotency key of its submission."""
    return f"{case_no}:{step}"
