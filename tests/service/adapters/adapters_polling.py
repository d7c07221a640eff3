"""A department's system that calls nobody: tasks are put into it, acts are fetched from it."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI, Request, Response

TOKEN = "polling-token-0123456789"


class PolledSystem:
    """``acts`` are served as they are: an object, or bytes. Those with a receipt are not listed any more.
    ``listing``: given instead of the list. ``down``: everything is answered 503."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.down = False
        self.listing: bytes | None = None
        self.acts: dict[str, Any] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.tasks: dict[str, list[dict[str, Any]]] = {}
        self.strangers = 0
        self.asked = 0

        @self.app.middleware("http")
        async def known(request: Request, call_next: Any) -> Response:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                self.strangers += 1
                return Response(status_code=401)
            if self.down:
                return Response(status_code=503)
            found: Response = await call_next(request)
            return found

        @self.app.put("/api/tasks/{task_id}")
        async def put_task(task_id: str, request: Request) -> Response:
            return await self._keep(task_id, request)

        @self.app.put("/api/tasks/{task_id}/supplements/{key}")
        async def put_supplement(task_id: str, key: str, request: Request) -> Response:
            return await self._keep(task_id, request)

        @self.app.put("/api/tasks/{task_id}/withdrawal")
        async def put_withdrawal(task_id: str, request: Request) -> Response:
            return await self._keep(task_id, request)

        @self.app.get("/api/acts")
        async def list_acts(limit: int, after: str = "") -> Response:
            self.asked += 1
            if self.listing is not None:
                return Response(self.listing)
            left = [key for key in self.acts if key not in self.receipts and key > after]
            page = left[:limit]
            content = {"acts": page, "next": page[-1] if len(left) > limit else None, "total": len(left)}
            return Response(json.dumps(content), media_type="application/json")

        @self.app.get("/api/acts/{act_id}")
        async def get_act(act_id: str) -> Response:
            act = self.acts[act_id]
            return Response(act if isinstance(act, bytes) else json.dumps(act, ensure_ascii=False).encode())

        @self.app.put("/api/acts/{act_id}/receipt")
        async def put_receipt(act_id: str, request: Request) -> Response:
            self.receipts[act_id] = await request.json()
            return Response(status_code=204)

    def leave(self, *acts: dict[str, Any]) -> None:
        for act in acts:
            self.receipts.pop(act["act_id"], None)
            self.acts[act["act_id"]] = act

    async def _keep(self, task_id: str, request: Request) -> Response:
        self.tasks.setdefault(task_id, []).append(await request.json())
        return Response(status_code=204)
