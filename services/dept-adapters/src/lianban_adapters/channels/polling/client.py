"""Requests to the department's system, known by our token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, InvalidURL
from yarl import URL

from lianban.platform.directory import PollingSettings
from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.channels.responses import MAX_ANSWER, check, content

_MAX_RECEIPT: Final = 64 * 1024


class PollingClient:
    def __init__(self, http: ClientSession, settings: PollingSettings) -> None:
        self._http = http
        self._base = settings.base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {settings.token}"}

    async def put(self, body: bytes, *path: str) -> None:
        """Raises :class:`Rejected` or :class:`Unavailable`."""
        headers = {"Content-Type": "application/json"}
        await self._ask("PUT", path, limit=_MAX_RECEIPT, data=body, headers=headers)

    async def get(self, *path: str, query: Mapping[str, str] | None = None, limit: int = MAX_ANSWER) -> bytes:
        """Raises :class:`Rejected` or :class:`Unavailable`."""
        return await self._ask("GET", path, limit=limit, query=query)

    async def _ask(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        limit: int,
        query: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        url = URL("/".join((self._base, *(quote(part, safe="") for part in path))), encoded=True)
        try:
            async with self._http.request(
                method,
                url.update_query(query or {}),
                data=data,
                headers={**self._headers, **(headers or {})},
                allow_redirects=False,
            ) as response:
                check(response)
                return await content(response, limit)
        except InvalidURL:
            raise Rejected("业务系统地址配置有误") from None
        except (ClientError, TimeoutError) as error:
            raise Unavailable(f"业务系统无法连接（{type(error).__name__}）") from None
