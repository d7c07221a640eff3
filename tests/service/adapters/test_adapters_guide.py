"""The examples in the departments' guide do what they say."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from adapters_world import CERTIFIED_STEP, World, decision, withdrawal
from pydantic_core import to_json
from standardwebhooks.webhooks import Webhook

from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.rules import RULE_ZH
from lianban.contracts.documents import NotAcceptedGround
from lianban.contracts.names import task_id
from lianban.contracts.status import ActKind, Role
from lianban.platform.webhooks import sign
from lianban_adapters.acts.kinds import SHAPES
from lianban_adapters.acts.schemas import CallbackAct, InboxAct
from lianban_adapters.acts.states import ActState
from lianban_adapters.acts.validation import parse
from lianban_adapters.channels.messages import TaskCreated, TaskSupplemented, task_withdrawn
from lianban_adapters.tasks.states import TaskState

GUIDE = Path(__file__).parents[3] / "docs" / "departments.zh-CN.md"


def block(language: str, number: int = 0) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return found[number]


def examples() -> list[dict[str, Any]]:
    """Every JSON example of a message that leaves nothing out (…) of what would be checked."""
    found = re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    elsewhere = ("JVBERi0xLjQK…", '"stored_as"', '"batch"')  # batches of files are examples of their own
    return [json.loads(one) for one in found if not any(part in one for part in elsewhere)]


async def run(script: str, folder: Path, **variables: str) -> tuple[bytes, str]:
    """What the script wrote, and what it complained of."""
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-euc",
        script,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return output, errors.decode()


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(block("python"), str(GUIDE), "exec"), names)
    return names


async def test_the_python_example_sends_an_act(world: World, example: dict[str, Any]) -> None:
    case = await world.start("review")
    act = decision(case.id, "review", reason="符合条件")
    platform = str(world.http.base_url).rstrip("/")
    status, answer = await asyncio.to_thread(example["send_act"], platform, "market", world.secrets["market"], act)
    assert (status, answer["status"]) == (200, "applied")
    status, answer = await asyncio.to_thread(example["send_act"], platform, "market", world.secrets["health"], act)
    assert (status, answer["type"]) == (401, "urn:lianban:problem:signature-invalid")


def test_the_python_example_knows_the_platforms_messages(world: World, example: dict[str, Any]) -> None:
    body = '{"type": "task.created", "data": {"step_name": "环节"}}'.encode()
    headers = sign(world.secrets["market"], "m-1", body)
    assert example["genuine"](world.secrets["market"], headers, body)
    assert not example["genuine"](world.secrets["market"], headers, body + b" ")
    assert not example["genuine"](world.secrets["health"], headers, body)


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "openssl", "od"))), reason="needs curl and openssl")
async def test_the_curl_example_sends_an_act(world: World, tmp_path: Path) -> None:
    case = await world.start("review")
    act = decision(case.id, "review", act_id="act-20260302-0001", reason="符合条件")
    (tmp_path / "act.json").write_bytes(to_json(act, indent=1) + b"\n")
    platform = str(world.http.base_url).rstrip("/")
    output, errors = await run(block("bash"), tmp_path, SECRET=world.secrets["market"], PLATFORM=platform)
    assert b'"status":"applied"' in output, errors


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "base64"))), reason="needs curl")
async def test_the_inbox_example_grants_with_a_file(world: World, tmp_path: Path) -> None:
    case = await world.start(CERTIFIED_STEP, department="health")
    (tmp_path / "licence.pdf").write_bytes(b"%PDF-1.7 licence" * 20)
    output, errors = await run(
        block("bash", 1),
        tmp_path,
        OFFICER=world.bearer("li")["Authorization"].removeprefix("Bearer "),
        PLATFORM=str(world.http.base_url).rstrip("/"),
        TASK=task_id(case.id, CERTIFIED_STEP),
    )
    assert b'"status":"applied"' in output, errors


def test_the_signed_sample_is_right(example: dict[str, Any]) -> None:
    rows = re.findall(
        r"^\| (密钥|`webhook-[a-z]+`|正文) \| `(.*)` \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE
    )
    sample = {name.strip("`"): value for name, value in rows}
    body, moment = sample["正文"].encode(), datetime.fromtimestamp(int(sample["webhook-timestamp"]), UTC)
    assert len(body) == 37
    signed = Webhook(sample["密钥"]).sign(sample["webhook-id"], moment, body.decode())
    assert signed == sample["webhook-signature"]
    assert signed == example["signature"](sample["密钥"], sample["webhook-id"], sample["webhook-timestamp"], body)


def test_the_messages_shown_are_what_the_platform_writes() -> None:
    shown = {one["type"]: one for one in examples() if "type" in one}
    withdrawn = shown["task.withdrawn"]
    sent = json.loads(task_withdrawn(withdrawal(withdrawn["data"]["case_no"], withdrawn["data"]["step"])))
    assert {**sent, "timestamp": withdrawn["timestamp"]} == withdrawn
    for kind, model in (("task.created", TaskCreated), ("task.supplemented", TaskSupplemented)):
        written = model.model_validate(shown[kind]).model_dump(mode="json")
        assert set(written["data"]) == set(shown[kind]["data"])


def test_the_acts_shown_are_taken() -> None:
    acts = [one for one in examples() if "type" not in one]
    now = datetime(2026, 4, 1, tzinfo=UTC)
    known = {"actor": "human", "officer": "li"}
    taken = [parse(CallbackAct, one, now) if "act_id" in one else parse(InboxAct, one, now, known) for one in acts]
    assert {act.kind for act in taken} | {ActKind.ACCEPT} == set(ActKind)


def test_every_state_and_every_word_is_explained() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [state for state in TaskState if f"| `{state}` |" not in text] == []
    assert [state for state in ActState if f"`{state}` " not in text] == []
    words = [*ActKind, *Role, *SpecialProcedureKind, *NotAcceptedGround, *CallbackAct.model_fields]
    assert [word for word in words if f"`{word}`" not in text] == []
    assert [rule for rule, rule_zh in RULE_ZH.items() if f"| `{rule}` | {rule_zh} |" not in text] == []


def test_what_each_kind_needs_is_as_the_guide_says() -> None:
    rows = re.findall(
        r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]*) \| ([^|]*) \| (L-[^|]*) \|$", GUIDE.read_text("utf-8"), re.M
    )
    table = {kind: (needs, takes) for kind, _, needs, takes, _ in rows}
    assert set(table) == set(ActKind)
    for kind, shape in SHAPES.items():
        needs, takes = table[kind]
        assert [name for name in shape.needs if f"`{name}`" not in needs] == []
        assert ("`officer`" in needs) == (shape.by_person or kind is ActKind.DECIDE)
        assert set(re.findall(r"`([a-z_]+)`", takes)) <= shape.takes
        assert [name for name in shape.takes if f"`{name}`" not in needs + takes] == []
