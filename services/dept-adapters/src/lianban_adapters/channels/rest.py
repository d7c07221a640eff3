"""A department's own system, reached by signed POSTs (Standard Webhooks)."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import ClientError, ClientResponse, ClientSession, InvalidURL
from pydantic_core import from_json

from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.platform.directory import DepartmentEntry
from lianban.platform.webhooks import sign
from lianban_adapters.channels.messages import task_created, task_supplemented, task_withdrawn
from lianban_adapters.channels.port import DossierSource, Rejected, Sent, Unavailable
from lianban_adapters.waiting import retry_after

MAX_ANSWER: Final = 20 * 1024 * 1024
"""Bytes of an answer: as many as a callback may have."""

_TRY_AGAIN: Final = frozenset({408, 425, 429})


class RestChannel:
    name = "rest"

    def __init__(self, http: ClientSession, entry: DepartmentEntry, public_url: str) -> None:
        if entry.endpoint is None:
            raise ValueError("channel rest needs an endpoint")
        self._http = http
        self._endpoint = entry.endpoint
        self._secret = entry.secret
        self._public_url = public_url

    async def send(self, task: TaskOrder, dossier: DossierSource) -> Sent:
        body = task_created(task, await dossier(), self._public_url)
        return Sent(_answers(await self._post(task.key, body)))

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        await self._post(supplement.key, task_supplemented(supplement, await dossier(), self._public_url))

    async def withdraw(self, task: TaskWithdrawal) -> None:
        await self._post(task.key, task_withdrawn(task))

    async def _post(self, key: str, body: bytes) -> bytes:
        """Content of a 2xx answer."""
        headers = {"Content-Type": "application/json", **sign(self._secret, key, body)}
        try:
            async with self._http.post(self._endpoint, data=body, headers=headers, allow_redirects=False) as response:
                _check(response)
                return await _content(response)
        except InvalidURL:
            raise Rejected("业务系统地址配置有误") from None
        except (ClientError, TimeoutError) as error:
            raise Unavailable(f"业务系统无法连接（{type(error).__name__}）") from None


def _check(response: ClientResponse) -> None:
    """5xx and the few 4xx that mean "later" may work another time; any other answer is a configuration to repair,
    and repeating it would only keep the task from the people who could handle it."""
    status = response.status
    if 200 <= status < 300:
        return
    if status >= 500 or status in _TRY_AGAIN:
        raise Unavailable(f"业务系统返回 {status}", retry_after(response.headers.get("retry-after")))
    raise Rejected(f"业务系统返回 {status}，未接收该任务")


async def _content(response: ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > MAX_ANSWER:
            raise Rejected("业务系统的答复超过 20 MiB")
    return bytes(content)


def _answers(content: bytes) -> tuple[Any, ...]:
    """Acts in an answer. An answer of any other form means no more than "received"."""
    try:
        body = from_json(content)
    except ValueError:
        return ()
    acts = body.get("acts") if isinstance(body, dict) else None
    if acts is None:
        return ()
    return tuple(acts) if isinstance(acts, list) else (acts,)
