"""Departments' systems over HTTP: signatures, modes, callbacks, withdrawals."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from lianban.platform.webhooks import new_secret


async def test_a_task_is_decided_and_called_back(departments: Any, platform: Any) -> None:
    response = await departments.send()
    assert (response.status_code, response.json()) == (200, {"status": "received", "task_id": "C1:food-licence"})
    await platform.until(lambda: platform.acts)
    [act] = platform.acts
    assert (act["task_id"], act["decision"], act["actor"]) == ("C1:food-licence", "granted", "human")
    task = await departments.settled("answered")
    assert task["callback"] == {"attempts": 1, "status": 200, "problem": None}
    assert task["data"]["matter"] == "food-licence"


async def test_the_acceptance_task_is_accepted_whatever_the_mode(departments: Any, platform: Any) -> None:
    await departments.order("/market", mode="refuse")
    await departments.send("acceptance")
    await platform.until(lambda: platform.acts)
    assert platform.acts[0]["kind"] == "accept"


@pytest.mark.parametrize("headers", [{}, {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,a"}])
async def test_unsigned_tasks_are_turned_away(departments: Any, headers: dict[str, str]) -> None:
    address = f"{departments.base}/departments/market/tasks"
    response = await departments.http.post(address, content=b"{}", headers=headers)
    assert response.status_code == 401
    assert (await departments.send(secret=new_secret())).status_code == 401
    assert await departments.records() == []


async def test_what_is_no_task_is_turned_away(departments: Any) -> None:
    response = await departments.send(kind="task.unheard-of")
    assert (response.status_code, response.json()) == (200, {"status": "ignored"})
    assert await departments.records() == []
    assert (await departments.send(department="market", task_id=None, step=None)).status_code == 200
    response = await departments.http.post(f"{departments.base}/departments/unknown/tasks", content=b"{}")
    assert response.status_code == 404


async def test_a_repeated_task_is_taken_once(departments: Any, platform: Any) -> None:
    first, again = [await departments.send() for _ in range(2)]
    assert first.json() == again.json()
    await departments.settled("answered")
    assert len(platform.acts) == 1
    statistics = (await departments.http.get(f"{departments.base}/records/statistics")).json()
    assert statistics == {"tasks": 1, "repeats": 1, "open": 0, "callbacks": {"delivered": 1}}


async def test_a_known_task_in_another_message_is_a_mistake(departments: Any) -> None:
    await departments.send()
    assert (await departments.send(message_id="another")).status_code == 409


async def test_refusals_are_ordered_by_department_or_by_step(departments: Any, platform: Any) -> None:
    await departments.order("/market", mode="refuse")
    await departments.order("/market/steps/signboard", mode="grant")
    for step in ("food-licence", "signboard"):
        await departments.send(step)
    await departments.send("fire", department="health")
    await platform.until(lambda: len(platform.acts) == 3)
    decisions = {act["task_id"].split(":")[1]: act["decision"] for act in platform.acts}
    assert decisions == {"food-licence": "refused", "signboard": "granted", "fire": "granted"}
    refusal = next(act for act in platform.acts if act["decision"] == "refused")
    assert all(refusal[name] for name in ("officer", "reason", "legal_basis", "remedy"))


async def test_an_immediate_answer_stands_in_the_response_each_time(departments: Any, platform: Any) -> None:
    await departments.order(immediate=True)
    first, again = [(await departments.send()).json() for _ in range(2)]
    assert first == again
    assert [(act["decision"], act["actor"]) for act in first["acts"]] == [("granted", "system")]
    assert platform.acts == []


async def test_a_department_that_is_down_keeps_nothing(departments: Any, platform: Any) -> None:
    await departments.order("/market", mode="down")
    assert (await departments.send()).status_code == 503
    assert await departments.records() == []
    await departments.order("/market", mode="grant")
    assert (await departments.send()).status_code == 200
    await platform.until(lambda: platform.acts)


async def test_a_slow_department_takes_its_time_to_say_so(departments: Any, platform: Any) -> None:
    await departments.order("/market", mode="slow", delay_seconds=0.2)
    sending = asyncio.create_task(departments.send())
    await asyncio.sleep(0.05)
    assert not sending.done()
    assert await departments.records() == []
    impatient = await departments.send()  # asked again while the first still waits: taken once all the same
    assert impatient.json() == (await sending).json()
    await departments.settled("answered")
    assert len(platform.acts) == 1


async def test_held_tasks_wait_for_their_release(departments: Any, platform: Any) -> None:
    await departments.order("/market", mode="hold")
    for case in ("C1", "C2", "C3"):
        await departments.send(case=case)
    assert {task["state"] for task in await departments.records()} == {"held"}
    for mistyped in ({"step": "reveiw"}, {"case_no": "C9"}, {"step": "review", "case_no": "C9"}):
        with pytest.raises(httpx.HTTPStatusError, match="404"):
            await departments.order("/market/release", "POST", **mistyped)
    assert await departments.order("/health/release", "POST") == {"released": 0}
    assert await departments.order("/market/release", "POST", mode="refuse", case_no="C2") == {"released": 1}
    await platform.until(lambda: len(platform.acts) == 1)
    assert platform.acts[0]["decision"] == "refused"
    assert await departments.order("/market", mode="grant") == {"released": 2}
    await platform.until(lambda: len(platform.acts) == 3)
    assert [act["decision"] for act in platform.acts[1:]] == ["granted", "granted"]


async def test_a_public_notice_is_left_to_run_out(departments: Any, platform: Any) -> None:
    await departments.send("notice", kind_of_step="NOTICE")
    [task] = await departments.records()
    assert (task["state"], task["act"]) == ("published", None)
    assert (await departments.send("notice", kind="task.withdrawn")).json() == {"status": "withdrawn"}
    await departments.order("/market", mode="refuse")  # an objection is upheld
    await departments.send("notice", case="C2", kind_of_step="NOTICE")
    await platform.until(lambda: platform.acts)
    assert platform.acts[0]["decision"] == "refused"


async def test_granted_steps_have_the_results_the_task_names(departments: Any, platform: Any) -> None:
    expected = [
        {"code": "licence", "name": "食品经营许可证", "deliverable": True},
        {"code": "record", "name": "核查记录", "deliverable": False},
    ]
    await departments.send(results=expected)
    await platform.until(lambda: platform.acts)
    results = platform.acts[0]["results"]
    assert [(result["code"], "file" in result) for result in results] == [("licence", True), ("record", False)]


async def test_a_withdrawn_task_is_not_decided(departments: Any, platform: Any) -> None:
    await departments.order("/market", delay_seconds=60)
    await departments.send()
    withdrawn = await departments.send(kind="task.withdrawn", cause="applicant-withdrew")
    assert withdrawn.json() == {"status": "withdrawn"}
    [task] = await departments.records()
    assert (task["state"], task["withdrawn"]) == ("withdrawn", "applicant-withdrew")
    assert (await departments.send(kind="task.withdrawn")).json() == {"status": "ignored"}
    assert platform.acts == []


async def test_a_task_that_comes_after_its_withdrawal_is_not_begun(departments: Any, platform: Any) -> None:
    assert (await departments.send(kind="task.withdrawn", cause="applicant-withdrew")).json() == {"status": "ignored"}
    assert (await departments.send()).status_code == 200
    task = await departments.settled("withdrawn")
    assert (task["withdrawn"], task["acts"]) == ("applicant-withdrew", [])
    assert (await departments.send(kind="task.withdrawn")).json() == {"status": "ignored"}
    assert platform.attempts == 0


async def test_a_withdrawal_stops_a_callback_that_is_being_repeated(departments: Any, platform: Any) -> None:
    platform.answers = [503] * 3
    await departments.order("/market", delay_seconds=0)
    await departments.send()
    await platform.until(lambda: platform.attempts >= 1)
    assert (await departments.send(kind="task.withdrawn")).json() == {"status": "withdrawn"}
    await departments.settled("withdrawn")
    assert platform.acts == []


async def test_callbacks_are_repeated_until_they_arrive(departments: Any, platform: Any) -> None:
    platform.answers = [503, 429, 202]
    await departments.send()
    task = await departments.settled("answered")
    assert task["callback"] == {"attempts": 3, "status": 202, "problem": None}


async def test_a_rejected_callback_is_not_repeated(departments: Any, platform: Any) -> None:
    platform.answers = [409]
    await departments.send()
    task = await departments.settled("rejected")
    assert task["callback"] == {"attempts": 1, "status": 409, "problem": "urn:lianban:problem:test"}


async def test_what_was_given_up_is_called_again_on_release(departments: Any, platform: Any) -> None:
    platform.answers = [500] * 4
    await departments.send()
    await departments.settled("gave_up")
    assert await departments.order("/market/release", "POST") == {"released": 1}
    task = await departments.settled("answered")
    assert task["act"] == platform.acts[0]


async def test_control_shows_what_is_ordered_and_forgets_it(departments: Any) -> None:
    await departments.order("/market", mode="hold")
    await departments.order("/health/steps/fire", mode="down", delay_seconds=3)
    shown = await departments.order(method="GET")
    assert shown["default"] == {"mode": "grant", "delay_seconds": 0.0, "immediate": False, "first": []}
    assert shown["departments"]["market"]["mode"] == "hold"
    assert shown["steps"]["health/fire"]["delay_seconds"] == 3
    await departments.order(method="DELETE")
    assert (await departments.order(method="GET"))["departments"] == {}
    faulty = await departments.http.put(f"{departments.base}/control/departments/market", json={"mode": "nap"})
    assert faulty.status_code == 422
    assert "mode" in faulty.json()["error"]


async def test_many_tasks_at_once_are_all_answered(departments: Any, platform: Any) -> None:
    await asyncio.gather(*(departments.send(case=f"C{number}") for number in range(300)))
    await platform.until(lambda: len(platform.acts) == 300)
    assert len({act["act_id"] for act in platform.acts}) == 300
