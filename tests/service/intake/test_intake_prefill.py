"""Prefill: values with their source, licences as materials, consent first, and nobody waits for a registry."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from intake_world import CREDIT_CODE, IDENTITY_NUMBER, World, faults, slug
from prefill_asking import (
    CHILD,
    GUARDIAN,
    OWNER_FIELDS,
    SHOP_FIELDS,
    SIGN,
    ask,
    holder,
    log,
    prefilled,
    reasons,
)
from prefill_outside import SECONDS, Outside


async def test_form_offers_prefill_with_the_consent_to_show(prefill: World) -> None:
    form = (await prefill.http.post("/v1/themes/T1/form", json={"answers": SIGN})).json()
    offer = form["prefill"]
    assert offer["href"] == "/v1/themes/T1/prefill"
    assert {subject["code"]: subject["type"] for subject in offer["subjects"]} == {
        "owner": "person",
        "child": "person",
        "shop": "company",
    }
    assert "经营者：向人口库查询经营者姓名、经营者身份号码；从电子证照库调取居民身份证。" in offer["consent"]["text"]
    assert offer["consent"]["version"].startswith("T1-")
    assert form["schema"]["properties"]["owner_name"]["x-subject"] == "owner"


async def test_values_come_with_their_source_and_fit_the_form(prefill: World) -> None:
    found = await prefilled(prefill, await holder(prefill), await holder(prefill, "shop", CREDIT_CODE))
    assert sorted(found["values"]) == sorted([*OWNER_FIELDS, *SHOP_FIELDS])
    assert found["values"]["owner_number"] == {
        "value": IDENTITY_NUMBER,
        "subject": "owner",
        "source": "population",
        "source_name": "人口库",
    }
    assert found["values"]["shop_name"]["source"] == "companies"
    application = await prefill.application()
    application["form"] |= {code: item["value"] for code, item in found["values"].items()}
    assert (await prefill.file(application)).status_code == 201


async def test_each_is_asked_for_what_is_his_own_and_for_its_purpose(prefill: World, around: Outside) -> None:
    found = await prefilled(prefill, await holder(prefill))
    assert reasons(found) == {"shop_name": "no-holder", "seats": "no-holder", "child_name": "no-holder"}
    assert "没有列明店铺，请自行填写" in [item["reason_zh"] for item in found["not_fetched"]]
    [question] = await around.asked(around.registries)
    assert question == {
        "source": "population",
        "theme": "T1",
        "matters": ["owner-check"],
        "elements": OWNER_FIELDS,
        "status": 200,
    }


async def test_one_may_be_several_subjects_and_is_asked_once(prefill: World, around: Outside) -> None:
    both = await holder(prefill)
    both["subjects"] = ["owner", "child"]
    found = await prefilled(prefill, both)
    assert {code: item["subject"] for code, item in found["values"].items()} == {
        "owner_name": "owner",
        "owner_number": "owner",
        "child_name": "child",
    }
    [question] = await around.asked(around.registries)
    assert question["elements"] == [*OWNER_FIELDS, "child_name"]
    assert question["matters"] == ["owner-check", "hygiene"]


async def test_repeating_changes_nothing_but_the_log(prefill: World) -> None:
    someone = await holder(prefill)
    before = len(await log(prefill))
    first = await prefilled(prefill, someone)
    rows = await prefill.rows("SELECT count(*) FROM intake.materials")
    assert await prefilled(prefill, someone) == first
    assert await prefill.rows("SELECT count(*) FROM intake.materials") == rows
    assert len(await log(prefill)) == before + 4


@pytest.mark.parametrize(
    ("consent", "fault"),
    [
        ({"given": False}, ("/holders/0/consent/given", "no-consent")),
        ({"text_version": "T2-0123456789abcdef"}, ("/holders/0/consent/text_version", "other-consent")),
        ({"text_version": ""}, ("/holders/0/consent/text_version", "other-consent")),
        ({"given_by": "neighbour"}, ("/holders/0/consent/given_by", "option")),
        (
            {"given_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()},
            ("/holders/0/consent/given_at", "future"),
        ),
        ({"given_at": "0001-01-01T00:00:00+08:00"}, ("/holders/0/consent/given_at", "too-old")),
        ({"given_at": "1950-01-01T00:00:00+08:00"}, ("/holders/0/consent/given_at", "too-old")),
        ({"given_by": "relative"}, ("/holders/0/consent/given_by", "option")),
        ({"given_by": "guardian"}, ("/holders/0/consent/guardian", "missing")),
        ({"given_by": "guardian", "guardian": "1"}, ("/holders/0/consent/guardian", "check-digit")),
        ({"given_by": "guardian", "guardian": IDENTITY_NUMBER}, ("/holders/0/consent/guardian", "option")),
        ({"given_by": "guardian", "guardian": CHILD}, ("/holders/0/consent/guardian", "option")),
        ({"guardian": GUARDIAN}, ("/holders/0/consent/guardian", "option")),
    ],
)
async def test_without_this_consent_nobody_is_asked(
    prefill: World, around: Outside, consent: dict[str, Any], fault: tuple[str, str]
) -> None:
    before = len(await log(prefill))
    response = await ask(prefill, await holder(prefill, **consent))
    assert (response.status_code, slug(response)) == (422, "invalid-prefill")
    assert faults(response) == [fault]
    assert IDENTITY_NUMBER not in response.text
    assert await around.asked(around.registries) == []
    assert len(await log(prefill)) == before


async def test_consent_for_other_answers_is_another_consent(prefill: World) -> None:
    response = await ask(prefill, await holder(prefill), answers={"sign": "unwanted"})
    assert faults(response) == [("/holders/0/consent/text_version", "other-consent")]


async def test_for_a_young_child_its_guardian_consents(prefill: World) -> None:
    response = await ask(prefill, await holder(prefill, "child", CHILD))
    assert faults(response) == [("/holders/0/consent/given_by", "guardian-consent")]
    found = await prefilled(prefill, await holder(prefill, "child", CHILD, given_by="guardian"))
    assert list(found["values"]) == ["child_name"]


async def test_the_guardian_of_an_adult_is_named_and_kept_as_a_hash(prefill: World) -> None:
    found = await prefilled(prefill, await holder(prefill, given_by="guardian", guardian=GUARDIAN))
    assert found["values"]
    row = (await log(prefill))[-1]
    assert len(row["guardian"]) == 64
    assert row["guardian"] != row["holder"]


@pytest.mark.parametrize("given_by", ["guardian", "relative"])
async def test_a_company_has_neither_guardian_nor_relatives(prefill: World, given_by: str) -> None:
    response = await ask(prefill, await holder(prefill, "shop", CREDIT_CODE, given_by=given_by))
    assert faults(response) == [("/holders/0/consent/given_by", "option")]


async def test_every_fault_of_a_request_at_once(prefill: World) -> None:
    good = await holder(prefill)
    response = await ask(
        prefill,
        {**good, "subjects": ["owner", "stranger"], "identity": "1"},
        {**good, "type": "company", "identity": CREDIT_CODE},
        {"subjects": [], "type": "ghost"},
    )
    assert faults(response) == [
        ("/holders/0/subjects/1", "unknown-subject"),
        ("/holders/0/identity", "check-digit"),
        ("/holders/1/subjects/0", "repeated"),
        ("/holders/2/subjects", "missing"),
        ("/holders/2/type", "option"),
        ("/holders/2/consent/given", "no-consent"),
    ]
    wrong_kind = await ask(prefill, {**good, "type": "company", "identity": CREDIT_CODE})
    assert faults(wrong_kind) == [("/holders/0/type", "option")]
    assert faults(await ask(prefill)) == [("/holders", "missing")]


async def test_wrong_answers_divisions_and_themes_are_told_as_elsewhere(prefill: World) -> None:
    assert slug(await ask(prefill, await holder(prefill), answers={})) == "invalid-answers"
    assert faults(await ask(prefill, division="110101")) == [("/division", "foreign-division")]
    response = await prefill.http.post("/v1/themes/X9/prefill", json={}, headers=prefill.auth())
    assert (response.status_code, slug(response)) == (404, "unknown-theme")


@pytest.mark.parametrize("role", ["officer", "supervisor", "service", "operator"])
async def test_only_portals_and_windows_prefill(prefill: World, role: str) -> None:
    assert slug(await ask(prefill, await holder(prefill), role=role)) == "forbidden"
    response = await prefill.http.post("/v1/themes/T1/prefill", json={})
    assert slug(response) == "unauthenticated"


async def test_a_window_prefills_too(prefill: World) -> None:
    assert (await ask(prefill, await holder(prefill), role="window")).status_code == 200
    assert (await log(prefill))[-1]["role"] == "window"


async def test_what_is_not_connected_is_asked_of_the_applicant(intake: World) -> None:
    found = await prefilled(intake, await holder(intake))
    assert (found["values"], found["materials"]) == ({}, [])
    told = {item["code"]: (item["reason"], item["reason_zh"], item["retry"]) for item in found["not_fetched"]}
    assert told["owner_name"] == ("not-connected", "人口库尚未接入，请自行填写", False)
    assert told["identity-card"] == ("not-connected", "电子证照库尚未接入，请上传", False)


async def test_a_registry_that_is_down_leaves_the_others(prefill: World, around: Outside) -> None:
    await around.order(around.registries, "down", "population")
    found = await prefilled(prefill, await holder(prefill), await holder(prefill, "shop", CREDIT_CODE))
    assert sorted(found["values"]) == sorted(SHOP_FIELDS)
    assert [item["material"] for item in found["materials"]] == ["identity-card"]
    told = {item["code"]: item for item in found["not_fetched"]}
    assert told["owner_name"]["reason"] == "unavailable"
    assert told["owner_name"]["reason_zh"] == "人口库暂时无法查询，可以稍后重试，或者请自行填写"
    assert told["owner_name"]["retry"] is True
    assert {row["source"]: row["outcome"] for row in (await log(prefill))[-3:]} == {
        "population": "unavailable",
        "companies": "answered",
        "identity-card": "answered",
    }


async def test_a_library_that_is_down_makes_the_licence_an_upload(prefill: World, around: Outside) -> None:
    await around.order(around.licences, "down")
    found = await prefilled(prefill, await holder(prefill))
    assert found["materials"] == []
    assert reasons(found)["identity-card"] == "unavailable"
    without = await prefill.application()
    del without["materials"][1]
    assert faults(await prefill.file(without)) == [("/materials", "missing-material")]
    assert (await prefill.file()).status_code == 201


async def test_nobody_waits_for_who_is_slow(prefill: World, around: Outside) -> None:
    await around.order(around.registries, "slow", delay_seconds=30)
    await around.order(around.licences, "slow", delay_seconds=30)
    everyone = [await holder(prefill), await holder(prefill, "shop", CREDIT_CODE)]
    started = time.monotonic()
    found = await prefilled(prefill, *everyone)
    assert time.monotonic() - started < SECONDS * 2
    assert set(reasons(found).values()) == {"unavailable", "no-holder"}


async def test_who_fails_again_and_again_is_left_alone_and_found_again(prefill: World, around: Outside) -> None:
    await around.order(around.registries, "down", "population")
    someone = await holder(prefill)
    for _ in range(4):
        await prefilled(prefill, someone)
    before = len(await around.asked(around.registries))
    await around.order(around.registries, "up", "population")
    found = await prefilled(prefill, someone)
    assert reasons(found)["owner_name"] == "unavailable"
    assert len(await around.asked(around.registries)) == before


async def test_a_second_attempt_follows_a_failure(prefill: World, around: Outside) -> None:
    await around.order(around.registries, "down", "population")
    await prefilled(prefill, await holder(prefill))
    assert [question["status"] for question in await around.asked(around.registries)] == [503, 503]


async def test_who_asks_for_time_is_given_it(prefill: World, around: Outside) -> None:
    await around.order(around.registries, "down", "population", retry_after=30)
    someone = await holder(prefill)
    for _ in range(3):
        await prefilled(prefill, someone)
    assert len(await around.asked(around.registries)) == 1


async def test_values_of_the_wrong_type_do_not_reach_the_form(prefill: World, around: Outside) -> None:
    await around.order(around.registries, "wrong")
    await around.order(around.licences, "wrong")
    found = await prefilled(prefill, await holder(prefill))
    assert (found["values"], found["materials"]) == ({}, [])
    told = {item["code"]: (item["reason"], item["reason_zh"]) for item in found["not_fetched"]}
    assert told["owner_name"] == ("unusable", "人口库返回的内容不符合要求，未采用，请自行填写")
    assert told["identity-card"] == ("unusable", "电子证照库返回的内容不符合要求，未采用，请上传")


async def test_whoever_is_unknown_fills_in_and_uploads(prefill: World, around: Outside) -> None:
    await around.order(around.registries, "unknown")
    await around.order(around.licences, "unknown")
    found = await prefilled(prefill, await holder(prefill))
    assert reasons(found)["owner_name"] == reasons(found)["identity-card"] == "not-held"
    assert [row["outcome"] for row in (await log(prefill))[-2:]] == ["not-held", "not-held"]
    assert not any(item["retry"] for item in found["not_fetched"])


async def test_many_at_once(prefill: World) -> None:
    someone = await holder(prefill)
    answers = await asyncio.gather(*(ask(prefill, someone) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
