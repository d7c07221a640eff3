"""The applicant's contact and official documents, asked of the intake when something is sent, and kept nowhere here."""

from __future__ import annotations

import time
from datetime import timedelta
from http import HTTPStatus
from typing import Final, NamedTuple, TypeVar
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from lianban.platform.auth import TokenAuthority
from lianban_notify.outward import Unavailable, unreachable

_SUBJECT: Final = "notify"
_LIFE: Final = timedelta(minutes=30)
_TIMEOUT: Final = ClientTimeout(connect=10.0, sock_connect=3.0, sock_read=10.0)
_NO_DOCUMENT: Final = "urn:lianban:problem:no-document"

M = TypeVar("M", bound=BaseModel)


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


class DocumentName(BaseModel):
    """文书, by what it is called. ``seq``: of the event it tells of."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    seq: int
    title: str
    number: str


class Intake:
    """``purpose`` goes into the intake's access log. Everything raises :class:`Unavailable`, whatever goes wrong: what
    a message speaks of does exist, though the intake may not have heard of it yet."""

    def __init__(self, url: str, authority: TokenAuthority, client: ClientSession) -> None:
        self._url = url.rstrip("/")
        self._authority = authority
        self._client = client
        self._token = ""
        self._fresh_until = 0.0

    async def recipient(self, case_no: str, purpose: str) -> Recipient:
        answer = await self._get(case_no, "recipient", purpose)
        return _read(Recipient, answer.succeeded())

    async def document(self, case_no: str, seq: int, purpose: str) -> DocumentName | None:
        """None where the event yields none."""
        answer = await self._get(case_no, f"documents/{seq}", purpose)
        return None if answer.says(_NO_DOCUMENT) else _read(DocumentName, answer.succeeded())

    async def document_pdf(self, case_no: str, seq: int, purpose: str) -> bytes:
        return (await self._get(case_no, f"documents/{seq}/pdf", purpose)).succeeded()

    async def _get(self, case_no: str, place: str, purpose: str) -> _Answer:
        url = f"{self._url}/internal/v1/cases/{quote(case_no, safe='')}/{place}"
        try:
            async with self._client.get(
                url, params={"purpose": purpose}, headers=self._headers(), timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                return _Answer(response.status, await response.read())
        except (ClientError, TimeoutError) as error:
            raise unreachable(error, "intake") from None

    def _headers(self) -> dict[str, str]:
        if time.monotonic() > self._fresh_until:
            self._token = self._authority.issue(_SUBJECT, ("service",), ttl=_LIFE)
            self._fresh_until = time.monotonic() + _LIFE.total_seconds() / 2
        return {"Authorization": f"Bearer {self._token}"}


class _Answer(NamedTuple):
    status: int
    content: bytes

    def succeeded(self) -> bytes:
        if self.status != HTTPStatus.OK:
            raise Unavailable(f"intake answered {self.status}")
        return self.content

    def says(self, problem: str) -> bool:
        """Whether it is that problem (RFC 9457)."""
        if self.status != HTTPStatus.NOT_FOUND:
            return False
        try:
            return bool(from_json(self.content)["type"] == problem)
        except (ValueError, KeyError, TypeError):
            return False


def _read(model: type[M], content: bytes) -> M:
    try:
        return model.model_validate_json(content)
    except ValidationError:
        # Neither the text nor the cause of the error: both may quote a person's data.
        raise Unavailable("intake answered something else") from None
