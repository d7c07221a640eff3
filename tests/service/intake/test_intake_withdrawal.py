"""Withdrawal, carried out by the real workflow of the case."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from intake_events import accepted, batch, event, record
from intake_outbox import pending, until_started
from intake_world import World, eventually, running, slug
from temporalio import activity
from temporalio.client import Client
from temporalio.common import RawValue

from lianban.contracts.acts import ActOutcome, DepartmentAct, Withdrawal
from lianban.contracts.names import (
    ACTIVITY_RECORD_EVENTS,
    QUEUE_INTAKE,
    UPDATE_ACT,
    UPDATE_WITHDRAW,
)
from lianban.contracts.status import CLOSED, ActKind, ActorKind, CaseStatus, Decision, EventKind
from lianban.platform.temporal import make_worker
from lianban_intake.cases.withdrawal import act_id_of
from lianban_orchestrator.worker import case_worker


@pytest.fixture(scope="module")
async def world(
    intake_folder: Path, intake_url: str, temporal_server: str, temporal_client: Client
) -> AsyncIterator[World]:
    """The intake, and workflows that run; departments and notify are away."""
    async with (
        case_worker(temporal_client),
        running(intake_folder, intake_url, temporal_server, outbox_poll=3600) as world,
    ):
        yield world


async def withdraw(
    world: World, case_no: str, key: str = "take-back", role: Any = "portal", subject: str = "portal-a"
) -> httpx.Response:
    headers = {**world.auth(role, subject), "Idempotency-Key": key}
    return await world.http.post(f"/v1/applications/{case_no}/withdraw", headers=headers)


async def started(world: World) -> str:
    case_no = await world.filed()
    await until_started(world, case_no)
    return case_no


async def test_withdrawn_at_once(world: World) -> None:
    case_no = await started(world)
    response = await withdraw(world, case_no)
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["status_zh"]) == ("withdrawn", "已撤回")
    progress = (await world.get(f"/v1/applications/{case_no}")).json()
    assert (progress["status"], progress["outcome_zh"]) == ("withdrawn", "撤回")
    assert progress["closed_at"] == response.json()["withdrawn_at"]
    assert {step["state_zh"] for step in progress["steps"]} == {"不再办理"}


async def test_repeated_with_the_same_key(world: World) -> None:
    case_no = await started(world)
    first, second = await withdraw(world, case_no), await withdraw(world, case_no)
    assert first.json() == second.json()
    response = await withdraw(world, case_no, key="another")
    assert (response.status_code, slug(response)) == (409, "case-closed")


async def test_repeated_after_the_answer_was_lost(world: World) -> None:
    """The case was withdrawn, and then the intake could not write it down: the same key finds the outcome again."""
    case_no = await started(world)
    async with world.state.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE intake.case_steps RENAME TO steps_away")
    try:
        lost = await withdraw(world, case_no)
    finally:
        async with world.state.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE intake.steps_away RENAME TO case_steps")
    assert lost.status_code == 500
    again = await withdraw(world, case_no)
    assert (again.status_code, again.json()["status"]) == (200, "withdrawn")


async def test_repeated_after_the_workflow_has_ended(world: World, temporal_client: Client) -> None:
    """With everybody there to clean up after it, the case ends at once; its outcome can still be asked for."""
    case_no = await started(world)

    @activity.defn(dynamic=True)
    async def anything(arguments: Sequence[RawValue]) -> None:
        """What departments and notify would do."""

    queues = ["notify", "dept-registry", "dept-permits"]
    async with contextlib.AsyncExitStack() as workers:
        for queue in queues:
            await workers.enter_async_context(make_worker(temporal_client, queue, activities=[anything]))
        outcome = await temporal_client.get_workflow_handle(case_no).execute_update(
            UPDATE_WITHDRAW,
            Withdrawal(act_id=act_id_of(case_no, "k")),
            id=act_id_of(case_no, "k"),
            result_type=ActOutcome,
        )
        await temporal_client.get_workflow_handle(case_no).result()
    assert outcome.case_status is CaseStatus.WITHDRAWN
    response = await withdraw(world, case_no, "k")
    assert (response.status_code, response.json()["status"]) == (200, "withdrawn")


async def test_at_the_same_time(world: World) -> None:
    case_no = await started(world)
    answers = await asyncio.gather(*(withdraw(world, case_no) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.text for answer in answers}) == 1


async def test_not_started_yet(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left behind by a process that died before it could start the workflow."""
    monkeypatch.setattr(world.state.starter, "offer", lambda case: None)
    case_no = await world.filed()
    assert await pending(world, case_no)
    response = await withdraw(world, case_no)
    assert (response.status_code, response.json()["status"]) == (200, "withdrawn")
    await until_started(world, case_no)


async def test_too_late_once_everything_is_decided(world: World, temporal_client: Client) -> None:
    application = await world.application(
        theme="T2",
        answers={},
        form={"shop_name": "某公司"},
        materials=[],
        applicant={"name": "某公司", "credit_code": "91110000600037341L", "mobile": "13800000000"},
        delivery={"mode": "electronic"},
    )
    case_no = await world.filed(application)
    await until_started(world, case_no)
    handle = temporal_client.get_workflow_handle(case_no)
    act = DepartmentAct(
        act_id="1",
        step="acceptance",
        department="permits",
        kind=ActKind.ACCEPT,
        actor=ActorKind.SYSTEM,
        occurred_at="2026-03-02T00:00:00Z",
    )
    await handle.execute_update(UPDATE_ACT, act)
    decide = act.model_copy(
        update={"act_id": "2", "step": "signboard", "kind": ActKind.DECIDE, "decision": Decision.GRANTED}
    )
    await handle.execute_update(UPDATE_ACT, decide)
    response = await withdraw(world, case_no)
    assert (response.status_code, slug(response)) == (409, "too-late")
    assert response.json()["detail"].startswith("各环节均已办结，不能再撤回。")
    assert response.json()["rule"] == "L-REMEDY"


@pytest.mark.parametrize("status", sorted(CLOSED))
async def test_closed_as_far_as_is_known(world: World, status: CaseStatus) -> None:
    case_no = await started(world)
    await record(world, case_no, event(90, EventKind(f"case.{status}"), case_status=status))
    response = await withdraw(world, case_no)
    assert (response.status_code, slug(response), response.json()["rule"]) == (409, "case-closed", "L-REMEDY")


async def test_while_a_supplement_is_awaited(world: World, temporal_client: Client) -> None:
    application = await world.application(
        theme="T2",
        answers={},
        form={"shop_name": "某公司"},
        materials=[],
        applicant={"name": "某公司", "credit_code": "91110000600037341L", "mobile": "13800000000"},
        delivery={"mode": "electronic"},
    )
    case_no = await world.filed(application)
    await until_started(world, case_no)
    asked = DepartmentAct(
        act_id="1",
        step="acceptance",
        department="permits",
        kind=ActKind.REQUEST_SUPPLEMENT,
        actor=ActorKind.HUMAN,
        officer="officer-1",
        occurred_at=datetime.now(UTC),
        document="0" * 64,
    )
    outcome: ActOutcome = await temporal_client.get_workflow_handle(case_no).execute_update(
        UPDATE_ACT, asked, result_type=ActOutcome
    )
    await record(world, case_no, *outcome.events)
    assert (await world.get(f"/v1/applications/{case_no}")).json()["status_zh"] == "待补正"
    response = await withdraw(world, case_no)
    assert (response.status_code, response.json()["status"]) == (200, "withdrawn")


async def test_ended_while_the_last_events_are_still_on_their_way(world: World) -> None:
    case_no = await started(world)
    await world.state.temporal.get_workflow_handle(case_no).terminate()
    response = await withdraw(world, case_no)
    assert (response.status_code, slug(response)) == (409, "case-closed")


async def test_foreign_portal_and_officers(world: World) -> None:
    case_no = await started(world)
    response = await withdraw(world, case_no, subject="portal-b")
    assert (response.status_code, slug(response)) == (404, "unknown-case")
    response = await withdraw(world, case_no, role="officer")
    assert (response.status_code, slug(response)) == (403, "forbidden")
    assert (await withdraw(world, case_no, role="window", subject="clerk")).status_code == 200


async def test_key_is_needed(world: World) -> None:
    response = await world.http.post("/v1/applications/1/withdraw", headers=world.auth())
    assert (response.status_code, slug(response)) == (422, "invalid-request")


async def test_temporal_away(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1))
    response = await withdraw(intake, case_no)
    assert (response.status_code, slug(response)) == (503, "unavailable")
    assert response.headers["retry-after"]
    assert (await intake.get(f"/v1/applications/{case_no}")).json()["status"] == "in_progress"


async def test_relays_reach_the_worker_of_the_intake(world: World, temporal_client: Client) -> None:
    """As the other services hand events over: a standalone activity on the intake's queue."""
    case_no = await started(world)
    await temporal_client.execute_activity(
        ACTIVITY_RECORD_EVENTS,
        batch(case_no, event(50, EventKind.CASE_LIGHT, light="yellow")),
        id=f"events-{case_no}",
        task_queue=QUEUE_INTAKE,
        start_to_close_timeout=timedelta(seconds=10),
    )

    async def yellow() -> bool:
        return bool((await world.get(f"/v1/applications/{case_no}")).json()["light"] == "yellow")

    await eventually(yellow)


def test_act_id_tells_nothing_of_the_key() -> None:
    assert act_id_of("1", "a") == act_id_of("1", "a") != act_id_of("2", "a")
    assert "secret" not in act_id_of("1", "secret")
