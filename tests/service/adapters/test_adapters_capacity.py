"""A department's key proves the department: who is above it approves with a token of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from adapters_small_case import SmallCase
from adapters_world import World
from test_adapters_clock_acts import act_of, slug

from lianban.contracts import names
from lianban.platform.crypto import Keyring
from lianban_adapters.acts import repository
from lianban_adapters.acts.documents import Documents
from lianban_adapters.acts.schemas import CallbackAct
from lianban_adapters.acts.states import ActState
from lianban_adapters.acts.submission import of_system
from lianban_adapters.acts.validation import parse

ABOVE = [
    ("override", "review", {}, "L-ONCE"),
    ("override", "review", {"role": "agency_head"}, "L-ONCE"),
    ("extend", "review", {"role": "government_head"}, "L-EXT-10"),
    ("extend", "review", {"role": "supervisor"}, "L-EXT-10"),
    ("extend", names.CASE_STEP, {"role": "government_head", "days": 15}, "L-EXT-15"),
    ("extend", names.CASE_STEP, {"role": "agency_head", "days": 15}, "L-EXT-15"),
]


@pytest.mark.parametrize(("kind", "step", "changes", "rule"), ABOVE)
async def test_a_department_does_not_vouch_for_those_above_it(
    world: World, kind: str, step: str, changes: dict[str, Any], rule: str
) -> None:
    case = await world.start("review")
    assert (await world.callback(act_of("request_supplement", case.id))).status_code == 200
    answer = await world.callback(act_of(kind, case.id, step, **changes))
    assert (answer.status_code, slug(answer)) == (422, "invalid-act")
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"], fault["rule"]) == ("/role", "wrong-role", rule)
    assert "本人的令牌" in fault["message"]
    assert "/v1/inbox/tasks/" in fault["message"]
    assert [act.kind for act in await case.query(SmallCase.acts)] == ["request_supplement"]
    assert len(await world.rows("acts", case.id)) == 1


async def test_it_is_told_with_everything_else(world: World) -> None:
    case = await world.start("review")
    answer = await world.callback(act_of("override", case.id, role=..., reason=" ", days=3))
    found = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
    assert found == {("/role", "wrong-role"), ("/reason", "missing"), ("/days", "not-with-override")}


async def test_in_the_answer_to_a_task_it_is_left_to_a_person(world: World) -> None:
    def answer(task: dict[str, Any]) -> Any:
        return {"acts": [act_of("override", task["case_no"], task["step"])]}

    world.market.answers["task.created verify"] = [answer]
    case = await world.start("verify")
    [task] = await world.rows("tasks", case.id)
    assert (task["channel"], await world.rows("acts", case.id)) == ("inbox", [])
    assert "须由他人批准" in task["reason"]


async def test_what_was_taken_before_is_delivered_and_answered_as_before(world: World, test_keyring: Keyring) -> None:
    """An installation that runs had taken such acts: they lie in the outbox, and their senders ask what became."""
    case = await world.start("review")
    assert (await world.callback(act_of("request_supplement", case.id))).status_code == 200
    written = act_of("override", case.id)
    submission = of_system("market", parse(CallbackAct, written, datetime.now(UTC)), test_keyring)
    document = await Documents(world.store).keep(submission.prepared)
    async with world.engine.begin() as connection:
        taken = replace(submission, unproven=())
        assert await repository.store(connection, taken, document, ActState.WAITING) is not None

    async def applied() -> bool:
        return {row["state"] for row in await world.rows("acts", case.id)} == {"applied"}

    await world.until(applied)
    assert [act.kind for act in await case.query(SmallCase.acts)] == ["request_supplement", "override"]
    again = await world.callback(written)
    assert (again.status_code, again.json()["status"]) == (200, "applied")
    other = await world.callback({**written, "reason": "另一个理由"})
    assert (other.status_code, slug(other)) == (409, "idempotency-conflict")
