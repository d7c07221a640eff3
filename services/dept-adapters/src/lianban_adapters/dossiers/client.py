"""Client of the intake's internal API. Every access is logged there, with its purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from aiohttp import ClientError, ClientSession
from pydantic import ValidationError

from lianban.platform.auth import TokenAuthority
from lianban_adapters.dossiers.models import Dossier
from lianban_adapters.waiting import retry_after

_SUBJECT: Final = "dept-adapters"
_TOKEN_LIFE: Final = timedelta(minutes=30)
_RENEW_BEFORE: Final = timedelta(minutes=5)


class DossierUnavailable(Exception):
    """The intake could not be asked, or did not give the dossier. Says how, never what is in it. ``retry_after``:
    when the intake asked to be tried again."""

    def __init__(self, how: str, retry_after: timedelta | None = None) -> None:
        super().__init__(how)
        self.retry_after = retry_after


class ServiceToken:
    """The service's own token, renewed before it ends."""

    def __init__(self, authority: TokenAuthority) -> None:
        self._authority = authority
        self._token = ""
        self._renew_at = datetime.min.replace(tzinfo=UTC)

    def __str__(self) -> str:
        now = datetime.now(UTC)
        if now >= self._renew_at:
            self._token = self._authority.issue(_SUBJECT, ("service",), ttl=_TOKEN_LIFE)
            self._renew_at = now + _TOKEN_LIFE - _RENEW_BEFORE
        return self._token


class Dossiers:
    def __init__(self, http: ClientSession, intake_url: str, authority: TokenAuthority) -> None:
        self._http = http
        self._base = intake_url.rstrip("/")
        self._token = ServiceToken(authority)

    async def fetch(
        self,
        case_no: str,
        step: str,
        purpose: str,
        documents: Mapping[str, str] | None = None,
        supplement: str | None = None,
    ) -> Dossier:
        """``documents``: digests of what earlier steps have issued, by step; ``supplement``: id of the supplement the
        case has taken last. The intake may not have recorded either yet. Raises :class:`DossierUnavailable`."""
        url = f"{self._base}/internal/v1/cases/{quote(case_no, safe='')}/steps/{quote(step, safe='')}/dossier"
        headers = {"Authorization": f"Bearer {self._token}"}
        issued = [f"{earlier}:{digest}" for earlier, digest in (documents or {}).items()]
        params: dict[str, str | list[str]] = {"purpose": purpose, "document": issued}
        if supplement is not None:
            params["supplement"] = supplement
        try:
            async with self._http.get(url, params=params, headers=headers, allow_redirects=False) as response:
                content = await response.read()
        except (ClientError, TimeoutError) as error:
            raise DossierUnavailable(f"intake not reached: {type(error).__name__}") from None
        if response.status != HTTPStatus.OK:
            how = f"intake answered {response.status}"
            raise DossierUnavailable(how, retry_after(response.headers.get("retry-after")))
        try:
            return Dossier.model_validate_json(content)
        except ValidationError:
            # Neither the text nor the cause of the error: both quote what people filled in.
            raise DossierUnavailable("intake answered something else") from None
