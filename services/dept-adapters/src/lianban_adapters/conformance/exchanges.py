"""Sample exchanges, recorded: what goes over the wire in each direction, byte for byte, and what is answered.

Made by the platform's own messages, validation and signature, and always the same: whoever changes one of those finds
the recorded files different.
"""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic_core import from_json, to_json
from standardwebhooks.webhooks import Webhook

from lianban.platform.problems import Problem, respond
from lianban_adapters.acts.openapi import SAMPLE_TIME
from lianban_adapters.acts.schemas import CallbackAct
from lianban_adapters.acts.service import Answer, stored
from lianban_adapters.acts.submission import of_system
from lianban_adapters.acts.validation import parse
from lianban_adapters.channels.openapi import RECEIVED_AT, SAMPLE_DEPARTMENT, sample_messages
from lianban_adapters.conformance.cases import CASES, Case
from lianban_adapters.conformance.desk import Desk
from lianban_adapters.samples.acts import sample_acts
from lianban_adapters.samples.problems import sample_problems
from lianban_adapters.samples.tasks import Sampler, SampleTask

SECRET: Final = "whsec_" + base64.b64encode(b"lianban-sample-exchanges-secret!").decode()
POLLING_TOKEN: Final = "sample-polling-token"
"""Of the samples, and of nothing else."""

TO_DEPARTMENT: Final = "platform-to-department"
TO_PLATFORM: Final = "department-to-platform"
_JSON: Final = "application/json"
_TASKS: Final = "/tasks"
_ACTS: Final = f"/v1/departments/{SAMPLE_DEPARTMENT}/acts"


def exchanges() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and content of each."""
    yield from _messages()
    for number, case in enumerate(CASES):
        yield f"act-{case.name}", asyncio.run(_played(case, number))
    yield from _further()
    yield from _polled()


def recorded(exchange: dict[str, Any]) -> str:
    """As it stands in its file."""
    return json.dumps(exchange, ensure_ascii=False, indent=1) + "\n"


def _messages() -> Iterator[tuple[str, dict[str, Any]]]:
    """What the department is sent, and the answers it may give."""
    titles = {"task.created": "新任务", "task.supplemented": "申请人已补正", "task.withdrawn": "收回任务"}
    received = {"status": "received"}
    for kind, (key, content) in sample_messages().items():
        body = to_json(content)
        name = kind.replace(".", "-")
        yield name, _exchange(titles[kind], TO_DEPARTMENT, _signed(_TASKS, key, body), _answer(200, received))
        if kind == "task.created":
            task = content["data"]["task_id"]
            _, act = sample_acts(task, SAMPLE_TIME.isoformat())["request_supplement"]
            said = _answer(200, {"acts": [{**act, "actor": "system"}]})
            yield (
                f"{name}-answered",
                _exchange("新任务，当场给出办理动作", TO_DEPARTMENT, _signed(_TASKS, key, body), said),
            )
            forged = _signed(_TASKS, key, body)
            forged["headers"]["webhook-signature"] = "v1," + base64.b64encode(bytes(32)).decode()
            said = _answer(401, {"error": "签名不符"})
            yield f"{name}-forged", _exchange("伪造的消息，部门应当拒收", TO_DEPARTMENT, forged, said)


async def _played(case: Case, number: int) -> dict[str, Any]:
    task = Sampler(SAMPLE_DEPARTMENT).task(1, RECEIVED_AT)
    if case.foreign:
        task = replace(task, order=task.order.model_copy(update={"department": "other"}))
    desk = Desk(SAMPLE_DEPARTMENT)
    desk.open(task)
    for name in case.before:
        await _before(desk, task, name)
    if case.withdrawn:
        desk.withdrawn(task.task_id)
    _, act = sample_acts(task.task_id, SAMPLE_TIME.isoformat())[case.act]
    act = {key: value for key, value in {**act, **(case.change or {})}.items() if value is not None}
    request = _signed(_ACTS, act["act_id"], to_json(act))
    outcome: Answer | Problem
    try:
        outcome = await desk.take(_submission(desk, act))
    except Problem as problem:
        outcome = problem
    return _exchange(case.title, TO_PLATFORM, request, _answered(outcome, case.name))


async def _before(desk: Desk, task: SampleTask, name: str) -> None:
    if name == "supplemented":
        desk.supplemented(task.task_id)
        return
    _, act = sample_acts(task.task_id, SAMPLE_TIME.isoformat())[name]
    await desk.take(_submission(desk, act))


def _submission(desk: Desk, act: Mapping[str, Any]) -> Any:
    return of_system(desk.department, parse(CallbackAct, act, SAMPLE_TIME + timedelta(minutes=1)), desk.keyring)


def _further() -> Iterator[tuple[str, dict[str, Any]]]:
    """Answers that do not come of the act itself."""
    task = Sampler(SAMPLE_DEPARTMENT).task(1, RECEIVED_AT).task_id
    _, act = sample_acts(task, SAMPLE_TIME.isoformat())["decide_granted"]
    request = _signed(_ACTS, act["act_id"], to_json(act))
    yield "act-stored", _exchange("已收存，稍后送达办件", TO_PLATFORM, request, _answered(stored(), "stored"))
    problems = sample_problems(SAMPLE_TIME)
    for name in (
        "signature-missing",
        "signature-invalid",
        "signature-stale",
        "unknown-department",
        "dossier-unavailable",
    ):
        title, problem = problems[name]
        sent = _signed(_ACTS, act["act_id"], to_json(act))
        if name == "signature-missing":
            sent["headers"] = {"content-type": _JSON}
        elif name == "signature-invalid":
            sent["headers"]["webhook-signature"] = "v1," + base64.b64encode(bytes(32)).decode()
        elif name == "unknown-department":
            sent["path"] = "/v1/departments/unheard-of/acts"
        yield f"act-refused-{name}", _exchange(title, TO_PLATFORM, sent, _answered(problem, name))


def _polled() -> Iterator[tuple[str, dict[str, Any]]]:
    """The same with a department that is only ever called."""
    known = {"authorization": f"Bearer {POLLING_TOKEN}"}
    received = {"status": "received"}
    for kind, (key, content) in sample_messages().items():
        task = content["data"]["task_id"]
        place = {"task.supplemented": f"/supplements/{key}", "task.withdrawn": "/withdrawal"}.get(kind, "")
        request = _request(
            "PUT", f"/tasks/{task}{place}".replace(":", "%3A"), {**known, "content-type": _JSON}, to_json(content)
        )
        yield (
            f"polling-{kind.replace('.', '-')}",
            _exchange(f"轮询：{kind}", TO_DEPARTMENT, request, _answer(200, received)),
        )
    task = Sampler(SAMPLE_DEPARTMENT).task(1, RECEIVED_AT).task_id
    _, act = sample_acts(task, SAMPLE_TIME.isoformat())["accept"]
    listing = _answer(200, {"acts": [act["act_id"]], "next": None})
    yield (
        "polling-acts",
        _exchange("轮询：列出办理动作", TO_DEPARTMENT, _request("GET", "/acts?limit=50", known), listing),
    )
    following = sample_acts(task, SAMPLE_TIME.isoformat())["request_supplement"][1]["act_id"]
    pages = {"first": ("", act["act_id"], "p2"), "last": ("&after=p2", following, None)}
    for name, (after, listed, more) in pages.items():
        request = _request("GET", f"/acts?limit=1{after}", known)
        title = f"轮询：列出办理动作，翻页的{'第一页' if more else '最后一页'}"
        yield (
            f"polling-acts-{name}",
            _exchange(title, TO_DEPARTMENT, request, _answer(200, {"acts": [listed], "next": more})),
        )
    place = f"/acts/{act['act_id']}"
    yield (
        "polling-act",
        _exchange("轮询：取一个办理动作", TO_DEPARTMENT, _request("GET", place, known), _answer(200, act)),
    )
    for name, receipt in _RECEIPTS.items():
        request = _request("PUT", f"{place}/receipt", {**known, "content-type": _JSON}, to_json(receipt))
        yield f"polling-receipt-{name}", _exchange(f"轮询：回执 {name}", TO_DEPARTMENT, request, _answer(200, {}))


_RECEIPTS: Final = {
    "applied": {"status": "applied", "case_status": "in_progress", "step_state": "open"},
    "refused": {
        "status": "refused",
        "problem": "already-accepted",
        "rule": "L-ACCEPT-5",
        "detail": "已经受理，无需再次受理。",
    },
    "quarantined": {
        "status": "quarantined",
        "detail": "/act_id：办理动作编号应与清单中的相同",
        "errors": [{"pointer": "/act_id", "code": "not-listed-id", "message": "办理动作编号应与清单中的相同"}],
    },
}


def _signed(path: str, key: str, body: bytes, moment: datetime = SAMPLE_TIME) -> dict[str, Any]:
    headers = {
        "content-type": _JSON,
        "webhook-id": key,
        "webhook-timestamp": str(int(moment.astimezone(UTC).timestamp())),
        "webhook-signature": Webhook(SECRET).sign(key, moment, body.decode()),
    }
    return _request("POST", path, headers, body)


def _request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> dict[str, Any]:
    return {"method": method, "path": path, "headers": dict(headers), "body": body.decode()}


def _answer(status: int, content: Any, media_type: str = _JSON) -> dict[str, Any]:
    return {"status": status, "headers": {"content-type": media_type}, "body": content}


def _answered(outcome: Answer | Problem, name: str) -> dict[str, Any]:
    if isinstance(outcome, Answer):
        return _answer(outcome.status, outcome.body.model_dump(mode="json", exclude_none=True))
    response = respond(outcome, uuid.uuid5(uuid.NAMESPACE_URL, name).hex)
    return _answer(response.status_code, from_json(bytes(response.body)), response.headers["content-type"])


def _exchange(title: str, direction: str, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "direction": direction, "request": request, "answer": answer}
