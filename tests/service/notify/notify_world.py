"""A running service with everything around it, and what tests say to it."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import httpx
from notify_outside import Courier, Gateway, Intake, MailServer
from notify_small_case import CASE_QUEUE, SmallCase
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowHandle

from fixtures.cable import Cable
from lianban.catalog.terms import DeliveryMode
from lianban.contracts import names
from lianban.contracts.events import CaseEvent
from lianban.contracts.orders import DeliverableResult, DeliveryOrder, MessageOrder
from lianban.contracts.status import CaseStatus, DeliveryState, EventKind, MessageKind, Outcome
from lianban.platform.auth import Role, TokenAuthority
from lianban.platform.webhooks import sign

_cases = itertools.count(1)


@dataclass
class World:
    http: httpx.AsyncClient
    temporal: Client
    cable: Cable
    intake: Intake
    gateway: Gateway
    courier: Courier
    mail: MailServer
    courier_secret: str
    authority: TokenAuthority
    engine: AsyncEngine

    async def case(self) -> WorkflowHandle[Any, Any]:
        case_no = f"429006E1-{next(_cases)}-{uuid.uuid4().hex[:8]}"
        return await self.temporal.start_workflow(names.CASE_WORKFLOW, id=case_no, task_queue=CASE_QUEUE)

    async def deliver(
        self,
        case: WorkflowHandle[Any, Any],
        mode: DeliveryMode = DeliveryMode.COURIER,
        outcome: Outcome | None = Outcome.GRANTED,
        shipment: int = 1,
        *,
        last: bool = False,
        refusals: tuple[int, ...] = (),
    ) -> DeliveryOrder:
        changes = {"last": last, "refusals": refusals}
        order = delivery_order(case.id, mode, outcome, shipment).model_copy(update=changes)
        await case.signal(SmallCase.deliver, order)
        return order

    async def tell(self, case: WorkflowHandle[Any, Any], kind: MessageKind, **changes: Any) -> MessageOrder:
        order = MessageOrder(
            key=f"{case.id}:{kind.value}", case_no=case.id, kind=kind, theme_name="开办幼儿园", **changes
        )
        await case.signal(SmallCase.tell, order)
        return order

    async def ordered(self, order: DeliveryOrder) -> str:
        """The courier's number, once the order is acknowledged."""
        await self.until(lambda: self._has_state(order))
        return self.courier.order_nos[order.key]

    async def _has_state(self, order: DeliveryOrder) -> bool:
        return any(row["key"] == order.key and row["state"] for row in await self.rows("deliveries", order.case_no))

    async def track(self, order_no: str, state: str, **changes: Any) -> httpx.Response:
        """A signed callback of the courier."""
        event = {
            "event_id": f"{order_no}-{state}",
            "order_no": order_no,
            "waybill_no": f"W{order_no[1:]}",
            "state": state,
            "occurred_at": datetime.now(UTC).isoformat(),
            "place": "天门市揽投部",
            **changes,
        }
        body = to_json({name: value for name, value in event.items() if value is not ...})
        headers = sign(self.courier_secret, event["event_id"], body)
        return await self.http.post("/v1/courier/tracking", content=body, headers=headers)

    def bearer(self, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.authority.issue(f'{role}-1', (role,))}"}

    async def view(self, case_no: str) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/deliveries/{case_no}", headers=self.bearer("operator"))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def texts(self, case_no: str) -> list[str]:
        """SMS about a case, in the order in which they arrived."""
        return [message["text"] for message in self.gateway.messages.values() if case_no in message["key"]]

    def mails(self, case_no: str) -> list[EmailMessage]:
        return [mail for mail in self.mail.mails if case_no in mail["Subject"]]

    async def until(self, true: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not await true():
            assert time.monotonic() < end, "did not come about"
            await asyncio.sleep(0.05)

    async def heard(self, case_no: str, *words: str) -> list[str]:
        """SMS about a case, once one with each of these words is there."""

        async def there() -> bool:
            return all(any(word in text for text in self.texts(case_no)) for word in words)

        await self.until(there)
        return self.texts(case_no)

    async def recorded(self, case_no: str, number: int) -> list[CaseEvent]:
        """Events the intake has recorded of a case, once there are so many."""

        async def there() -> bool:
            return len(self.intake.events[case_no]) >= number

        await self.until(there)
        return self.intake.events[case_no]

    async def rows(self, table: str, case_no: str) -> list[dict[str, Any]]:
        column = {"letters": "message_key", "delivery_events": "delivery_key"}.get(table, "case_no")
        query = text(f"SELECT * FROM notify.{table} WHERE {column} LIKE :start ORDER BY 1, 2")
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(query, {"start": f"{case_no}%"})).mappings()]


def delivery_order(case_no: str, mode: DeliveryMode, outcome: Outcome | None, shipment: int = 1) -> DeliveryOrder:
    event = CaseEvent(
        seq=shipment,
        at=datetime.now(UTC),
        kind=EventKind.DELIVERY_ORDERED,
        case_status=CaseStatus.DELIVERING,
        delivery=DeliveryState.ORDERED,
        shipment=shipment,
    )
    return DeliveryOrder(
        key=f"{case_no}:delivery:{shipment}",
        case_no=case_no,
        theme_name="开办幼儿园",
        mode=mode,
        outcome=outcome,
        results=(DeliverableResult(code="licence", name="办学许可证", step="licence"),),
        shipment=shipment,
        events=(event,),
    )
