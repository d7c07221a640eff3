"""A department that does everything right, and one mistake on order."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from itertools import count
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lianban.platform.webhooks import new_secret

BEIJING = timezone(timedelta(hours=8))


class Mistake(StrEnum):
    NO_SIGNATURE_CHECK = "no-signature-check"
    REPEATS_ARE_NEW = "repeats-are-new"
    WRONG_KEY = "wrong-key"
    NEW_ID_ON_RETRY = "new-id-on-retry"
    OLD_SIGNATURE_ON_RETRY = "old-signature-on-retry"
    NO_RETRY = "no-retry"
    NO_FILE = "no-file"
    UNKNOWN_RESULT = "unknown-result"
    MISSPELT_FIELD = "misspelt-field"
    GOES_ON = "goes-on"
    STRICT_FIELDS = "strict-fields"
    STRICT_TYPES = "strict-types"
    SMALL_BODIES = "small-bodies"
    WRONG_ADDRESS = "wrong-address"
    HAMMERS = "hammers"
    REFUSES_BY_ITSELF = "refuses-by-itself"
    IGNORES_SUPPLEMENT = "ignores-supplement"
    BEGINS_WITHDRAWN = "begins-withdrawn"
    UTC_AS_LOCAL = "utc-as-local"
    LOCAL_AS_UTC = "local-as-utc"
    GBK = "gbk"
    GBK_SIGNED_AS_UTF8 = "gbk-signed-as-utf8"
    SIGNS_NOTHING = "signs-nothing"
    SLOW_CLOCK = "slow-clock"
    NO_TOKEN = "no-token"
    SILENT = "silent"


class Department:
    """Keeps everything in memory: it lives as long as a test."""

    def __init__(self, secret: str, platform: str, http: httpx.AsyncClient, mistake: Mistake | None = None) -> None:
        self.app = Starlette(routes=[Route("/tasks", self._receive, methods=["POST"])])
        self._secret = secret
        self._key = Webhook(secret)
        self._wrong = Webhook(new_secret())
        self._platform = platform.replace("market", "health") if mistake is Mistake.WRONG_ADDRESS else platform
        self._http = http
        self._mistake = mistake
        self._messages: set[str] = set()
        self._tasks: dict[str, dict[str, Any]] = {}
        self._withdrawn: set[str] = set()
        self._numbers = count(1)
        self._calls: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        if self._mistake is not Mistake.NO_SIGNATURE_CHECK:
            try:
                self._key.verify(body, dict(request.headers), json_parse=False)
            except (WebhookVerificationError, ValueError):
                return Response(status_code=401)
        message = json.loads(body)
        if self._mistake is Mistake.STRICT_FIELDS and set(message) - {"type", "timestamp", "data"}:
            return Response(status_code=422)
        if self._mistake is Mistake.SMALL_BODIES and len(body) > 100_000:
            return Response(status_code=413)
        key = request.headers.get("webhook-id", "")
        repeats = self._mistake is Mistake.REPEATS_ARE_NEW and message["type"] == "task.created"
        if key in self._messages and not repeats:
            return JSONResponse({"status": "known"})
        self._messages.add(key)
        return self._handle(message["type"], message["data"])

    def _handle(self, kind: str, data: dict[str, Any]) -> Response:
        task_id = data["task_id"]
        if kind == "task.created":
            self._tasks[task_id] = data
            if self._mistake is Mistake.BEGINS_WITHDRAWN:
                self._withdrawn.discard(task_id)
            if task_id not in self._withdrawn:
                self._do(task_id)
        elif kind == "task.supplemented":
            asked = len(self._tasks[task_id]["materials"]) < len(data["materials"])
            self._tasks[task_id] |= data
            if asked and self._mistake is not Mistake.IGNORES_SUPPLEMENT:
                self._do(task_id)
        elif kind == "task.withdrawn":
            self._withdrawn.add(task_id)
        elif self._mistake is Mistake.STRICT_TYPES:
            return Response(status_code=400)
        return JSONResponse({"status": "received"})

    def _do(self, task_id: str) -> None:
        if self._mistake is Mistake.SILENT:
            return
        task = self._tasks[task_id]
        call = asyncio.create_task(self._call(task_id, self._act(task_id, task)))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    def _act(self, task_id: str, task: Mapping[str, Any]) -> dict[str, Any]:
        act: dict[str, Any] = {
            "act_id": f"act-{next(self._numbers)}",
            "task_id": task_id,
            "actor": "system",
            "occurred_at": self._clock().isoformat(),
        }
        given = {material["code"] for material in task["materials"]}
        if missing := [code for code in task["scope"]["materials"] if code not in given]:
            return act | {
                "kind": "request_supplement",
                "missing": [{"material": code, "note": "请补交。"} for code in missing],
            }
        if self._mistake is Mistake.REFUSES_BY_ITSELF:
            return act | {"kind": "decide", "decision": "refused"}
        results = [self._result(expected) for expected in task["results"]]
        if self._mistake is Mistake.UNKNOWN_RESULT:
            results.append({"code": "unheard-of", "name": "没有的结果"})
        act |= {"kind": "decide", "decision": "granted", "results": results}
        return act | {"desicion": "granted"} if self._mistake is Mistake.MISSPELT_FIELD else act

    def _clock(self) -> datetime:
        match self._mistake:
            case Mistake.UTC_AS_LOCAL:
                return datetime.now(UTC).replace(tzinfo=BEIJING)
            case Mistake.LOCAL_AS_UTC:
                return datetime.now(BEIJING).replace(tzinfo=UTC)
        return datetime.now(UTC)

    def _result(self, expected: Mapping[str, Any]) -> dict[str, Any]:
        made = {"code": expected["code"], "name": expected["name"]}
        if expected["deliverable"] and self._mistake is not Mistake.NO_FILE:
            content = base64.b64encode(b"%PDF-1.4 sample").decode()
            made["file"] = {"name": "证.pdf", "media_type": "application/pdf", "content": content}
        return made

    async def _call(self, task_id: str, act: dict[str, Any]) -> None:
        first = datetime.now(UTC)
        if self._mistake is Mistake.NO_TOKEN and act["kind"] == "decide":
            await self._fetch(self._tasks[task_id]["materials"])
        while task_id not in self._withdrawn or self._mistake is Mistake.GOES_ON:
            body = json.dumps(act, ensure_ascii=False)
            now = first if self._mistake is Mistake.OLD_SIGNATURE_ON_RETRY else datetime.now(UTC)
            if self._mistake is Mistake.SLOW_CLOCK:
                now -= timedelta(minutes=10)
            key = self._wrong if self._mistake is Mistake.WRONG_KEY else self._key
            headers = {
                "webhook-id": act["act_id"],
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": key.sign(act["act_id"], now, body),
            }
            content = body.encode("gbk" if self._mistake in (Mistake.GBK, Mistake.GBK_SIGNED_AS_UTF8) else "utf-8")
            if self._mistake is Mistake.GBK:
                headers["webhook-signature"] = self._of_bytes(headers, content)
            elif self._mistake is Mistake.SIGNS_NOTHING:
                headers = {}
            answer = await self._http.post(self._platform, content=content, headers=headers)
            hammers = self._mistake is Mistake.HAMMERS and answer.status_code in (409, 422)
            if (answer.status_code < 500 and not hammers) or self._mistake is Mistake.NO_RETRY:
                return
            if self._mistake is Mistake.NEW_ID_ON_RETRY:
                act = act | {"act_id": f"act-{next(self._numbers)}"}
            await asyncio.sleep(0.3)

    async def _fetch(self, materials: Sequence[Mapping[str, Any]]) -> None:
        """By no token; tries again until it has them."""
        for material in materials:
            while (await self._http.get(material["url"])).status_code != 200:
                await asyncio.sleep(0.3)

    def _of_bytes(self, headers: Mapping[str, str], content: bytes) -> str:
        """Whatever they encode."""
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
        key = base64.b64decode(self._secret.removeprefix("whsec_"))
        return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
