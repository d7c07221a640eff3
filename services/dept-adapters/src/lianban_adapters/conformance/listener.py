"""The platform's side over HTTP: takes the department's callbacks and serves the materials of sample tasks."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response

from lianban.platform import service
from lianban.platform.problems import Problem
from lianban_adapters.acts.schemas import ActAnswer
from lianban_adapters.channels.responses import MAX_ANSWER
from lianban_adapters.conformance.evidence import Evidence, Fetch, Play
from lianban_adapters.conformance.receiving import Receiver
from lianban_adapters.samples.tasks import SampleTask


class Materials:
    """``token``: what the department's requests must carry; none: any bearer token does."""

    def __init__(self, evidence: Evidence, token: str | None) -> None:
        self._evidence = evidence
        self._token = token
        self._tasks: dict[str, tuple[Play, SampleTask]] = {}
        self._damaged: set[str] = set()

    def serve(self, play: Play, task: SampleTask) -> None:
        self._tasks[task.task_id] = (play, task)

    def read(self, task_id: str, code: str, digest: str | None, authorization: str) -> tuple[bytes, str]:
        """Content and media type. Raises the problem to answer with."""
        if task_id not in self._tasks:
            raise Problem(404, "unknown-task", "没有这项任务", "没有找到该编号的任务。")
        play, task = self._tasks[task_id]
        wanted = [one for one in task.dossier.materials if one.code == code and digest in (None, one.digest)]
        known = self._known(authorization)
        status = 401 if not known else 200 if wanted else 404
        self._evidence.fetches.append(Fetch(play, wanted[0].digest if wanted else "", known, status))
        if not known:
            raise Problem(401, "unauthenticated", "未通过身份认证", "请求须带 Authorization: Bearer 令牌。")
        if not wanted:
            raise Problem(404, "unknown-material", "没有这份材料", "该任务的卷宗中没有这份材料。")
        content = task.files[wanted[0].digest]
        if play is Play.DAMAGED and wanted[0].digest not in self._damaged:
            self._damaged.add(wanted[0].digest)
            content = content[: len(content) // 2]
        return content, wanted[0].media_type

    def _known(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return False
        return self._token is None or hmac.compare_digest(token.encode(), self._token.encode())


def build(receiver: Receiver, materials: Materials, evidence: Evidence) -> FastAPI:
    app = service.create_app("一事联办 · 对接检验", body_limits={"/v1/departments/": MAX_ANSWER})

    @app.post("/v1/departments/{department}/acts", response_model=ActAnswer, response_model_exclude_none=True)
    async def receive_act(department: str, request: Request, response: Response) -> ActAnswer:
        headers: Mapping[str, str] = request.headers
        answer = await receiver.callback(department, headers, await request.body())
        response.status_code = answer.status
        return answer.body

    @app.get("/v1/departments/{department}/tasks/{task_id}/materials/{code}", response_class=Response)
    async def read_material(
        department: str,
        task_id: str,
        code: str,
        authorization: Annotated[str, Header()] = "",
        digest: str | None = None,
    ) -> Response:
        content, media_type = materials.read(task_id, code, digest, authorization)
        return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})

    @app.post("/{path:path}", include_in_schema=False)
    async def astray(path: str) -> Response:
        """The department has the platform's address wrong: it is told so in the report, for it may not read this."""
        evidence.posted_astray(f"/{path}")
        raise Problem(404, "not-found", "没有这个地址", "办理动作发到 /v1/departments/{部门代码}/acts。")

    return app
