"""The recorded exchanges are what the platform says today, and rightly signed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from lianban.contracts.status import ActKind
from lianban_adapters.channels.messages import TaskCreated, TaskSupplemented, TaskWithdrawn
from lianban_adapters.conformance.exchanges import SECRET, exchanges, recorded
from lianban_adapters.conformance.index import INDEX, index

FOLDER = Path(__file__).parents[3] / "docs" / "examples" / "exchanges"
MADE = dict(exchanges())
NOT_SIGNED = {"act-refused-signature-missing"}
WRONGLY_SIGNED = {"task-created-forged", "act-refused-signature-invalid"}


def test_every_exchange_is_recorded_as_it_is_now() -> None:
    """Where this fails: `lianban adapter samples --out docs/examples/exchanges`, and read what has changed."""
    assert {path.stem for path in FOLDER.glob("*.json")} == set(MADE)
    changed = [
        name
        for name, exchange in MADE.items()
        if (FOLDER / f"{name}.json").read_text(encoding="utf-8") != recorded(exchange)
    ]
    assert changed == []


def test_the_list_of_them_is_as_it_is_now() -> None:
    """Where this fails: `lianban adapter samples --out docs/examples/exchanges`."""
    listed = (FOLDER / INDEX).read_text(encoding="utf-8")
    assert listed == index(MADE)
    assert re.findall(r"^\| \[(.+)\]\(\1\.json\) \|", listed, re.MULTILINE) == list(MADE)


def test_the_program_in_the_list_verifies_every_signature() -> None:
    [program] = re.findall(r"```python\n(.*?)```", (FOLDER / INDEX).read_text(encoding="utf-8"), re.DOTALL)
    said = subprocess.run([sys.executable, "-c", program], cwd=FOLDER, capture_output=True, check=True, timeout=30)
    verified = dict(line.split() for line in said.stdout.decode().splitlines())
    signed = {name for name, one in MADE.items() if "webhook-signature" in one["request"]["headers"]}
    assert verified == {name: "不符" if name in WRONGLY_SIGNED else "相符" for name in signed}


@pytest.mark.parametrize("name", [name for name, one in MADE.items() if one["request"]["method"] == "POST"])
def test_the_signature_belongs_to_the_body(name: str) -> None:
    request = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["request"]
    headers = request["headers"]
    if name in NOT_SIGNED:
        assert set(headers) == {"content-type"}
        return
    moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    right = Webhook(SECRET).sign(headers["webhook-id"], moment, request["body"])
    assert (headers["webhook-signature"] == right) == (name not in WRONGLY_SIGNED)
    body = json.loads(request["body"])
    if "act_id" in body:
        assert body["act_id"] == headers["webhook-id"]


def test_every_message_every_act_and_every_status_is_shown() -> None:
    bodies: list[dict[str, Any]] = [json.loads(one["request"]["body"] or "{}") for one in MADE.values()]
    # A supervisor's exception is not a department's to send.
    assert {body["kind"] for body in bodies if "kind" in body} == set(ActKind) - {ActKind.OVERRIDE}
    models = {
        "task.created": TaskCreated,
        "task.supplemented": TaskSupplemented,
        "task.withdrawn": TaskWithdrawn,
    }
    shown = [body for body in bodies if "type" in body]
    assert {body["type"] for body in shown} == set(models)
    for body in shown:
        models[body["type"]].model_validate(body)
    answered = {one["answer"]["status"] for one in MADE.values() if one["direction"] == "department-to-platform"}
    assert answered == {200, 202, 401, 403, 404, 409, 422, 503}
