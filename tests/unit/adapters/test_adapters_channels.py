"""Messages to departments, waiting times they ask for, and the registry of channels."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import BaseModel
from temporalio.client import Client

from lianban.catalog.plan import PlanResult
from lianban.catalog.terms import StepKind
from lianban.contracts.events import Due
from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.contracts.status import Cause
from lianban.platform.directory import DepartmentEntry, Directory, DirectoryInvalid
from lianban.platform.objects import ObjectStore
from lianban.platform.webhooks import new_secret
from lianban_adapters import app
from lianban_adapters.channels.inbox import InboxChannel
from lianban_adapters.channels.kinds import GROUP, Kinds, Link, Surroundings
from lianban_adapters.channels.messages import task_created, task_supplemented, task_withdrawn
from lianban_adapters.channels.registry import KINDS, Channels
from lianban_adapters.dossiers.models import Dossier
from lianban_adapters.tasks.activities import TaskActivities
from lianban_adapters.waiting import retry_after

ORDER = TaskOrder(
    key="429006E1-1:review",
    case_no="429006E1-1",
    step="review",
    step_name="教育资格审核",
    kind=StepKind.DECIDE,
    matter="primary-review",
    department="education",
    theme="E1",
    theme_name="教育入学",
    division="429006",
    received_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
    results=(PlanResult(code="admission", name="入学通知书", deliverable=True),),
    due=Due(promised=date(2026, 3, 9), legal=date(2026, 3, 30), calendar_version="v1"),
)
DOSSIER = Dossier.model_validate(
    {
        "elements": {"child_name": {"name": "儿童姓名", "value": "小明", "text": "小明"}},
        "materials": [
            {"code": "deed", "name": "不动产权证", "digest": "d" * 64, "media_type": "image/png", "file_name": "证.png"}
        ],
        "applicant": {"name": "张三"},
        "scope": {"elements": ["child_name", "school"], "materials": ["deed"]},
    }
)


def test_a_task_tells_the_department_what_it_needs() -> None:
    body = json.loads(task_created(ORDER, DOSSIER, "https://lianban.example/"))
    assert body["type"] == "task.created"
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is not None
    data = body["data"]
    assert data["task_id"] == "429006E1-1:review"
    assert data["due"] == {"promised": "2026-03-09", "legal": "2026-03-30"}
    assert data["results"] == [{"code": "admission", "name": "入学通知书", "deliverable": True}]
    assert data["applicant"] == {"name": "张三"}
    assert data["elements"] == {"child_name": {"name": "儿童姓名", "value": "小明", "text": "小明"}}
    assert data["scope"] == {"elements": ["child_name", "school"], "materials": ["deed"]}
    assert data["materials"][0]["url"] == (
        "https://lianban.example/v1/departments/education/tasks/429006E1-1%3Areview/materials/deed?digest=" + "d" * 64
    )


def test_a_supplement_brings_the_dossier_as_it_stands_now() -> None:
    order = TaskSupplement(
        key="429006E1-1:review:supplement:7",
        case_no="429006E1-1",
        step="review",
        department="education",
        received_at=datetime(2026, 3, 10, 1, tzinfo=UTC),
        due=Due(promised=date(2026, 3, 17), calendar_version="v1"),
    )
    body = json.loads(task_supplemented(order, DOSSIER, "https://lianban.example"))
    created = json.loads(task_created(ORDER, DOSSIER, "https://lianban.example"))["data"]
    assert body["type"] == "task.supplemented"
    assert (body["data"]["received_at"], body["data"]["due"]) == (
        "2026-03-10T01:00:00Z",
        {"promised": "2026-03-17", "legal": None},
    )
    for name in ("task_id", "case_no", "step", "applicant", "elements", "materials"):
        assert body["data"][name] == created[name]


def test_a_withdrawal_says_why() -> None:
    order = TaskWithdrawal(
        key="k:withdrawn", case_no="c", step="s", department="education", cause=Cause.APPLICANT_WITHDREW
    )
    body = json.loads(task_withdrawn(order))
    assert body["type"] == "task.withdrawn"
    assert body["data"] == {
        "task_id": "c:s",
        "case_no": "c",
        "step": "s",
        "cause": "applicant-withdrew",
        "cause_zh": "申请人撤回",
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("0", 0),
        ("120", 120),
        ("99999", 3600),
        ("9" * 400, 3600),
        ("-1", None),
    ],
)
def test_a_department_may_ask_for_time_but_not_for_ever(value: str | None, expected: int | None) -> None:
    assert retry_after(value) == (None if expected is None else timedelta(seconds=expected))


def test_it_may_name_an_instant() -> None:
    later = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True))
    assert later is not None
    assert timedelta(seconds=80) < later <= timedelta(seconds=90)
    assert retry_after("Mon, 01 Jan 2001 00:00:00 GMT") == timedelta()


def test_a_department_is_sent_as_much_as_it_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(app, "make_worker", lambda client, queue, **options: made.update({queue: options}))
    slow = {"channel": "inbox", "secret": new_secret(), "rate_per_second": 2.5, "concurrency": 3}
    departments = {"slow": slow, "usual": {"channel": "inbox", "secret": new_secret()}}
    directory = Directory.model_validate({"departments": departments, "supervisor": {}})
    app.department_workers(directory, cast(TaskActivities, SimpleNamespace(of_all=(), of_a_department=())))(
        cast(Client, None)
    )
    assert set(made.pop("departments")) == {"activities"}
    limits = {
        queue: (options["max_concurrent_activities"], options["max_activities_per_second"])
        for queue, options in made.items()
    }
    assert limits == {"dept-slow": (3, 2.5), "dept-usual": (20, None)}


def a_directory(**entries: dict[str, Any]) -> Directory:
    departments = {code: {"secret": new_secret(), **entry} for code, entry in entries.items()}
    return Directory.model_validate({"departments": departments, "supervisor": {}})


class MailSettings(BaseModel):
    host: str
    port: int


class MailChannel(InboxChannel):
    name = "mail"


def mail(entry: DepartmentEntry, around: Surroundings) -> Link:
    entry.own_settings(MailSettings)
    return Link(MailChannel())


def misnamed(entry: DepartmentEntry, around: Surroundings) -> Link:
    return Link(InboxChannel())


def broken(entry: DepartmentEntry, around: Surroundings) -> Link:
    raise OSError("no key")


not_a_kind = "text"
SFTP = {
    "host": "files.example",
    "user": "lianban",
    "password": "topsecret",
    "known_hosts": "files.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA7rSV1Tqy3qwuoG0XnEhT1dCcYOvYCzPBqRFn2rb4mB",
}


def added(**values: str) -> Kinds:
    return Kinds(KINDS, [EntryPoint(name, f"{__name__}:{value}", GROUP) for name, value in values.items()])


@pytest.fixture
async def around() -> AsyncIterator[Surroundings]:
    async with AsyncExitStack() as stack:
        yield Surroundings(stack, "https://lianban.example", 5.0, cast(ObjectStore, None))


async def test_channels_are_made_as_the_directory_says(around: Surroundings) -> None:
    directory = a_directory(
        market={"channel": "rest", "endpoint": "https://market.example/tasks"}, health={"channel": "inbox"}
    )
    channels = Channels(directory, around)
    assert (channels.of("market").name, channels.of("health").name) == ("rest", "inbox")


async def test_a_kind_of_somebody_elses_is_one_of_the_others(around: Surroundings) -> None:
    directory = a_directory(
        archives={"channel": "mail", "settings": {"host": "mail.example", "port": 25}},
        market={"channel": "rest", "endpoint": "https://market.example/tasks"},
    )
    channels = Channels(directory, around, added(mail="mail", unused="no_such_thing"))
    assert (channels.of("archives").name, channels.of("market").name) == ("mail", "rest")


async def test_every_fault_is_told_by_department_and_field(around: Surroundings) -> None:
    directory = a_directory(
        market={"channel": "fax"},
        archives={"channel": "mail", "settings": {"port": "topsecret"}},
        health={"channel": "text"},
        tax={"channel": "gone"},
        police={"channel": "misnamed"},
        water={"channel": "files", "files": {**SFTP, "known_hosts": f"{SFTP['known_hosts']}\n@revoke host"}},
        land={"channel": "staging", "staging": {"database_url": "mysql+asyncmy://u:sec@et:topsecret@db/x"}},
        power={"channel": "files", "files": {**SFTP, "password": None, "private_key_file": "/no/key", "host": "a.b"}},
    )
    kinds = added(mail="mail", text="not_a_kind", gone="no_such_thing", misnamed="misnamed")
    with pytest.raises(DirectoryInvalid) as caught:
        Channels(directory, around, kinds)
    told = str(caught.value).split("; d")
    assert len(told) == 10
    for part, expected in zip(
        told,
        (
            "departments.market.channel: unknown kind fax; known: .*gone, inbox, .*rest, staging, text",
            "departments.archives.settings.host: Field required",
            "departments.archives.settings.port: Input should be a valid integer",
            "departments.health.channel: kind text of an unknown package: .*not_a_kind is no function",
            "departments.tax.channel: kind gone of an unknown package cannot be loaded .*no_such_thing",
            "departments.police.channel: kind misnamed makes a channel that calls itself inbox",
            "departments.water.files.known_hosts: Invalid known hosts entry",
            "departments.land.staging.database_url: cannot be read",
            "departments.power.files.private_key_file: /no/key: No such file or directory",
            "departments.power.files.known_hosts: no key that can be read of a.b, port 22",
        ),
        strict=True,
    ):
        assert re.search(expected.removeprefix("d"), part), part
    assert "topsecret" not in str(caught.value)


async def test_a_name_that_two_packages_claim_is_no_kind(around: Surroundings) -> None:
    with pytest.raises(DirectoryInvalid, match=r"kind inbox comes from more than one package: an unk.*, lianban-adapt"):
        Channels(a_directory(market={"channel": "inbox"}), around, added(inbox="mail"))


async def test_what_else_goes_wrong_names_the_department(around: Surroundings) -> None:
    with pytest.raises(OSError, match="no key") as caught:
        Channels(a_directory(archives={"channel": "broken"}), around, added(broken="broken"))
    assert caught.value.__notes__ == ["departments.archives: channel broken"]
