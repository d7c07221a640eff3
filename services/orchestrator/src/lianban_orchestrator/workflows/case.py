"""CaseWorkflow: one workflow per case, workflow id = case number."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from lianban.contracts import names
    from lianban.contracts.acts import ActOutcome, DeliveryAct, DepartmentAct, Recalendar, Supplement, Withdrawal
    from lianban.contracts.base import Contract
    from lianban.contracts.case import CaseInput, CaseProgress, CaseResult
    from lianban.contracts.events import CaseEvent, EventBatch, RecordedEvents
    from lianban.contracts.orders import (
        DeliveryReceipt,
        MessageOrder,
        TaskOrder,
        TaskOrders,
        TaskSupplement,
        TaskWithdrawal,
    )
    from lianban.contracts.status import MESSAGE_ZH, CaseStatus, Cause, DeliveryState, EventKind
    from lianban.platform.retry import OUTWARD, OUTWARD_TIMEOUT, RECORD, RECORD_TIMEOUT
    from lianban_orchestrator.domain import acts, timing
    from lianban_orchestrator.domain.machine import CaseMachine
    from lianban_orchestrator.domain.refusals import ActRefused
    from lianban_orchestrator.domain.shipments import Shipment
    from lianban_orchestrator.workflows import orders
    from lianban_orchestrator.workflows.attributes import Attributes
    from lianban_orchestrator.workflows.details import details_of


_SUMMARY = 60
"""Characters of an activity's summary, so that it stays within the 400 bytes the server allows."""

_UNACCEPTED = (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT)


@contextlib.contextmanager
def _as_failure() -> Iterator[None]:
    """A refused act crosses Temporal with its refusal as failure type, and the rule it breaks as detail."""
    try:
        yield
    except ActRefused as refused:
        raise ApplicationError(
            str(refused), refused.rule.value, type=refused.refusal.value, non_retryable=True
        ) from None


async def _outward(activity: str, order: Contract, queue: str, summary: str, result: type | None = None) -> Any:
    """A service does what leaves the platform: it is tried until it has worked."""
    return await workflow.execute_activity(
        activity,
        order,
        result_type=result,
        task_queue=queue,
        start_to_close_timeout=OUTWARD_TIMEOUT,
        retry_policy=OUTWARD,
        summary=summary,
    )


@workflow.defn(name=names.CASE_WORKFLOW)
class CaseWorkflow:
    """Carries the plan out: what is decided stands in the machine, this class only does what the machine asks for.

    A defect in this code leaves the case waiting for a repaired worker (a failed workflow task is retried), never
    failed: nothing accepted is lost.
    """

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        self._case = case
        self._machine = CaseMachine(
            case.case_no, case.plan, case.calendar, case.received_at, case.delivery, case.edition
        )
        self._attributes = Attributes(case)
        self._errands: set[asyncio.Task[None]] = set()
        self._submissions: dict[str, tuple[asyncio.Task[None], TaskOrder]] = {}
        """By step, those that may not have been carried out."""
        self._troubles: list[str] = []
        self._told_accepted = False
        self._changed = True

    @workflow.run
    async def run(self, case: CaseInput) -> CaseResult:
        self._receive()
        watch = asyncio.create_task(self._watch_deadlines())
        while not self._over():
            self._changed = False
            self._publish()
            await workflow.wait_condition(lambda: self._changed or self._over())
        watch.cancel()
        self._publish()
        await workflow.wait_condition(workflow.all_handlers_finished)
        assert self._machine.outcome is not None
        return CaseResult(case_no=case.case_no, status=self._machine.status, outcome=self._machine.outcome)

    # -- what others do ---------------------------------------------------------------------------------------

    @workflow.update(name=names.UPDATE_ACT)
    def act(self, act: DepartmentAct) -> ActOutcome:
        """A department accepts, asks, stops, extends or decides."""
        self._catch_up(act.waited)
        with _as_failure():  # again: another act of the same turn, or time, may have come first
            events = acts.apply(self._machine, act, workflow.now())
        self._tell(events)
        return self._outcome(events, act.step)

    @act.validator
    def _validate_act(self, act: DepartmentAct) -> None:
        with _as_failure():
            acts.check(self._machine, act, workflow.now())

    @workflow.update(name=names.UPDATE_SUPPLEMENT)
    def supplement(self, handed_in: Supplement) -> ActOutcome:
        """The applicant has handed in what a step, or the acceptance, found missing."""
        self._catch_up(handed_in.waited)
        with _as_failure():
            events = acts.apply_supplement(self._machine, handed_in, workflow.now())
        self._errand(self._hand_in(orders.supplement_order(self._case, self._machine, events[0], handed_in.step)))
        return self._outcome(events, handed_in.step)

    @supplement.validator
    def _validate_supplement(self, handed_in: Supplement) -> None:
        with _as_failure():
            acts.check_supplement(self._machine, handed_in, workflow.now())

    @workflow.update(name=names.UPDATE_RECALENDAR)
    def recalendar(self, new: Recalendar) -> ActOutcome:
        """Every date is counted anew by a new calendar."""
        with _as_failure():
            events = timing.recalendar(self._machine, new.calendar, workflow.now())
        return self._outcome(events)

    @recalendar.validator
    def _validate_recalendar(self, new: Recalendar) -> None:
        with _as_failure():
            timing.check_recalendar(self._machine, new.calendar)

    @workflow.update(name=names.UPDATE_WITHDRAW)
    def withdraw(self, withdrawal: Withdrawal) -> ActOutcome:
        """The applicant takes the application back; approvals that exist stay."""
        accepting = self._machine.status in _UNACCEPTED
        with _as_failure():
            events = self._machine.withdraw(workflow.now(), withdrawal.act_id)
        self._send(orders.withdrawn_message(self._case, tuple(events)))
        if accepting:
            self._withdraw_task(names.ACCEPTANCE_STEP, self._case.plan.lead_department, Cause.APPLICANT_WITHDREW)
        return self._outcome(events)

    @withdraw.validator
    def _validate_withdraw(self, withdrawal: Withdrawal) -> None:
        with _as_failure():
            self._machine.check_withdraw()

    @workflow.update(name=names.UPDATE_DELIVERY)
    def delivery(self, act: DeliveryAct) -> ActOutcome:
        """The parcel moved, or results were collected."""
        events = self._machine.move_delivery(act.shipment, act.state, workflow.now(), act)
        return self._outcome(events)

    @delivery.validator
    def _validate_delivery(self, act: DeliveryAct) -> None:
        with _as_failure():
            self._machine.check_delivery(act)

    @workflow.query(name=names.QUERY_PROGRESS)
    def progress(self) -> CaseProgress:
        return self._machine.progress()

    def details(self) -> str:
        """The case as operators read it, Markdown, as of the last turn."""
        return details_of(self._machine, workflow.now(), self._troubles)

    def _outcome(self, events: list[CaseEvent], step: str | None = None) -> ActOutcome:
        """Go on from the change, and tell the one who caused it: events travel back with the outcome."""
        self._go_on()
        known = self._machine.steps.get(step) if step else None
        return ActOutcome(
            case_status=self._machine.status,
            step_state=known.state if known else None,
            closed=self._machine.closed,
            events=tuple(events),
        )

    # -- what the case does -------------------------------------------------------------------------------------

    def _receive(self) -> None:
        if self._machine.status is not CaseStatus.RECEIVED:
            return  # withdrawn in the very first turn, before this line was reached
        if self._machine.accepts_on_filing:
            self._tell_accepted(self._machine.accept(workflow.now()))
        else:
            order = orders.acceptance_order(self._case, self._machine.acceptance_clock)
            self._hand_over([order])
        self._go_on()

    def _go_on(self) -> None:
        """Whatever has become possible: open steps, take tasks back, ship results."""
        now = workflow.now()
        if self._machine.accepted_at is not None:
            self._tell_accepted([])
        self._hand_over(
            [
                orders.task_order(self._case, step, self._machine.documents_before(step), event)
                for step, event in self._machine.start_ready(now)
            ]
        )
        for step, cause in self._machine.take_withdrawals():
            self._withdraw_task(step.plan.code, step.plan.department, cause)
        while (ready := self._machine.take_shipment(now)) is not None:
            self._errand(self._deliver(*ready))
        self._changed = True

    def _tell_accepted(self, events: list[CaseEvent]) -> None:
        """Once, however the case came to be accepted. ``events``: what nothing else carries to the intake."""
        if not self._told_accepted:
            self._told_accepted = True
            self._send(orders.accepted_message(self._case, tuple(events)))

    def _tell(self, events: list[CaseEvent]) -> None:
        """The applicant is told in writing of what the law wants told: each event of that kind has its message."""
        for event in events:
            if event.kind in orders.TOLD:
                self._send(orders.told_message(self._case, event, self._machine.steps.get(event.step or "")))

    def _hand_over(self, tasks: list[TaskOrder]) -> None:
        if not self._machine.hands_over_together:
            self._submissions |= {order.step: (self._errand(self._submit(order)), order) for order in tasks}
        elif tasks:
            submission = self._errand(self._submit_together(tasks))
            self._submissions |= {order.step: (submission, order) for order in tasks}

    def _withdraw_task(self, step: str, department: str, cause: Cause) -> None:
        events: tuple[CaseEvent, ...] = ()
        submission, order = self._submissions.pop(step, (None, None))
        if submission is not None and order is not None and not submission.done():
            if all(other is not submission for other, _ in self._submissions.values()):
                submission.cancel()  # nothing in it is wanted any more
            events = order.events  # nobody may have seen them yet
        self._errand(self._withdraw(orders.withdrawal_order(self._case, step, department, cause, events)))

    def _send(self, order: MessageOrder) -> None:
        self._errand(self._message(order))

    def _errand(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Each runs by itself: one that waits holds up nothing else. The case ends when all are done."""
        task = asyncio.create_task(self._run_errand(doing))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)
        return task

    async def _run_errand(self, doing: Coroutine[Any, Any, None]) -> None:
        """An errand that failed for good (its retries do not end by themselves, so somebody ended them) is shown to
        operators; the case, its clocks and its other errands go on."""
        try:
            await doing
        except ActivityError as failure:
            if not is_cancelled_exception(failure):
                self._troubles.append(
                    f"{failure.activity_type}（{failure.retry_state.name if failure.retry_state else ''}）"
                )
        self._changed = True

    def _over(self) -> bool:
        return self._machine.closed and not self._errands

    # -- time -----------------------------------------------------------------------------------------------------

    async def _watch_deadlines(self) -> None:
        """One timer for the whole case, at the earliest instant at which anything becomes due."""
        while True:
            alarm = timing.next_alarm(self._machine)
            if alarm is None:
                await workflow.wait_condition(lambda: timing.next_alarm(self._machine) is not None)
                continue
            at, of = alarm
            wait = at - workflow.now()
            if wait > timedelta(0):
                with contextlib.suppress(TimeoutError):
                    await workflow.wait_condition(
                        lambda at=at: timing.next_instant(self._machine) != at,  # type: ignore[misc]
                        timeout=wait,
                        timeout_summary=f"时限 {of}",
                    )
            self._tick(workflow.now())

    def _catch_up(self, waited: float) -> None:
        """What had become due before an act was handed in comes before it, whichever of the two reaches us first."""
        if self._machine.time_first:
            self._tick(self._machine.when(waited, workflow.now()))

    def _tick(self, now: datetime) -> None:
        unaccepted = self._machine.status in _UNACCEPTED
        events = timing.tick(self._machine, now)
        if not events:
            return
        for event in events:
            if event.kind in (EventKind.STEP_LIGHT, EventKind.CASE_LIGHT):
                self._send(orders.light_message(self._case, event, self._machine.steps.get(event.step or "")))
        self._tell(events)
        if unaccepted and self._machine.status not in _UNACCEPTED:
            lapsed = self._machine.status is CaseStatus.LAPSED
            cause = Cause.NOT_SUPPLEMENTED if lapsed else Cause.DEEMED
            self._withdraw_task(names.ACCEPTANCE_STEP, self._case.plan.lead_department, cause)
        self._record(events)
        self._go_on()

    # -- errands ----------------------------------------------------------------------------------------------------

    async def _submit(self, order: TaskOrder) -> None:
        queue = names.department_queue(order.department)
        await _outward(names.ACTIVITY_SUBMIT_TASK, order, queue, f"分送 {order.step_name}")

    async def _submit_together(self, tasks: list[TaskOrder]) -> None:
        names_of = "、".join(order.step_name for order in tasks)
        summary = f"分送 {names_of}" if len(names_of) <= _SUMMARY else f"分送 {len(tasks)} 个环节"
        await _outward(names.ACTIVITY_SUBMIT_TASKS, TaskOrders(tasks=tuple(tasks)), names.QUEUE_DEPARTMENTS, summary)

    async def _withdraw(self, order: TaskWithdrawal) -> None:
        queue = names.department_queue(order.department)
        await _outward(names.ACTIVITY_WITHDRAW_TASK, order, queue, f"收回 {order.step}")

    async def _hand_in(self, order: TaskSupplement) -> None:
        queue = names.department_queue(order.department)
        await _outward(names.ACTIVITY_SUPPLEMENT_TASK, order, queue, f"转送补正 {order.step}")

    async def _message(self, order: MessageOrder) -> None:
        await _outward(names.ACTIVITY_SEND_MESSAGE, order, names.QUEUE_NOTIFY, f"告知 {MESSAGE_ZH[order.kind]}")

    async def _deliver(self, shipment: Shipment, event: CaseEvent) -> None:
        earlier = self._machine.shipments.shipped[: shipment.number - 1]
        last = shipment.final and all(part.state is DeliveryState.SIGNED for part in earlier)
        order = orders.delivery_order(self._case, shipment, self._machine.outcome, last, event)
        receipt: DeliveryReceipt = await _outward(
            names.ACTIVITY_DELIVER_RESULTS, order, names.QUEUE_NOTIFY, f"送达 {shipment.number}", DeliveryReceipt
        )
        events = self._machine.move_delivery(shipment.number, receipt.state, workflow.now())
        if self._machine.closed and not last and self._machine.status is not CaseStatus.WITHDRAWN:
            # The other parts were signed for meanwhile: neither their news nor this order could say "finished".
            self._send(orders.finished_message(self._case, self._machine.outcome))
        if events:
            self._record(events)
            self._go_on()

    def _record(self, events: list[CaseEvent]) -> None:
        """Events that nothing else carries to the intake."""
        self._errand(self._record_events(events))

    async def _record_events(self, events: list[CaseEvent]) -> None:
        await workflow.execute_activity(
            names.ACTIVITY_RECORD_EVENTS,
            EventBatch(cases=(RecordedEvents(case_no=self._case.case_no, events=tuple(events)),)),
            task_queue=names.QUEUE_INTAKE,
            start_to_close_timeout=RECORD_TIMEOUT,
            retry_policy=RECORD,
            summary="记录事件",
        )

    def _publish(self) -> None:
        """What operators search for, once per turn and only when it changed."""
        self._attributes.publish(self._machine)
