"""The portal's client and its command line, against an intake that answers as the real one does."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lianban.platform.auth import TokenAuthority
from lianban.platform.serving import listen, serving
from lianban_sandbox.portal.cli import main
from lianban_sandbox.portal.client import PortalClient, PortalError
from lianban_sandbox.portal.filing import Filer
from lianban_sandbox.web import url

THEME = {
    "code": "B4",
    "audience": "person",
    "division": "429006",
    "questions": [{"code": "size", "options": [{"value": "small"}]}],
    "delivery": [{"mode": "courier"}],
}
FIELD = {"title": "经营者姓名", "type": "string", "x-type": "text", "minLength": 1, "maxLength": 50, "pattern": r"\S"}
FORM = {
    "schema": {"type": "object", "properties": {"operator_name": FIELD}, "required": ["operator_name"]},
    "materials": [
        {"material": "lease", "name": "租赁合同", "formats": ["pdf"], "required": True, "elicence": None},
        {"material": "card", "name": "身份证", "formats": ["pdf"], "required": True, "elicence": "identity-card"},
    ],
    "prefill": {
        "href": "/v1/themes/B4/prefill",
        "consent": {"version": "B4-1", "text": "同意"},
        "subjects": [{"code": "operator", "name": "经营者", "type": "person"}],
    },
}
FETCHED = "f" * 64
PROBLEM = {
    "type": "urn:lianban:problem:invalid-application",
    "title": "申请内容有误",
    "detail": "共有 1 处需要更正。",
    "errors": [{"pointer": "/form/operator_name", "code": "missing", "message": "请填写“经营者姓名”"}],
}


class Intake:
    """``answers`` are given first to last, before the proper one."""

    def __init__(self) -> None:
        self.authority = TokenAuthority.generate()
        self.answers: list[int] = []
        self.lost = 0
        """Answers that do not get through, though what was asked for is done."""
        self.uploaded: set[str] = set()
        self.asked: list[dict[str, Any]] = []
        self.prefills: list[dict[str, Any]] = []
        self.filed: dict[str, Any] = {}
        self.supplemented: dict[str, Any] = {}
        self.url = ""

    async def theme(self, request: Request) -> Response:
        if request.method == "POST":
            self.asked.append(await request.json())
        return JSONResponse(FORM if request.method == "POST" else THEME)

    async def prefill(self, request: Request) -> Response:
        self.prefills.append(await request.json())
        card = {"material": "card", "digest": FETCHED, "file_name": "身份证.pdf"}
        self.uploaded.add(FETCHED)
        values = {"operator_name": {"value": "测试登记"}}
        return JSONResponse({"values": values, "materials": [card], "not_fetched": []})

    async def upload(self, request: Request) -> Response:
        async with request.form() as form:
            file = form["file"]
            assert isinstance(file, UploadFile)
            content = await file.read()
        digest = hashlib.sha256(content).hexdigest()
        self.uploaded.add(digest)
        return JSONResponse({"digest": digest, "media_type": "application/pdf", "size": len(content)}, 201)

    async def file(self, request: Request) -> Response:
        caller = self.authority.verify(request.headers["authorization"].removeprefix("Bearer "))
        application = await request.json()
        assert caller.subject == application["source"]["system"]
        assert {item["digest"] for item in application["materials"]} <= self.uploaded
        if self.answers:
            return JSONResponse(PROBLEM, self.answers.pop(0))
        status = 200 if request.headers["idempotency-key"] in self.filed else 201
        self.filed[request.headers["idempotency-key"]] = application
        if self.lost:
            self.lost -= 1
            return JSONResponse(PROBLEM, 503)
        return JSONResponse({"case_no": "429006B4202611220000001X", "status": "received", "links": {}}, status)

    async def supplement(self, request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse({"case_no": request.path_params["case_no"], "requests": [], "handed_in": []})
        given = await request.json()
        assert {digest for digests in given["materials"].values() for digest in digests} <= self.uploaded
        self.supplemented[request.headers["idempotency-key"]] = given
        return JSONResponse({"case_no": request.path_params["case_no"], "step": given["step"], "state": "applied"})

    async def progress(self, request: Request) -> Response:
        steps = [{"code": "food-licence"}]
        return JSONResponse({"case_no": request.path_params["case_no"], "status": "received", "steps": steps})

    async def events(self, request: Request) -> Response:
        started = {"seq": 1, "at": "2026-11-22T16:30:00Z", "kind_zh": "分送部门", "case_status_zh": "办理中"}
        filed = {**started, "seq": 0, "kind_zh": "收件", "step": None, "step_name": None}
        events = [filed, {**started, "step": "food-licence", "step_name": "食品经营许可"}]
        return JSONResponse({"case_no": request.path_params["case_no"], "events": events})

    async def themes(self, _: Request) -> Response:
        brief = {"name": "开办餐饮店", "audience_zh": "企业", "lead_department_name": "市场监管局"}
        return JSONResponse({"themes": [{**THEME, **brief}]})


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    made = Intake()
    routes = [
        Route("/v1/themes", made.themes),
        Route("/v1/applications/{case_no}/events", made.events),
        Route("/v1/themes/B4", made.theme),
        Route("/v1/themes/B4/form", made.theme, methods=["POST"]),
        Route("/v1/themes/B4/notice", made.theme, methods=["POST"]),
        Route("/v1/themes/B4/prefill", made.prefill, methods=["POST"]),
        Route("/v1/materials", made.upload, methods=["POST"]),
        Route("/v1/applications", made.file, methods=["POST"]),
        Route("/v1/applications/{case_no}", made.progress),
        Route("/v1/cases/{case_no}/supplements", made.supplement, methods=["GET", "POST"]),
    ]
    with contextlib.closing(listen("127.0.0.1", 0)) as bound:
        made.url = url(bound)
        async with serving((Starlette(routes=routes), bound)):
            yield made


@pytest.fixture
async def portal(intake: Intake) -> AsyncIterator[PortalClient]:
    async with PortalClient.signed_in(intake.url, intake.authority, system="portal") as client:
        yield client


async def test_an_application_is_filed_with_its_materials(portal: PortalClient, intake: Intake) -> None:
    filer = await Filer.prepare(portal, "B4", seed=1)
    receipt = await filer.file(1)
    assert receipt["status"] == "received"
    [(key, application)] = intake.filed.items()
    assert key == "portal-B4-1"
    assert application["answers"] == {"size": "small"}
    assert application["form"]["operator_name"] == "测试登记"
    [request] = intake.prefills
    assert request["answers"] == {"size": "small"}
    assert [holder["consent"]["text_version"] for holder in request["holders"]] == ["B4-1"]
    assert [item["material"] for item in application["materials"]] == ["card", "lease"]
    assert await filer.file(1) == receipt
    assert len(intake.filed) == 1


async def test_form_notice_prefill_and_filing_are_of_one_division(portal: PortalClient, intake: Intake) -> None:
    filer = await Filer.prepare(portal, "B4", division="429006001")
    await filer.file(1)
    await portal.notice("B4", filer.answers, "429006001")
    await portal.notice("B4", filer.answers)
    [application] = intake.filed.values()
    asked = [*intake.asked, *intake.prefills, application]
    assert [body.get("division") for body in asked] == ["429006001", "429006001", None, "429006001", "429006001"]


async def test_later_is_no_answer(portal: PortalClient, intake: Intake) -> None:
    intake.answers = [503, 429]
    await (await Filer.prepare(portal, "B4")).file(1)
    assert len(intake.filed) == 1


async def test_a_refusal_says_what_is_wrong(portal: PortalClient, intake: Intake) -> None:
    intake.answers = [422]
    filer = await Filer.prepare(portal, "B4")
    with pytest.raises(PortalError, match="请填写“经营者姓名”") as refused:
        await filer.file(1)
    assert (refused.value.status, refused.value.kind) == (422, "invalid-application")


@pytest.fixture
def state(intake: Intake, tmp_path: Path) -> Path:
    """A state folder as a running stack's is."""
    (tmp_path / "secrets").mkdir()
    intake.authority.save(tmp_path / "secrets" / "token-keys.json")
    described = {"ports": {"temporal": 1}, "urls": {"intake": intake.url}}
    (tmp_path / "stack.json").write_text(json.dumps(described))
    return tmp_path


async def run(*arguments: str) -> Result:
    """In a thread: a command has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, main, arguments)


async def test_applications_are_filed_by_hand(state: Path, intake: Intake) -> None:
    done = await run("--state", str(state), "file", "B4", "--seed", "x", "--count", "2", "--answer", "size=small")
    assert done.exit_code == 0, done.output
    assert done.output.count("429006B4202611220000001X") == 2
    assert set(intake.filed) == {"sandbox-portal-B4-x-1", "sandbox-portal-B4-x-2"}
    shown = await run("--state", str(state), "progress", "429006B4202611220000001X")
    assert json.loads(shown.output)["status"] == "received"


async def test_the_same_seed_again_says_that_there_is_a_case(state: Path) -> None:
    first, again = [await run("--state", str(state), "file", "B4", "--seed", "x") for _ in range(2)]
    assert (first.exit_code, first.stderr) == (0, "")
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert again.stderr.startswith("已有办件")


async def test_an_answer_that_was_lost_makes_no_old_case_of_a_new_one(state: Path, intake: Intake) -> None:
    intake.lost = 1
    shown = await run("--state", str(state), "file", "B4")
    assert (shown.exit_code, shown.stderr) == (0, "")


async def test_a_supplement_is_handed_in_all_at_once(portal: PortalClient, intake: Intake) -> None:
    stored = await portal.upload("租赁合同.pdf", b"%PDF-1.7", "application/pdf")
    form, materials = {"operator_name": "测试"}, {"lease": [stored["digest"]]}
    for _ in range(2):
        answer = await portal.supplement("C1", "food-licence", form, materials, "key-1")
        assert (answer["case_no"], answer["state"]) == ("C1", "applied")
    assert intake.supplemented == {"key-1": {"step": "food-licence", "form": form, "materials": materials}}


async def test_supplements_are_handed_in_by_hand(state: Path, intake: Intake) -> None:
    asked = await run("--state", str(state), "supplements", "C1")
    assert json.loads(asked.output)["requests"] == []
    given = ["--element", "operator_name=测试", "--material", "lease"]
    done = await run("--state", str(state), "supplement", "C1", "acceptance", *given)
    assert done.exit_code == 0, done.output
    [supplement] = intake.supplemented.values()
    assert (supplement["step"], supplement["form"]) == ("acceptance", {"operator_name": "测试"})
    assert len(supplement["materials"]["lease"]) == 1
    faulty = await run("--state", str(state), "supplement", "C1", "acceptance", "--element", "x")
    assert "表单项代码=新内容" in faulty.output


async def test_a_mistyped_step_is_told_before_anything_is_uploaded(state: Path, intake: Intake) -> None:
    given = ("--state", str(state), "supplement", "C1")
    refused = await run(*given, "food-license", "--material", "lease")
    assert (refused.exit_code, intake.uploaded, intake.supplemented) == (1, set(), {})
    assert "没有这个环节：food-license。这个办件的环节有 food-licence，" in refused.output
    assert (await run(*given, "food-licence", "--material", "lease")).exit_code == 0


async def test_themes_and_events_are_tables_or_the_whole(state: Path) -> None:
    shown = (await run("--state", str(state), "themes")).output.splitlines()
    assert [line.split() for line in shown if line][::2] == [
        ["代码", "主题", "对象", "牵头部门"],
        ["B4", "开办餐饮店", "企业", "市场监管局"],
    ]
    whole = json.loads((await run("--state", str(state), "themes", "--json")).output)
    assert [one["code"] for one in whole] == ["B4"]
    *_, filed, started = (await run("--state", str(state), "events", "C1")).output.splitlines()
    assert filed.split() == ["0", "2026-11-23", "00:30:00", "收件", "办理中"]
    assert started.split()[3:] == ["分送部门", "食品经营许可", "food-licence", "办理中"]
    whole = json.loads((await run("--state", str(state), "events", "C1", "--json")).output)
    assert [one["seq"] for one in whole["events"]] == [0, 1]


async def test_a_theme_is_known_by_its_code_in_any_case(state: Path, intake: Intake) -> None:
    assert (await run("--state", str(state), "file", "b4", "--seed", "x")).exit_code == 0
    assert list(intake.filed) == ["sandbox-portal-B4-x"]


async def test_a_dry_run_files_nothing(state: Path, intake: Intake) -> None:
    done = await run("--state", str(state), "file", "B4", "--dry-run")
    assert json.loads(done.output)["theme"] == "B4"
    assert intake.filed == {}


async def test_commands_say_what_went_wrong(state: Path, intake: Intake, tmp_path: Path) -> None:
    assert "没有找到运行中的环境" in (await run("--state", str(tmp_path / "none"), "themes")).output
    assert "问题代码=选项代码" in (await run("--state", str(state), "file", "B4", "--answer", "x")).output
    intake.answers = [422]
    refused = await run("--state", str(state), "file", "B4")
    assert refused.exit_code == 1
    assert "请填写“经营者姓名”" in refused.output
