"""A department's own system, reached by signed POSTs (Standard Webhooks)."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientError, ClientSession, InvalidURL
from pydantic_core import from_json

from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.platform.directory import DepartmentEntry
from lianban.platform.webhooks import sign
from lianban_adapters.channels.messages import task_created, task_supplemented, task_withdrawn
from lianban_adapters.channels.port import DossierSource, Rejected, Sent, Unavailable
from lianban_adapters.channels.responses import check, content


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
        return Sent(answers(await self._post(task.key, body)))

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        await self._post(supplement.key, task_supplemented(supplement, await dossier(), self._public_url))

    async def withdraw(self, task: TaskWithdrawal) -> None:
        await self._post(task.key, task_withdrawn(task))

    async def _post(self, key: str, body: bytes) -> bytes:
        """Content of a 2xx answer."""
        headers = {"Content-Type": "application/json", **sign(self._secret, key, body)}
        try:
            async with self._http.post(self._endpoint, data=body, headers=headers, allow_redirects=False) as response:
                check(response)
                return await content(response)
        except InvalidURL:
            raise Rejected("业务系统地址配置有误") from None
        except (ClientError, TimeoutError) as error:
            raise Unavailable(f"业务系统无法连接（{type(error).__name__}）") from None


def answers(answer: bytes) -> tuple[Any, ...]:
    """Acts in an answer. An answer of any other form means no more than "received"."""
    try:
        body = from_json(answer)
    except ValueError:
        return ()
    acts = body.get("acts") if isinstance(body, dict) else None
    if acts is None:
        return ()
    return tuple(acts) if isinstance(acts, list) else (acts,)
