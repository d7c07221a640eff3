"""Which themes fit: public, by the facts stated alone, which leave no trace."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from intake_world import World, faults, slug


async def match(intake: World, audience: Any, **facts: Any) -> httpx.Response:
    return await intake.http.post("/v1/themes/match", json={"audience": audience, "facts": facts})


async def test_vocabulary_by_audience(intake: World) -> None:
    response = await intake.http.get("/v1/facts")
    assert response.status_code == 200
    person, company = response.json()["audiences"]
    assert (person["audience"], company["audience_zh"]) == ("person", "法人和其他组织")
    assert [fact["code"] for fact in person["facts"]] == ["age", "opens_shop"]
    assert person["facts"][0] == {
        "code": "age",
        "name": "年龄（周岁）",
        "type": "integer",
        "options": [],
        "minimum": 0,
        "maximum": 150,
    }
    assert company["facts"][0]["options"][0] == {"value": "retail", "label": "零售"}


async def test_themes_that_fit_say_why(intake: World) -> None:
    response = await match(intake, "person", age=18, opens_shop=True)
    assert response.status_code == 200
    (fitting,) = response.json()["fits"]
    assert (fitting["theme"]["code"], fitting["why"]) == ("T1", ["准备开店", "年满18周岁"])
    assert fitting["theme"]["href"] == "/v1/themes/T1"
    assert response.json()["perhaps"] == []


async def test_themes_that_perhaps_fit_say_what_is_missing(intake: World) -> None:
    (possible,) = (await match(intake, "person", age=18)).json()["perhaps"]
    assert (possible["theme"]["code"], possible["why"], possible["open"]) == ("T1", ["年满18周岁"], ["准备开店"])
    assert [(fact["code"], fact["name"]) for fact in possible["missing"]] == [("opens_shop", "准备开店")]


async def test_themes_that_do_not_fit_are_left_out(intake: World) -> None:
    assert (await match(intake, "person", age=17)).json() == {"fits": [], "perhaps": []}
    assert [item["theme"]["code"] for item in (await match(intake, "company")).json()["perhaps"]] == ["T2"]


async def test_facts_may_be_left_out_altogether(intake: World) -> None:
    response = await intake.http.post("/v1/themes/match", json={"audience": "person"})
    assert [fact["code"] for fact in response.json()["perhaps"][0]["missing"]] == ["opens_shop", "age"]


async def test_every_fault_at_once_with_its_place(intake: World) -> None:
    response = await match(intake, "person", age=200, opens_shop="yes", trade="retail", salary=9000)
    assert (response.status_code, slug(response)) == (422, "invalid-facts")
    assert set(faults(response)) == {
        ("/facts/age", "out-of-range"),
        ("/facts/opens_shop", "wrong-type"),
        ("/facts/trade", "other-audience"),
        ("/facts/salary", "unknown-fact"),
    }
    assert response.json()["detail"] == "共有 4 处需要更正。"
    assert faults(await match(intake, "company", trade="bank")) == [("/facts/trade", "unknown-option")]


async def test_a_malformed_request(intake: World) -> None:
    response = await intake.http.post("/v1/themes/match", json={"audience": "nobody", "facts": [], "name": "张三"})
    assert (response.status_code, slug(response)) == (422, "invalid-request")
    assert {place for place, _ in faults(response)} == {"/audience", "/facts", "/name"}


async def test_nothing_stated_is_logged(intake: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await match(intake, "person", age=137, opens_shop=True)
    await match(intake, "person", age=1137)
    # Errors with it, but not the numbers of our own lines.
    assert "137" not in "".join(map(logging.Formatter().format, caplog.records))


async def test_a_name_longer_than_any_is_refused_without_looking(intake: World) -> None:
    response = await intake.http.post("/v1/themes/match", json={"audience": "person", "facts": {"a" * 100_000: 1}})
    assert (response.status_code, len(response.content) < 2_000) == (422, True)
    assert response.json()["errors"][0]["pointer"] == "/facts"
