"""A department that is only ever called: it does everything right, and one mistake on order."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

TOKEN = "polling-token-0123456789"


class Mistake(StrEnum):
    NO_TOKEN_CHECK = "no-token-check"
    REPEATS_ARE_NEW = "repeats-are-new"
    FORGETS_WITHOUT_RECEIPT = "forgets-without-receipt"
    LISTS_AFTER_RECEIPT = "lists-after-receipt"
    RUBBISH_LIST = "rubbish-list"
    OTHER_ACT = "other-act"
    GBK = "gbk"
    GOES_ON = "goes-on"
    STRICT_WITHDRAWAL = "strict-withdrawal"
    BEGINS_WITHDRAWN = "begins-withdrawn"
    IGNORES_AFTER = "ignores-after"
    FORGETS_NEXT = "forgets-next"


class Polled:
    def __init__(self, mistake: Mistake | None) -> None:
        self.app = FastAPI()
        self._mistake = mistake
        self._acts: dict[str, dict[str, Any]] = {}
        self._settled: set[str] = set()
        self._read: set[str] = set()
        self._tasks: dict[str, dict[str, Any]] = {}
        self._recalled: set[str] = set()
        self._listings = count()

        @self.app.middleware("http")
        async def known(request: Request, call_next: Any) -> Response:
            given = request.headers.get("authorization")
            if given != f"Bearer {TOKEN}" and mistake is not Mistake.NO_TOKEN_CHECK:
                return Response(status_code=401)
            found: Response = await call_next(request)
            return found

        self.app.put("/api/tasks/{task_id}")(self._created)
        self.app.put("/api/tasks/{task_id}/supplements/{key}")(self._supplemented)
        self.app.put("/api/tasks/{task_id}/withdrawal")(self._withdrawn)
        self.app.get("/api/acts")(self._list)
        self.app.get("/api/acts/{act_id}")(self._act)
        self.app.put("/api/acts/{act_id}/receipt")(self._receipt)

    async def _created(self, task_id: str, request: Request) -> None:
        if task_id in self._tasks and self._mistake is not Mistake.REPEATS_ARE_NEW:
            return
        if task_id in self._recalled and self._mistake is not Mistake.BEGINS_WITHDRAWN:
            return
        self._tasks[task_id] = (await request.json())["data"]
        self._do(task_id)

    async def _supplemented(self, task_id: str, key: str, request: Request) -> None:
        """Grants whatever is there: it asks for nothing."""

    async def _withdrawn(self, task_id: str) -> Response:
        if self._mistake is Mistake.STRICT_WITHDRAWAL and task_id not in self._tasks:
            return Response(status_code=404)
        if self._mistake is Mistake.GOES_ON and task_id in self._tasks:
            asyncio.get_running_loop().call_later(1.5, self._do, task_id)
        self._recalled.add(task_id)
        return Response(status_code=204)

    async def _list(self, limit: int = 100, after: str | None = None) -> Response:
        if self._mistake is Mistake.RUBBISH_LIST and next(self._listings) % 2:
            return Response(b"<html>")
        hidden = set() if self._mistake is Mistake.LISTS_AFTER_RECEIPT else self._settled
        if self._mistake is Mistake.FORGETS_WITHOUT_RECEIPT:
            hidden = self._read
        acts = [act_id for act_id in self._acts if act_id not in hidden]
        if after is not None and self._mistake is not Mistake.IGNORES_AFTER:
            acts = [act_id for act_id in acts if _number(act_id) > _number(after)]
        page, more = acts[:limit], len(acts) > limit and self._mistake is not Mistake.FORGETS_NEXT
        return JSONResponse({"acts": page, "next": page[-1] if more else None})

    async def _act(self, act_id: str) -> Response:
        self._read.add(act_id)
        act: Mapping[str, Any] = self._acts[act_id]
        if self._mistake is Mistake.OTHER_ACT:
            act = {**act, "act_id": "other"}
        response = JSONResponse(act)
        return Response(response.body.decode().encode("gbk")) if self._mistake is Mistake.GBK else response

    async def _receipt(self, act_id: str) -> None:
        self._settled.add(act_id)

    def _do(self, task_id: str) -> None:
        act_id = f"polled-{len(self._acts) + 1}"
        content = base64.b64encode(b"%PDF-1.4 sample").decode()
        results = [
            {"code": one["code"], "name": one["name"]}
            | (
                {"file": {"name": "证.pdf", "media_type": "application/pdf", "content": content}}
                if one["deliverable"]
                else {}
            )
            for one in self._tasks[task_id]["results"]
        ]
        self._acts[act_id] = {
            "act_id": act_id,
            "task_id": task_id,
            "kind": "decide",
            "actor": "human",
            "officer": "GA-0001",
            "occurred_at": datetime.now(UTC).isoformat(),
            "decision": "granted",
            "results": results,
        }


def _number(act_id: str) -> int:
    return int(act_id.removeprefix("polled-"))
