"""The applicant's contact, asked of the intake whenever something is sent, and kept nowhere here."""

from __future__ import annotations

import time
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lianban.platform.auth import TokenAuthority
from lianban_notify.outward import Unavailable, unreachable

_SUBJECT: Final = "notify"
_LIFE: Final = timedelta(minutes=30)
_TIMEOUT: Final = ClientTimeout(connect=10.0, sock_connect=3.0, sock_read=10.0)


class _Contact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    mobile: str | None = Field(default=None, repr=False)


class Destination(_Contact):
    """Where results go, as the applicant asked."""

    address: str | None = Field(default=None, repr=False)
    recipient: str | None = Field(default=None, repr=False)


class Recipient(_Contact):
    name: str = Field(repr=False)
    email: str | None = Field(default=None, repr=False)
    delivery: Destination = Destination()


class Intake:
    def __init__(self, url: str, authority: TokenAuthority, client: ClientSession) -> None:
        self._url = url.rstrip("/")
        self._authority = authority
        self._client = client
        self._token = ""
        self._fresh_until = 0.0

    async def recipient(self, case_no: str, purpose: str) -> Recipient:
        """``purpose`` goes into the intake's access log. Raises :class:`Unavailable`, whatever goes wrong: a case that
        sends messages does exist."""
        url = f"{self._url}/internal/v1/cases/{quote(case_no, safe='')}/recipient"
        try:
            async with self._client.get(
                url, params={"purpose": purpose}, headers=self._headers(), timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                content = await response.read()
        except (ClientError, TimeoutError) as error:
            raise unreachable(error, "intake") from None
        if response.status != HTTPStatus.OK:
            raise Unavailable(f"intake answered {response.status}")
        try:
            return Recipient.model_validate_json(content)
        except ValidationError:
            # Neither the text nor the cause of the error: both may quote a person's data.
            raise Unavailable("intake answered something else") from None

    def _headers(self) -> dict[str, str]:
        if time.monotonic() > self._fresh_until:
            self._token = self._authority.issue(_SUBJECT, ("service",), ttl=_LIFE)
            self._fresh_until = time.monotonic() + _LIFE.total_seconds() / 2
        return {"Authorization": f"Bearer {self._token}"}
