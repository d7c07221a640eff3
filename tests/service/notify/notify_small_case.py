"""A workflow that is as much of a case as notify meets: it delivers results and hears how they move."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from lianban.contracts import names
    from lianban.contracts.acts import ActOutcome, DeliveryAct, Refusal
    from lianban.contracts.events import CaseEvent
    from lianban.contracts.orders import DeliveryOrder, DeliveryReceipt, MessageOrder
    from lianban.contracts.status import CaseStatus, DeliveryState, EventKind, Outcome

CASE_QUEUE = "notify-test-cases"
_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=1))


@workflow.defn(name=names.CASE_WORKFLOW)
class SmallCase:
    """Ends when every shipment is signed, and there is a last one (with an outcome)."""

    def __init__(self) -> None:
        self._orders: list[DeliveryOrder] = []
        self._messages: list[MessageOrder] = []
        self._states: dict[int, DeliveryState] = {}
        self._acts: list[DeliveryAct] = []
        self._last = False
        self._withdrawn = False
        self._seq = 100

    @workflow.run
    async def run(self) -> int:
        while not self._closed:
            await workflow.wait_condition(lambda: self._closed or bool(self._orders or self._messages))
            while self._messages:
                await self._run(names.ACTIVITY_SEND_MESSAGE, self._messages.pop(0))
            while self._orders:
                order = self._orders.pop(0)
                receipt = await self._run(names.ACTIVITY_DELIVER_RESULTS, order, DeliveryReceipt)
                self._states.setdefault(order.shipment, receipt.state)
                self._last = self._last or order.outcome is not None
                self._withdrawn = order.outcome is Outcome.WITHDRAWN
        await workflow.wait_condition(workflow.all_handlers_finished)
        return len(self._acts)

    async def _run(self, name: str, order: object, result: type | None = None) -> DeliveryReceipt:
        receipt: DeliveryReceipt = await workflow.execute_activity(
            name,
            order,
            result_type=result,
            task_queue=names.QUEUE_NOTIFY,
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=_RETRY,
        )
        return receipt

    @property
    def _closed(self) -> bool:
        return self._last and all(state is DeliveryState.SIGNED for state in self._states.values())

    @workflow.signal
    def deliver(self, order: DeliveryOrder) -> None:
        self._orders.append(order)

    @workflow.signal
    def tell(self, order: MessageOrder) -> None:
        self._messages.append(order)

    @workflow.signal
    def end(self) -> None:
        self._last = True

    @workflow.update(name=names.UPDATE_DELIVERY)
    def delivery(self, act: DeliveryAct) -> ActOutcome:
        self._acts.append(act)
        if act.collected or self._states.get(act.shipment) is not DeliveryState.RETURNED:
            self._states[act.shipment] = act.state
        self._seq += 1
        ended = CaseStatus.WITHDRAWN if self._withdrawn else CaseStatus.COMPLETED
        status = ended if self._closed else CaseStatus.DELIVERING
        event = CaseEvent(
            seq=self._seq,
            at=workflow.now(),
            kind=EventKind.DELIVERY_MOVED,
            case_status=status,
            delivery=act.state,
            act_id=act.act_id,
        )
        return ActOutcome(case_status=status, closed=self._closed, events=(event,))

    @delivery.validator
    def _check(self, act: DeliveryAct) -> None:
        if act.shipment > 9:
            raise ApplicationError("该办件没有这笔送达。", type=Refusal.NO_DELIVERY)

    @workflow.query
    def states(self) -> list[DeliveryState]:
        return list(self._states.values())

    @workflow.query
    def heard(self) -> list[DeliveryAct]:
        return self._acts

    @workflow.query
    def acts(self) -> list[str]:
        return [act.act_id for act in self._acts]
