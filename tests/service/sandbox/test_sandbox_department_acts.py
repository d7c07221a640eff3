"""Departments that ask for a supplement, stop, extend before they decide: as ordered, act by act, and on record."""

from __future__ import annotations

from typing import Any

import pytest

STOP = {"act": "stop", "procedure": "testing", "days": 8}
SUPPLEMENT = {"act": "request_supplement"}
EXTEND = {"act": "extend", "days": 5}
DOSSIER = {
    "elements": {"operator_name": {"name": "经营者", "value": "甲", "text": "甲"}, "area": {}},
    "materials": [{"code": "lease"}, {"code": "plan"}],
}


def kinds(platform: Any) -> list[str]:
    return [act["kind"] for act in platform.acts]


async def test_what_is_ordered_is_done_in_its_order(departments: Any, platform: Any) -> None:
    await departments.order("/market", first=[STOP, EXTEND])
    await departments.send()
    task = await departments.settled("answered")
    assert kinds(platform) == ["stop", "resume", "extend", "decide"]
    assert [(act["kind"], act["callback"]["status"]) for act in task["acts"]] == [
        (kind, 200) for kind in kinds(platform)
    ]
    stop, resume, extend, decide = platform.acts
    assert (stop["procedure"], stop["days"], resume["procedure"]) == ("testing", 8, "testing")
    assert (extend["role"], extend["days"], decide["decision"]) == ("agency_head", 5, "granted")
    assert len({act["act_id"] for act in platform.acts}) == 4
    statistics = (await departments.http.get(f"{departments.base}/records/statistics")).json()
    assert (statistics["open"], statistics["callbacks"]) == (0, {"delivered": 4})


async def test_a_supplement_is_waited_for(departments: Any, platform: Any) -> None:
    await departments.order("/market/steps/food-licence", first=[SUPPLEMENT, EXTEND])
    await departments.send(**DOSSIER)
    task = await departments.settled("awaiting")
    assert platform.acts[0]["missing"] == [
        {"element": "operator_name", "note": "与核查结果不一致，请更正。（沙箱示例）"},
        {"material": "lease", "note": "与核查结果不一致，请更正。（沙箱示例）"},
    ]
    assert task["supplements"] == 0
    corrected = {"elements": {"operator_name": {"name": "经营者", "value": "乙", "text": "乙"}}}
    for expected in ("supplemented", "ignored"):  # told again: nothing more comes of it
        sent = await departments.send(kind="task.supplemented", message_id="C1:food-licence:supplement:3", **corrected)
        assert sent.json() == {"status": expected}
    task = await departments.settled("answered")
    assert kinds(platform) == ["request_supplement", "extend", "decide"]
    assert (task["supplements"], task["data"]["elements"]) == (1, corrected["elements"])
    assert task["data"]["step_name"] == "食品经营许可"


async def test_what_is_missing_may_be_ordered(departments: Any, platform: Any) -> None:
    missing = [{"material": "lease", "note": "缺第二页"}]
    await departments.order("/market", first=[{**SUPPLEMENT, "missing": missing}])
    await departments.send(**DOSSIER)
    await departments.settled("awaiting")
    assert platform.acts[0]["missing"] == missing


async def test_a_procedure_lasts_until_it_is_released(departments: Any, platform: Any) -> None:
    await departments.order("/market", mode="hold", first=[STOP])
    await departments.send()
    await departments.settled("held")
    assert kinds(platform) == ["stop"]
    assert await departments.order("/market/release", "POST", mode="hold") == {"released": 1}
    await platform.until(lambda: len(platform.acts) == 2)
    await departments.settled("held")
    assert kinds(platform) == ["stop", "resume"]
    assert await departments.order("/market/release", "POST", mode="refuse") == {"released": 1}
    await departments.settled("answered")
    assert (kinds(platform)[2:], platform.acts[2]["decision"]) == (["decide"], "refused")


async def test_who_accepts_only_asks(departments: Any, platform: Any) -> None:
    await departments.order("/market", first=[SUPPLEMENT, STOP, EXTEND])
    await departments.send("acceptance", **DOSSIER)
    await departments.settled("awaiting")
    await departments.send("acceptance", kind="task.supplemented", message_id="s-1")
    await departments.settled("answered")
    assert kinds(platform) == ["request_supplement", "accept"]


async def test_what_the_platform_does_not_want_ends_it_and_says_why(departments: Any, platform: Any) -> None:
    platform.answers = [200, 409]
    await departments.order("/market", first=[STOP, EXTEND])
    await departments.send()
    task = await departments.settled("rejected")
    assert [(act["kind"], act["callback"]["status"]) for act in task["acts"]] == [("stop", 200), ("resume", 409)]


async def test_an_act_given_up_is_taken_up_again(departments: Any, platform: Any) -> None:
    platform.answers = [503] * 4
    await departments.order("/market", first=[EXTEND])
    await departments.send()
    await departments.settled("gave_up")
    assert await departments.order("/market/release", "POST") == {"released": 1}
    await departments.settled("answered")
    assert kinds(platform) == ["extend", "decide"]


async def test_not_accepting(departments: Any, platform: Any) -> None:
    await departments.order("/market", mode="not_accept")
    await departments.send()
    await departments.settled("answered")
    assert (kinds(platform), platform.acts[0]["ground"]) == (["not_accept"], "not_needed")


async def test_a_withdrawal_ends_the_waiting(departments: Any, platform: Any) -> None:
    await departments.order("/market", first=[SUPPLEMENT])
    await departments.send(**DOSSIER)
    await departments.settled("awaiting")
    assert (await departments.send(kind="task.withdrawn", cause="not-supplemented")).json() == {"status": "withdrawn"}
    late = await departments.send(kind="task.supplemented", message_id="s-1")
    assert late.json() == {"status": "ignored"}
    assert kinds(platform) == ["request_supplement"]


async def test_a_department_that_is_down_hears_of_no_supplement(departments: Any) -> None:
    await departments.order("/market", first=[SUPPLEMENT])
    await departments.send(**DOSSIER)
    await departments.settled("awaiting")
    await departments.order("/market", mode="down")
    assert (await departments.send(kind="task.supplemented", message_id="s-1")).status_code == 503
    await departments.order("/market", mode="grant")
    assert (await departments.send(kind="task.supplemented", message_id="s-1")).json() == {"status": "supplemented"}
    await departments.settled("answered")


@pytest.mark.parametrize(
    "first",
    [
        [{"act": "sleep"}],
        [{"act": "stop", "days": 0}],
        [{"act": "stop", "procedure": "nap"}],
        "stop",
        [{**EXTEND, "role": "supervisor"}],
    ],
)
async def test_impossible_orders_are_turned_away(departments: Any, first: Any) -> None:
    address = f"{departments.base}/control/departments/market"
    assert (await departments.http.put(address, json={"first": first})).status_code == 422
    assert (await departments.http.put(address, json={"immediate": True, "first": [STOP]})).status_code == 422
