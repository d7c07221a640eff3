"""Client of the intake's API, as a portal's own program is one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import httpx

from lianban.platform.auth import Role, TokenAuthority

Json = dict[str, Any]

_ATTEMPTS: Final = 4
_PAUSE: Final = 0.25
_LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE})
_TTL: Final = timedelta(hours=1)


class PortalError(Exception):
    """The intake refused. ``problem`` is its problem document (RFC 9457)."""

    def __init__(self, status: int, problem: Json) -> None:
        faults = [f"{fault.get('pointer', '')} {fault.get('message', '')}" for fault in problem.get("errors", ())]
        super().__init__("; ".join([f"{status} {problem.get('title', '')} {problem.get('detail', '')}", *faults]))
        self.status = status
        self.problem = problem

    @property
    def kind(self) -> str:
        """Last part of the problem type, e.g. ``invalid-application``."""
        return str(self.problem.get("type", "")).rsplit(":", 1)[-1]


class Tokens(httpx.Auth):
    """Puts a platform token on every request, and a new one before the old runs out."""

    def __init__(self, authority: TokenAuthority, subject: str, roles: tuple[Role, ...]) -> None:
        self._issue: Callable[[], str] = lambda: authority.issue(subject, roles, ttl=_TTL)
        self._token = ""
        self._renew_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        now = time.monotonic()
        if now >= self._renew_at:
            self._token, self._renew_at = self._issue(), now + _TTL.total_seconds() / 2
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request


class PortalClient:
    """Every call may be repeated: uploads by content, filing, supplementing and withdrawing by their
    idempotency key."""

    def __init__(
        self, base_url: str, auth: httpx.Auth, *, system: str, timeout: float = 30.0, connections: int = 32
    ) -> None:
        self.system = system
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.AsyncClient(
            base_url=base_url, auth=auth, timeout=timeout, limits=limits, trust_env=False, follow_redirects=False
        )

    @classmethod
    def signed_in(cls, base_url: str, authority: TokenAuthority, *, system: str = "sandbox-portal") -> Self:
        """A portal sees the cases of its own system: the token's subject."""
        return cls(base_url, Tokens(authority, system, ("portal",)), system=system)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def themes(self) -> list[Json]:
        """Every theme in brief."""
        found: list[Json] = _json(await self._send("GET", "/v1/themes"))["themes"]
        return found

    async def theme(self, theme: str) -> Json:
        return _json(await self._send("GET", f"/v1/themes/{theme}"))

    async def notice(self, theme: str, answers: Mapping[str, str], division: str | None = None) -> Json:
        return _json(await self._send("POST", f"/v1/themes/{theme}/notice", json=_situation(answers, division)))

    async def form(self, theme: str, answers: Mapping[str, str], division: str | None = None) -> Json:
        """``{schema, materials, prefill}`` for these answers. ``division``: the theme's unless given."""
        return _json(await self._send("POST", f"/v1/themes/{theme}/form", json=_situation(answers, division)))

    async def prefill(self, theme: str, request: Mapping[str, Any]) -> Json:
        """``{values, materials, not_fetched}``."""
        return _json(await self._send("POST", f"/v1/themes/{theme}/prefill", json=dict(request)))

    async def upload(self, name: str, content: bytes, media_type: str) -> Json:
        """``{digest, media_type, size}`` of the material as kept."""
        return _json(await self._send("POST", "/v1/materials", files={"file": (name, content, media_type)}))

    async def file(self, application: Mapping[str, Any], key: str) -> Json:
        """``{case_no, status, links}``; the same again for the same application under the same key."""
        receipt, _new = await self.filed(application, key)
        return receipt

    async def filed(self, application: Mapping[str, Any], key: str) -> tuple[Json, bool]:
        """The receipt, and whether the case is new: the intake answers 200 for one it has. It may have it from an
        attempt of ours whose answer was lost."""
        headers = {"idempotency-key": key}
        response, attempts = await self._tried("POST", "/v1/applications", json=dict(application), headers=headers)
        return _json(response), attempts > 1 or response.status_code == HTTPStatus.CREATED

    async def progress(self, case_no: str) -> Json:
        return _json(await self._send("GET", f"/v1/applications/{case_no}"))

    async def events(self, case_no: str) -> Any:
        return (await self._send("GET", f"/v1/applications/{case_no}/events")).json()

    async def results(self, case_no: str) -> Any:
        return (await self._send("GET", f"/v1/applications/{case_no}/results")).json()

    async def download(self, link: str) -> bytes:
        """Content behind a link the intake gave, absolute or relative."""
        return (await self._send("GET", link)).content

    async def documents(self, case_no: str) -> Json:
        """Official documents of the case, each with its number and where it is."""
        return _json(await self._send("GET", f"/v1/cases/{case_no}/documents"))

    async def supplements(self, case_no: str) -> Json:
        """What is asked for and until when, and what was handed in."""
        return _json(await self._send("GET", f"/v1/cases/{case_no}/supplements"))

    async def supplement(
        self, case_no: str, step: str, form: Mapping[str, Any], materials: Mapping[str, Sequence[str]], key: str
    ) -> Json:
        """Hands in what ``step`` asked for, all at once. ``materials``: ids of uploads, by material."""
        body = {"step": step, "form": dict(form), "materials": {code: list(ids) for code, ids in materials.items()}}
        headers = {"idempotency-key": key}
        return _json(await self._send("POST", f"/v1/cases/{case_no}/supplements", json=body, headers=headers))

    async def withdraw(self, case_no: str, key: str) -> Json:
        headers = {"idempotency-key": key}
        return _json(await self._send("POST", f"/v1/applications/{case_no}/withdraw", headers=headers))

    async def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        response, _attempts = await self._tried(method, path, **content)
        return response

    async def _tried(self, method: str, path: str, **content: Any) -> tuple[httpx.Response, int]:
        """The answer, and at which attempt it came: nobody there, and "later", are no answers. Raises
        :class:`PortalError` and httpx errors."""
        for attempt in range(1, _ATTEMPTS):
            try:
                response = await self._http.request(method, path, **content)
            except httpx.TransportError:
                pass
            else:
                if response.status_code not in _LATER:
                    return _checked(response), attempt
            await asyncio.sleep(_PAUSE * 2.0**attempt)
        return _checked(await self._http.request(method, path, **content)), _ATTEMPTS


def _situation(answers: Mapping[str, str], division: str | None) -> Json:
    return {"answers": dict(answers)} | ({"division": division} if division else {})


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    raise PortalError(response.status_code, problem if isinstance(problem, dict) else {})


def _json(response: httpx.Response) -> Json:
    document: Json = response.json()
    return document
