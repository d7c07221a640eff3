"""A workflow that is as much of a case as departments meet: it submits tasks, takes acts, hands in supplements, takes
tasks back. Dates are made up: what follows from which act is the orchestrator's to know."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from lianban.clock.facts import ClockFacts, Stop
    from lianban.clock.rules import Rule
    from lianban.contracts import names
    from lianban.contracts.acts import ActOutcome, DepartmentAct, Refusal
    from lianban.contracts.events import CaseEvent, Due
    from lianban.contracts.orders import TaskOrder, TaskReceipt, TaskSupplement, TaskWithdrawal
    from lianban.contracts.status import ActKind, CaseStatus, Decision, EventKind, Role, StepState

CASE_QUEUE = "adapters-test-cases"
LAST_STEP = "last"
"""Deciding this step closes the case."""
UNWILLING_STEP = "unwilling"
"""No act on this step is possible."""
SLOW_STEP = "slow"
"""An act on this step is answered only after the signal ``go_on``."""

BEGAN, UNTIL, EXTENDED = date(2030, 1, 2), date(2030, 1, 12), date(2030, 3, 1)

_EVENTS = {
    ActKind.ACCEPT: EventKind.STEP_ACCEPTED,
    ActKind.NOT_ACCEPT: EventKind.STEP_NOT_ACCEPTED,
    ActKind.REQUEST_SUPPLEMENT: EventKind.STEP_SUPPLEMENT_REQUESTED,
    ActKind.STOP: EventKind.STEP_STOPPED,
    ActKind.RESUME: EventKind.STEP_RESUMED,
    ActKind.EXTEND: EventKind.STEP_EXTENDED,
    ActKind.OVERRIDE: EventKind.STEP_OVERRIDDEN,
    ActKind.DECIDE: EventKind.STEP_DECIDED,
}
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
        self._states: dict[str, StepState] = {}
        self._stops: dict[str, dict[str, Stop]] = {}
        self._requests: dict[str, int] = {}
        self._supplements: list[TaskSupplement] = []

    @workflow.run
    async def run(self, orders: list[TaskOrder]) -> int:
        self._departments = {order.step: order.department for order in orders}
        submissions = [asyncio.create_task(self._submit(order)) for order in orders]
        while not self._closed:
            await workflow.wait_condition(lambda: self._closed or bool(self._withdrawals or self._supplements))
            while self._supplements:
                await self._hand_in(self._supplements.pop())
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

    async def _hand_in(self, order: TaskSupplement) -> None:
        await workflow.execute_activity(
            names.ACTIVITY_SUPPLEMENT_TASK,
            order,
            task_queue=names.department_queue(order.department),
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_RETRY,
        )
        self._told.append(order.step)

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
        state = self._states[act.step] = self._state_after(act)
        if state not in (StepState.OPEN, StepState.SUPPLEMENT, StepState.STOPPED):
            self._ended.add(act.step)
        self._closed = act.step == LAST_STEP
        self._seq += 1
        status = CaseStatus.COMPLETED if self._closed else CaseStatus.IN_PROGRESS
        stops = self._stops.get(act.step, {})
        of_case = act.step == names.CASE_STEP
        event = CaseEvent(
            seq=self._seq,
            at=workflow.now(),
            kind=EventKind.CASE_EXTENDED if of_case else _EVENTS[act.kind],
            case_status=status,
            step=None if of_case else act.step,
            state=state,
            department=act.department,
            due=None if stops else Due(promised=EXTENDED, calendar_version="test"),
            decision=act.decision,
            actor=act.actor,
            officer=act.officer,
            act_id=act.act_id,
            document=act.document,
            role=act.role,
            procedure=act.procedure,
            days=act.days,
            until=UNTIL if act.kind is ActKind.REQUEST_SUPPLEMENT else None,
            clock=ClockFacts(started=BEGAN, stops=tuple(stops.values())),
        )
        step_state = None if of_case else state
        return ActOutcome(case_status=status, step_state=step_state, closed=self._closed, events=(event,))

    def _state_after(self, act: DepartmentAct) -> StepState:
        stops = self._stops.setdefault(act.step, {})
        match act.kind:
            case ActKind.DECIDE:
                return StepState.GRANTED if act.decision is Decision.GRANTED else StepState.REFUSED
            case ActKind.NOT_ACCEPT:
                return StepState.NOT_ACCEPTED
            case ActKind.REQUEST_SUPPLEMENT:
                self._requests[act.step] = self._requests.get(act.step, 0) + 1
                stops[act.kind] = Stop(began=BEGAN, reason="等待申请人补正", planned=UNTIL)
                return StepState.SUPPLEMENT
            case ActKind.OVERRIDE:
                self._requests[act.step] -= 1
            case ActKind.STOP:
                stops[str(act.procedure)] = Stop(began=BEGAN, reason=f"特别程序：{act.procedure}", planned=UNTIL)
            case ActKind.RESUME:
                del stops[str(act.procedure)]
        return StepState.STOPPED if stops else StepState.OPEN

    @act.validator
    def _check(self, act: DepartmentAct) -> None:
        if act.step == names.CASE_STEP and act.department != "market":
            raise ApplicationError("该环节不由本部门办理。", Rule.EXT_15, type=Refusal.FOREIGN_STEP)
        if act.step not in {*self._departments, names.CASE_STEP}:
            raise ApplicationError("该办件没有这个环节。", type=Refusal.UNKNOWN_STEP)
        if act.step in self._ended:
            raise ApplicationError("环节不在办理中。", type=Refusal.STEP_NOT_OPEN)
        if act.step == UNWILLING_STEP:
            raise ApplicationError("公示期未满。", type=Refusal.TOO_EARLY)
        self._check_clock(act)

    def _check_clock(self, act: DepartmentAct) -> None:
        state = self._states.get(act.step)
        stopped = str(act.procedure) in self._stops.get(act.step, {})
        if act.kind is ActKind.REQUEST_SUPPLEMENT and self._requests.get(act.step):
            raise ApplicationError("已经告知过一次补正内容。", Rule.ONCE, type=Refusal.ALREADY_REQUESTED)
        if act.kind is ActKind.RESUME and not stopped:
            raise ApplicationError("没有正在进行的该项特别程序。", Rule.STOP, type=Refusal.NOT_STOPPED)
        if act.kind is ActKind.STOP and stopped:
            raise ApplicationError("该项特别程序已在进行中。", Rule.STOP, type=Refusal.ALREADY_STOPPED)
        if act.kind is ActKind.EXTEND and act.role not in (Role.AGENCY_HEAD, Role.GOVERNMENT_HEAD):
            raise ApplicationError("批准人不符合规定的身份。", Rule.EXT_10, type=Refusal.WRONG_ROLE)
        if act.kind is ActKind.OVERRIDE and not self._requests.get(act.step):
            raise ApplicationError("没有可以准许的例外。", Rule.ONCE, type=Refusal.NOT_OVERRIDABLE)
        if act.kind is ActKind.NOT_ACCEPT and state is not None:
            raise ApplicationError("已经受理。", Rule.ACCEPT_5, type=Refusal.ACCEPTANCE_OVER)
        if act.kind is ActKind.DECIDE and state is StepState.STOPPED:
            raise ApplicationError("特别程序尚未结束。", Rule.STOP, type=Refusal.STOPPED)

    @workflow.signal
    def go_on(self) -> None:
        self._slow = False

    @workflow.signal
    def hand_in(self, order: TaskSupplement) -> None:
        self._states[order.step] = StepState.OPEN
        self._stops[order.step] = {}
        self._supplements.append(order)

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
