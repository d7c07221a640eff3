"""How a department's acts reach the platform: it calls, or leaves them where they are fetched."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Protocol

from standardwebhooks.webhooks import Webhook

from lianban_sandbox.callbacks import Caller, Fate, Report
from lianban_sandbox.departments.answers import Act

_STATUS: Final = {
    "applied": HTTPStatus.OK,
    "stored": HTTPStatus.ACCEPTED,
    "review": HTTPStatus.ACCEPTED,
    "refused": HTTPStatus.CONFLICT,
    "quarantined": HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""What a receipt would have been, had the department called."""


class Way(Protocol):
    @property
    def kind(self) -> str:
        """As the platform's directory calls it."""

    async def deliver(self, act: Act) -> Report:
        """Returns once the platform has said what becomes of the act, or will not be asked any more."""


def report_of(status: str, problem: str | None) -> Report:
    """Of a receipt."""
    code = _STATUS[status]
    return Report(Fate.DELIVERED if code < HTTPStatus.BAD_REQUEST else Fate.REJECTED, 1, code, problem)


class Callback:
    kind = "rest"

    def __init__(self, caller: Caller, adapters_url: str, department: str, key: Webhook) -> None:
        self._caller = caller
        self._url = f"{adapters_url}/v1/departments/{department}/acts"
        self._key = key

    async def deliver(self, act: Act) -> Report:
        body = json.dumps(act, ensure_ascii=False, separators=(",", ":")).encode()
        return await self._caller.send(self._url, self._key, act["act_id"], body)


class Tray:
    """Acts lie here until somebody fetches them and leaves a receipt."""

    kind = "polling"

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._lying: dict[str, tuple[int, Act, asyncio.Future[Report]]] = {}

    async def deliver(self, act: Act) -> Report:
        receipt: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        self._lying[act["act_id"]] = (next(self._numbers), act, receipt)
        try:
            return await receipt
        finally:
            del self._lying[act["act_id"]]

    def page(self, after: int, limit: int) -> tuple[Sequence[str], int | None]:
        """Ids of acts, oldest first, and where to go on."""
        found = [(number, act_id) for act_id, (number, _, _) in self._lying.items() if number > after]
        page = found[:limit]
        return [act_id for _, act_id in page], page[-1][0] if len(found) > limit else None

    def act(self, act_id: str) -> Mapping[str, Any] | None:
        return self._lying[act_id][1] if act_id in self._lying else None

    def receipt(self, act_id: str, report: Report) -> None:
        """One that comes again finds nothing left to do."""
        if act_id in self._lying and not self._lying[act_id][2].done():
            self._lying[act_id][2].set_result(report)
