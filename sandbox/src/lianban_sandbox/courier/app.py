"""HTTP surface of the courier."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lianban_sandbox.courier.parcels import Command, Depot, Order, Parcel, order_number
from lianban_sandbox.web import Refused, answer, application, listing, read, signed


class Control(BaseModel):
    """``down``: orders are answered 503."""

    model_config = ConfigDict(extra="forbid")

    interval_seconds: float | None = Field(default=None, ge=0, le=86_400)
    held: bool = False
    down: bool = False


class ParcelCommand(BaseModel):
    model_config = ConfigDict(extra="forbid")

    command: Command


class Courier:
    """Handlers over one depot."""

    def __init__(self, depot: Depot) -> None:
        self._depot = depot
        self._interval = depot.interval
        self._down = False

    async def order(self, request: Request) -> Response:
        """Signed by whoever orders. 201 for a new order, 200 for the same again, 409 for another one under its key."""
        if self._down:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "down")
        await signed(request, self._depot.key)
        order = await read(request, Order)
        known = self._depot.find(order_number(order.order_key))
        if known is None:
            return answer(_numbers(self._depot.take(order)), HTTPStatus.CREATED)
        self._depot.parcels.repeats += 1
        if known.order != order:
            raise Refused(HTTPStatus.CONFLICT, "another order has this key")
        return answer(_numbers(known))

    async def track(self, request: Request) -> Response:
        parcel = self._parcel(request)
        return answer(_numbers(parcel) | {"state": parcel.state.value, "trail": parcel.trail})

    async def put_control(self, request: Request) -> Response:
        """Replaces what was ordered before; without ``interval_seconds`` parcels take their usual time."""
        control = await read(request, Control)
        self._down = control.down
        self._depot.interval = self._interval if control.interval_seconds is None else control.interval_seconds
        self._depot.hold(control.held)
        return answer(control.model_dump())

    async def command(self, request: Request) -> Response:
        parcel = self._parcel(request)
        command = (await read(request, ParcelCommand)).command
        if parcel.ended:
            raise Refused(HTTPStatus.CONFLICT, "the parcel has arrived")
        self._depot.command(parcel, command)
        return answer({"state": parcel.state.value})

    async def records(self, request: Request) -> Response:
        return listing(request, self._depot.parcels, _show, ("order_key", "order_no", "waybill_no", "state"))

    def _parcel(self, request: Request) -> Parcel:
        parcel = self._depot.find(request.path_params["order_no"])
        if parcel is None:
            raise Refused(HTTPStatus.NOT_FOUND, "no such order")
        return parcel


def build(depot: Depot) -> Starlette:
    handlers = Courier(depot)
    return application(
        [
            Route("/v1/orders", handlers.order, methods=["POST"]),
            Route("/v1/orders/{order_no}", handlers.track, methods=["GET"]),
            Route("/control", handlers.put_control, methods=["PUT"]),
            Route("/control/parcels/{order_no}", handlers.command, methods=["POST"]),
            Route("/records/parcels", handlers.records, methods=["GET"]),
        ]
    )


def _numbers(parcel: Parcel) -> dict[str, Any]:
    return {"order_no": parcel.order_no, "waybill_no": parcel.waybill_no}


def _show(parcel: Parcel) -> dict[str, Any]:
    return {
        **_numbers(parcel),
        "order_key": parcel.order.order_key,
        "state": parcel.state.value,
        "held": not parcel.moving.is_set(),
        "recipient": parcel.order.recipient.model_dump(),
        "contents": parcel.order.contents,
        "trail": parcel.trail,
        "callbacks": [{"fate": report.fate.value, "attempts": report.attempts} for report in parcel.callbacks],
    }
