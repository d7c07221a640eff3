"""Fetches acts from a system that is only ever called: a list of ids, each act by its id, a receipt for each.

Listing and reading are two requests, so that one act that is too large, cut off or wrongly encoded is known by its id
and holds up no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from lianban.platform.problems import FieldError
from lianban_adapters.channels.incoming.port import Batch, Found, Receipt, Status, unusable
from lianban_adapters.channels.incoming.texts import described, read_act
from lianban_adapters.channels.polling.client import PollingClient
from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.channels.responses import MAX_ANSWER, TooLarge

_MAX_LIST: Final = 1024 * 1024
_MAX_DETAIL: Final = 2000


class _Listing(BaseModel):
    """Further fields are left alone. ``next``: to be given as ``after`` for what follows."""

    model_config = ConfigDict(strict=True)

    acts: list[Annotated[str, Field(min_length=1, max_length=1024)]] = Field(max_length=5000)
    next: str | None = Field(default=None, max_length=1024)


class PollingSource:
    def __init__(self, client: PollingClient, batch: int) -> None:
        self._client = client
        self._batch = batch

    async def fetch(self, after: str | None) -> Batch:
        query = {"limit": str(self._batch)} | ({"after": after} if after is not None else {})
        try:
            listing = _Listing.model_validate_json(await self._client.get("acts", query=query, limit=_MAX_LIST))
        except Rejected as rejected:
            raise Unavailable(rejected.reason) from None
        except ValidationError:
            raise Unavailable("业务系统返回的办理动作清单不合格式") from None
        goes_on = bool(listing.acts) and listing.next != after
        return Batch(listing.acts, listing.next if goes_on else None)

    async def read(self, key: str) -> Found:
        try:
            act = read_act(await self._client.get("acts", key))
        except TooLarge:
            raise unusable("too-large", f"办理动作连同文件不得超过 {MAX_ANSWER // (1024 * 1024)} MiB") from None
        except Rejected as rejected:
            raise Unavailable(rejected.reason) from None
        if isinstance(act, dict) and act.get("act_id") != key:
            return Found(act, (FieldError("/act_id", "not-listed-id", "办理动作编号应与清单中的相同"),))
        return Found(act)

    async def acknowledge(self, key: str, receipt: Receipt) -> None:
        await self._answer(key, {name: value for name, value in asdict(receipt).items() if value is not None})

    async def quarantine(self, key: str, faults: Sequence[FieldError]) -> None:
        errors = [{"pointer": fault.pointer, "code": fault.code, "message": fault.message} for fault in faults]
        detail = described(faults, _MAX_DETAIL)
        await self._answer(key, {"status": Status.QUARANTINED, "detail": detail, "errors": errors})

    async def _answer(self, key: str, answer: dict[str, Any]) -> None:
        try:
            await self._client.put(to_json(answer), "acts", key, "receipt")
        except Rejected as rejected:
            raise Unavailable(rejected.reason) from None
