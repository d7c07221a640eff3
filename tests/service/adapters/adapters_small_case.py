"""A workflow that is as much of a case as departments meet: it submits tasks, takes acts, takes tasks back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from lianban.contracts import names
    from lianban.contracts.acts import ActOutcome, DepartmentAct, Refusal
    from lianban.contracts.events import CaseEvent
    from lianban.contracts.orders import TaskOrder, TaskReceipt, TaskWithdrawal
    from lianban.contracts.status import ActKind, CaseStatus, Decision, EventKind, StepState

CASE_QUEUE = "adapters-test-cases"
LAST_STEP = "last"
"""Deciding this step closes the case."""
UNWILLING_STEP = "unwilling"
"""No act on this step is possible."""
SLOW_STEP = "slow"
"""An act on this step is answered only after the signal ``go_on``."""

_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=1))


@workflow.defn(name=names.CASE_WORKFLOW)
class SmallCase:
    def __init__(self) -> None:
        self._departments: dict[str, str] = {}
        self._ended: set[str] = set()
        self._seq = 100
        self._slow = True
        self._closed = False
        self._receipts: dict[str, TaskReceipt] = {}
        self._acts: list[DepartmentAct] = []
        self._withdrawals: list[TaskWithdrawal] = []
        self._told: list[str] = []

    @workflow.run
    async def run(self, orders: list[TaskOrder]) -> int:
        self._departments = {order.step: order.department for order in orders}
        submissions = [asyncio.create_task(self._submit(order)) for order in orders]
        while not self._closed:
            await workflow.wait_condition(lambda: self._closed or bool(self._withdrawals))
            while self._withdrawals:
                await self._withdraw(self._withdrawals.pop())
        for submission in submissions:
            submission.cancel()
        return len(self._acts)

    async def _submit(self, order: TaskOrder) -> None:
        self._receipts[order.step] = await workflow.execute_activity(
            names.ACTIVITY_SUBMIT_TASK,
            order,
            result_type=TaskReceipt,
            task_queue=names.department_queue(order.department),
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_RETRY,
        )

    async def _withdraw(self, order: TaskWithdrawal) -> None:
        self._ended.add(order.step)
        await workflow.execute_activity(
            names.ACTIVITY_WITHDRAW_TASK,
            order,
            task_queue=names.department_queue(order.department),
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_RETRY,
        )
        self._told.append(order.step)

    @workflow.update(name=names.UPDATE_ACT)
    async def act(self, act: DepartmentAct) -> ActOutcome:
        if act.step == SLOW_STEP:
            await workflow.wait_condition(lambda: not self._slow)
        self._acts.append(act)
        state = StepState.OPEN
        if act.kind is ActKind.DECIDE:
            self._ended.add(act.step)
            state = StepState.GRANTED if act.decision is Decision.GRANTED else StepState.REFUSED
        self._closed = act.step == LAST_STEP
        self._seq += 1
        status = CaseStatus.COMPLETED if self._closed else CaseStatus.IN_PROGRESS
        event = CaseEvent(
            seq=self._seq,
            at=workflow.now(),
            kind=EventKind.STEP_DECIDED if act.kind is ActKind.DECIDE else EventKind.STEP_ACCEPTED,
            case_status=status,
            step=act.step,
            state=state,
            department=act.department,
            decision=act.decision,
            actor=act.actor,
            officer=act.officer,
            act_id=act.act_id,
            document=act.document,
        )
        return ActOutcome(case_status=status, step_state=state, closed=self._closed, events=(event,))

    @act.validator
    def _check(self, act: DepartmentAct) -> None:
        if act.step not in self._departments:
            raise ApplicationError("该办件没有这个环节。", type=Refusal.UNKNOWN_STEP)
        if act.step in self._ended:
            raise ApplicationError("环节不在办理中。", type=Refusal.STEP_NOT_OPEN)
        if act.step == UNWILLING_STEP:
            raise ApplicationError("公示期未满。", type=Refusal.TOO_EARLY)

    @workflow.signal
    def go_on(self) -> None:
        self._slow = False

    @workflow.signal
    def take_back(self, order: TaskWithdrawal) -> None:
        self._withdrawals.append(order)

    @workflow.signal
    def close(self) -> None:
        self._closed = True

    @workflow.query
    def receipts(self) -> dict[str, TaskReceipt]:
        return self._receipts

    @workflow.query
    def acts(self) -> list[DepartmentAct]:
        return self._acts

    @workflow.query
    def told(self) -> list[str]:
        return self._told
