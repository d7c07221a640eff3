"""Prefill: values with their source, licences as materials, consent first, and nobody waits for a registry."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from intake_world import CREDIT_CODE, IDENTITY_NUMBER, PDF, World, faults, slug
from prefill_outside import SECONDS, Outside, outside, prefilling
from sqlalchemy import text

from lianban.platform.auth import Principal
from lianban_intake.prefill.ports import Holder, Licence, NoRegistries, Purpose
from lianban_intake.prefill.schemas import PrefillRequest
from lianban_intake.prefill.service import Prefiller

CHILD = "429006202003079990"
GUARDIAN = "11010519491231002X"
SIGN = {"sign": "wanted"}
OWNER_FIELDS = ["owner_name", "owner_number"]
SHOP_FIELDS = ["shop_name", "seats"]


@pytest.fixture
async def around(tmp_path: Path) -> AsyncIterator[Outside]:
    async with outside(tmp_path) as made:
        yield made


@pytest.fixture
async def world(intake_folder: Path, intake_url: str, around: Outside) -> AsyncIterator[World]:
    """With a memory of its own of who is down."""
    async with prefilling(intake_folder, intake_url, around) as made:
        yield made


async def consent_text(world: World) -> dict[str, str]:
    form = (await world.http.post("/v1/themes/T1/form", json={"answers": SIGN})).json()
    text: dict[str, str] = form["prefill"]["consent"]
    return text


async def holder(world: World, subject: str = "owner", identity: str = IDENTITY_NUMBER, **consent: Any) -> Any:
    kind = "company" if subject == "shop" else "person"
    agreed = {"given": True, "text_version": (await consent_text(world))["version"], **consent}
    return {"subjects": [subject], "type": kind, "identity": identity, "consent": agreed}


async def ask(world: World, *holders: Any, role: str = "portal", **changes: Any) -> httpx.Response:
    body = {"answers": SIGN, "division": "429006001", "holders": list(holders), **changes}
    return await world.http.post("/v1/themes/T1/prefill", json=body, headers=world.auth(role))


async def prefilled(world: World, *holders: Any) -> dict[str, Any]:
    response = await ask(world, *holders)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def reasons(found: dict[str, Any]) -> dict[str, str]:
    return {item["code"]: item["reason"] for item in found["not_fetched"]}


async def log(world: World) -> list[dict[str, Any]]:
    return await world.rows(
        "SELECT c.*, q.kind, q.source, q.asked, q.matters, q.outcome, q.ended_at FROM intake.prefill_queries AS q"
        " JOIN intake.prefill_consents AS c ON c.id = q.consent ORDER BY q.id"
    )


async def test_form_offers_prefill_with_the_consent_to_show(world: World) -> None:
    form = (await world.http.post("/v1/themes/T1/form", json={"answers": SIGN})).json()
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


async def test_values_come_with_their_source_and_fit_the_form(world: World) -> None:
    found = await prefilled(world, await holder(world), await holder(world, "shop", CREDIT_CODE))
    assert sorted(found["values"]) == sorted([*OWNER_FIELDS, *SHOP_FIELDS])
    assert found["values"]["owner_number"] == {
        "value": IDENTITY_NUMBER,
        "subject": "owner",
        "source": "population",
        "source_name": "人口库",
    }
    assert found["values"]["shop_name"]["source"] == "companies"
    application = await world.application()
    application["form"] |= {code: item["value"] for code, item in found["values"].items()}
    assert (await world.file(application)).status_code == 201


async def test_each_is_asked_for_what_is_his_own_and_for_its_purpose(world: World, around: Outside) -> None:
    found = await prefilled(world, await holder(world))
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


async def test_a_fetched_licence_is_a_material_like_any_other(world: World) -> None:
    found = await prefilled(world, await holder(world))
    [card] = found["materials"]
    assert (card["material"], card["file_name"]) == ("identity-card", "居民身份证.pdf")
    content = await world.state.objects.get(card["digest"])
    assert content.startswith(b"%PDF-")
    assert len(content) == card["size"]
    application = await world.application()
    application["materials"][1] = {
        "material": card["material"],
        "digest": card["digest"],
        "name": card["file_name"],
    }
    case_no = await world.filed(application)
    dossier = await world.get(
        f"/internal/v1/cases/{case_no}/steps/owner-check/dossier?purpose=x", "service", "dept-adapters"
    )
    [given] = dossier.json()["materials"]
    assert given["digest"] == card["digest"]
    fetched_at = datetime.fromisoformat(given["licence"].pop("fetched_at"))
    assert timedelta() <= datetime.now(UTC) - fetched_at < timedelta(minutes=5)
    assert given["licence"] == card["licence"]
    assert given["licence"]["verification"]["status"] == "valid"


async def fetched_card(world: World) -> dict[str, Any]:
    [card] = (await prefilled(world, await holder(world)))["materials"]
    return {"material": card["material"], "digest": card["digest"], "name": card["file_name"]}


async def licence_given(
    world: World,
    card: dict[str, Any],
    step: str = "owner-check",
    form: dict[str, Any] | None = None,
    applicant: dict[str, str] | None = None,
    **auth: Any,
) -> Any:
    """What the department of a case filed with ``card`` is told of it."""
    application = await world.application()
    application["form"] = form or application["form"]
    application["applicant"] |= applicant or {}
    application["materials"] = [item for item in application["materials"] if item["material"] != card["material"]]
    application["materials"].append(card)
    application["source"]["system"] = auth.get("subject", application["source"]["system"])
    response = await world.file(application, **auth)
    assert response.status_code == 201, response.text
    path = f"/internal/v1/cases/{response.json()['case_no']}/steps/{step}/dossier?purpose=x"
    materials = (await world.get(path, "service", "dept-adapters")).json()["materials"]
    return next(item["licence"] for item in materials if item["digest"] == card["digest"])


async def test_a_licence_fetched_by_another_portal_is_a_plain_material(world: World) -> None:
    card = await fetched_card(world)
    assert await licence_given(world, card, subject="portal-b") is None
    assert (await licence_given(world, card))["type"] == "identity-card"


async def test_a_licence_filed_as_another_material_is_a_plain_material(world: World) -> None:
    card = await fetched_card(world)
    assert await licence_given(world, {**card, "material": "lease"}, step="hygiene") is None


async def test_a_licence_of_somebody_the_application_does_not_name_is_a_plain_material(world: World) -> None:
    card = await fetched_card(world)
    application = await world.application()
    other = {**application["form"], "owner_number": "110101199003072332"}
    assert other["owner_number"] != application["form"]["owner_number"]
    assert await licence_given(world, card, form=other, applicant={"identity_number": other["owner_number"]}) is None
    assert await licence_given(world, card) is not None


@pytest.mark.parametrize(
    "changed",
    ["theme = 'T2'", "type = 'business-licence'", "fetched_at = now() - interval '31 days'"],
)
async def test_a_licence_of_another_theme_type_or_time_is_a_plain_material(world: World, changed: str) -> None:
    card = await fetched_card(world)
    async with world.state.engine.begin() as connection:
        statement = f"UPDATE intake.fetched_licences SET {changed} WHERE digest = :digest"
        await connection.execute(text(statement), {"digest": card["digest"]})
    try:
        assert await licence_given(world, card) is None
    finally:  # the file is the same for all tests of this holder
        async with world.state.engine.begin() as connection:
            await connection.execute(text("DELETE FROM intake.fetched_licences"))


async def test_a_fetched_licence_is_bound_to_its_consent(world: World) -> None:
    card = await fetched_card(world)
    [row] = await world.rows(
        "SELECT l.type, l.asked_by, l.theme, l.holder = c.holder AS same FROM intake.fetched_licences AS l"
        " JOIN intake.prefill_consents AS c ON c.id = l.consent WHERE l.digest = :digest",
        digest=card["digest"],
    )
    assert row == {"type": "identity-card", "asked_by": "portal-a", "theme": "T1", "same": True}


async def test_one_may_be_several_subjects_and_is_asked_once(world: World, around: Outside) -> None:
    both = await holder(world)
    both["subjects"] = ["owner", "child"]
    found = await prefilled(world, both)
    assert {code: item["subject"] for code, item in found["values"].items()} == {
        "owner_name": "owner",
        "owner_number": "owner",
        "child_name": "child",
    }
    [question] = await around.asked(around.registries)
    assert question["elements"] == [*OWNER_FIELDS, "child_name"]
    assert question["matters"] == ["owner-check", "hygiene"]


async def test_repeating_changes_nothing_but_the_log(world: World) -> None:
    someone = await holder(world)
    before = len(await log(world))
    first = await prefilled(world, someone)
    rows = await world.rows("SELECT count(*) FROM intake.materials")
    assert await prefilled(world, someone) == first
    assert await world.rows("SELECT count(*) FROM intake.materials") == rows
    assert len(await log(world)) == before + 4


async def test_every_question_is_logged_without_a_number_in_clear(world: World, caplog: Any) -> None:
    before = len(await log(world))
    given_at = datetime.now(UTC) - timedelta(days=1)
    asked = await holder(world, given_at=given_at.isoformat(), given_by="agent")
    await prefilled(world, asked, await holder(world, "shop", CREDIT_CODE))
    rows = {row["source"]: row for row in (await log(world))[before:]}
    assert {source: (row["kind"], row["outcome"]) for source, row in rows.items()} == {
        "companies": ("registry", "answered"),
        "population": ("registry", "answered"),
        "identity-card": ("licence", "answered"),
    }
    own = rows["population"]
    assert (own["asked_by"], own["role"], own["theme"], own["division"]) == ("portal-a", "portal", "T1", "429006001")
    assert (own["matters"], own["asked"], own["subjects"]) == (["owner-check"], OWNER_FIELDS, ["owner"])
    assert (own["given_by"], own["given_at"]) == ("agent", given_at)
    assert own["text_version"] == (await consent_text(world))["version"]
    assert own["ended_at"] >= own["at"]
    assert rows["companies"]["holder"] != own["holder"] == rows["identity-card"]["holder"]
    for table in ("prefill_consents", "prefill_queries", "fetched_licences"):
        dump = json.dumps(await world.rows(f"SELECT row_to_json(t)::text AS row FROM intake.{table} AS t"))
        assert IDENTITY_NUMBER not in dump
        assert CREDIT_CODE not in dump
    assert IDENTITY_NUMBER not in caplog.text


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
    world: World, around: Outside, consent: dict[str, Any], fault: tuple[str, str]
) -> None:
    before = len(await log(world))
    response = await ask(world, await holder(world, **consent))
    assert (response.status_code, slug(response)) == (422, "invalid-prefill")
    assert faults(response) == [fault]
    assert IDENTITY_NUMBER not in response.text
    assert await around.asked(around.registries) == []
    assert len(await log(world)) == before


async def test_consent_for_other_answers_is_another_consent(world: World) -> None:
    response = await ask(world, await holder(world), answers={"sign": "unwanted"})
    assert faults(response) == [("/holders/0/consent/text_version", "other-consent")]


async def test_for_a_young_child_its_guardian_consents(world: World) -> None:
    response = await ask(world, await holder(world, "child", CHILD))
    assert faults(response) == [("/holders/0/consent/given_by", "guardian-consent")]
    found = await prefilled(world, await holder(world, "child", CHILD, given_by="guardian"))
    assert list(found["values"]) == ["child_name"]


async def test_the_guardian_of_an_adult_is_named_and_kept_as_a_hash(world: World) -> None:
    found = await prefilled(world, await holder(world, given_by="guardian", guardian=GUARDIAN))
    assert found["values"]
    row = (await log(world))[-1]
    assert len(row["guardian"]) == 64
    assert row["guardian"] != row["holder"]


@pytest.mark.parametrize("given_by", ["guardian", "relative"])
async def test_a_company_has_neither_guardian_nor_relatives(world: World, given_by: str) -> None:
    response = await ask(world, await holder(world, "shop", CREDIT_CODE, given_by=given_by))
    assert faults(response) == [("/holders/0/consent/given_by", "option")]


async def test_every_fault_of_a_request_at_once(world: World) -> None:
    good = await holder(world)
    response = await ask(
        world,
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
    wrong_kind = await ask(world, {**good, "type": "company", "identity": CREDIT_CODE})
    assert faults(wrong_kind) == [("/holders/0/type", "option")]
    assert faults(await ask(world)) == [("/holders", "missing")]


async def test_wrong_answers_divisions_and_themes_are_told_as_elsewhere(world: World) -> None:
    assert slug(await ask(world, await holder(world), answers={})) == "invalid-answers"
    assert faults(await ask(world, division="110101")) == [("/division", "foreign-division")]
    response = await world.http.post("/v1/themes/X9/prefill", json={}, headers=world.auth())
    assert (response.status_code, slug(response)) == (404, "unknown-theme")


@pytest.mark.parametrize("role", ["officer", "supervisor", "service", "operator"])
async def test_only_portals_and_windows_prefill(world: World, role: str) -> None:
    assert slug(await ask(world, await holder(world), role=role)) == "forbidden"
    response = await world.http.post("/v1/themes/T1/prefill", json={})
    assert slug(response) == "unauthenticated"


async def test_a_window_prefills_too(world: World) -> None:
    assert (await ask(world, await holder(world), role="window")).status_code == 200
    assert (await log(world))[-1]["role"] == "window"


async def test_what_is_not_connected_is_asked_of_the_applicant(intake: World) -> None:
    found = await prefilled(intake, await holder(intake))
    assert (found["values"], found["materials"]) == ({}, [])
    told = {item["code"]: (item["reason"], item["reason_zh"], item["retry"]) for item in found["not_fetched"]}
    assert told["owner_name"] == ("not-connected", "人口库尚未接入，请自行填写", False)
    assert told["identity-card"] == ("not-connected", "电子证照库尚未接入，请上传", False)


async def test_a_registry_that_is_down_leaves_the_others(world: World, around: Outside) -> None:
    await around.order(around.registries, "down", "population")
    found = await prefilled(world, await holder(world), await holder(world, "shop", CREDIT_CODE))
    assert sorted(found["values"]) == sorted(SHOP_FIELDS)
    assert [item["material"] for item in found["materials"]] == ["identity-card"]
    told = {item["code"]: item for item in found["not_fetched"]}
    assert told["owner_name"]["reason"] == "unavailable"
    assert told["owner_name"]["reason_zh"] == "人口库暂时无法查询，可以稍后重试，或者请自行填写"
    assert told["owner_name"]["retry"] is True
    assert {row["source"]: row["outcome"] for row in (await log(world))[-3:]} == {
        "population": "unavailable",
        "companies": "answered",
        "identity-card": "answered",
    }


async def test_a_library_that_is_down_makes_the_licence_an_upload(world: World, around: Outside) -> None:
    await around.order(around.licences, "down")
    found = await prefilled(world, await holder(world))
    assert found["materials"] == []
    assert reasons(found)["identity-card"] == "unavailable"
    without = await world.application()
    del without["materials"][1]
    assert faults(await world.file(without)) == [("/materials", "missing-material")]
    assert (await world.file()).status_code == 201


async def test_nobody_waits_for_who_is_slow(world: World, around: Outside) -> None:
    await around.order(around.registries, "slow", delay_seconds=30)
    await around.order(around.licences, "slow", delay_seconds=30)
    everyone = [await holder(world), await holder(world, "shop", CREDIT_CODE)]
    started = time.monotonic()
    found = await prefilled(world, *everyone)
    assert time.monotonic() - started < SECONDS * 2
    assert set(reasons(found).values()) == {"unavailable", "no-holder"}


async def test_who_fails_again_and_again_is_left_alone_and_found_again(world: World, around: Outside) -> None:
    await around.order(around.registries, "down", "population")
    someone = await holder(world)
    for _ in range(4):
        await prefilled(world, someone)
    before = len(await around.asked(around.registries))
    await around.order(around.registries, "up", "population")
    found = await prefilled(world, someone)
    assert reasons(found)["owner_name"] == "unavailable"
    assert len(await around.asked(around.registries)) == before


async def test_a_second_attempt_follows_a_failure(world: World, around: Outside) -> None:
    await around.order(around.registries, "down", "population")
    await prefilled(world, await holder(world))
    assert [question["status"] for question in await around.asked(around.registries)] == [503, 503]


async def test_who_asks_for_time_is_given_it(world: World, around: Outside) -> None:
    await around.order(around.registries, "down", "population", retry_after=30)
    someone = await holder(world)
    for _ in range(3):
        await prefilled(world, someone)
    assert len(await around.asked(around.registries)) == 1


async def test_values_of_the_wrong_type_do_not_reach_the_form(world: World, around: Outside) -> None:
    await around.order(around.registries, "wrong")
    await around.order(around.licences, "wrong")
    found = await prefilled(world, await holder(world))
    assert (found["values"], found["materials"]) == ({}, [])
    told = {item["code"]: (item["reason"], item["reason_zh"]) for item in found["not_fetched"]}
    assert told["owner_name"] == ("unusable", "人口库返回的内容不符合要求，未采用，请自行填写")
    assert told["identity-card"] == ("unusable", "电子证照库返回的内容不符合要求，未采用，请上传")


async def test_whoever_is_unknown_fills_in_and_uploads(world: World, around: Outside) -> None:
    await around.order(around.registries, "unknown")
    await around.order(around.licences, "unknown")
    found = await prefilled(world, await holder(world))
    assert reasons(found)["owner_name"] == reasons(found)["identity-card"] == "not-held"
    assert [row["outcome"] for row in (await log(world))[-2:]] == ["not-held", "not-held"]
    assert not any(item["retry"] for item in found["not_fetched"])


async def test_many_at_once(world: World) -> None:
    someone = await holder(world)
    answers = await asyncio.gather(*(ask(world, someone) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


async def test_an_uploaded_file_has_no_licence(world: World) -> None:
    case_no = await world.filed()
    path = f"/internal/v1/cases/{case_no}/steps/hygiene/dossier?purpose=x"
    [lease] = (await world.get(path, "service", "dept-adapters")).json()["materials"]
    assert lease["licence"] is None
    assert await world.state.objects.get(lease["digest"]) == PDF


class CountingLibrary:
    """Answers at leisure, and counts whom it answers at a time."""

    def __init__(self) -> None:
        self.now = self.most = self.asked = 0

    async def fetch(self, licence: str, name: str, holder: Holder, purpose: Purpose) -> Licence:
        self.now, self.asked = self.now + 1, self.asked + 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.02)
        self.now -= 1
        return Licence("1", "公安局", "application/pdf", PDF, {})


async def test_a_few_licences_are_in_memory_at_a_time(world: World) -> None:
    state, library, asked = world.state, CountingLibrary(), await holder(world)
    prefiller = Prefiller(state.engine, state.objects, state.keyring, NoRegistries(), library, 30.0)
    prepared = state.catalogues.current.prepare("T1", SIGN, "429006001")
    request = PrefillRequest(answers=SIGN, division="429006001", holders=[asked])
    caller = Principal("portal-a", frozenset({"portal"}))
    answers = await asyncio.gather(*(prefiller.prefill(prepared, request, caller) for _ in range(8)))
    assert {len(answer.materials) for answer in answers} == {1}
    assert (library.asked, library.most) == (8, 3)


async def look_up(world: World, role: str = "operator", **changes: Any) -> httpx.Response:
    body = {"type": "person", "identity": IDENTITY_NUMBER, "purpose": "本人申请查阅", **changes}
    return await world.http.post("/v1/prefill-log", json=body, headers=world.auth(role, "someone"))


@pytest.mark.parametrize("role", ["operator", "supervisor"])
async def test_a_holder_is_told_who_asked_about_him(world: World, role: str) -> None:
    await prefilled(world, await holder(world, given_by="agent"), await holder(world, "shop", CREDIT_CODE))
    response = await look_up(world, role)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    licence, registry = response.json()["questions"][:2]
    assert (registry["asked_by"], registry["source"], registry["outcome"]) == ("portal-a", "population", "answered")
    assert "门户（portal-a）为办理“" in registry["summary"]
    assert registry["summary"].endswith("经代理人同意，向人口库查询经营者姓名、经营者身份号码：已取得")
    assert licence["summary"].endswith("从电子证照库调取居民身份证（用作居民身份证）：已取得")
    assert IDENTITY_NUMBER not in response.text
    [looked] = await world.rows("SELECT subject, purpose, holder FROM intake.prefill_lookups ORDER BY id DESC LIMIT 1")
    assert (looked["subject"], looked["purpose"]) == ("someone", "本人申请查阅")
    assert looked["holder"] == (await log(world))[-1]["holder"]


async def test_who_was_never_asked_about_is_told_so(world: World) -> None:
    response = await look_up(world, identity=GUARDIAN)
    assert response.json() == {"questions": [], "more": False}


@pytest.mark.parametrize("role", ["portal", "window", "officer", "service", "department"])
async def test_nobody_else_reads_the_log(world: World, role: str) -> None:
    assert slug(await look_up(world, role)) == "forbidden"


async def test_a_look_into_the_log_names_a_holder_and_a_purpose(world: World) -> None:
    response = await look_up(world, identity="1")
    assert (slug(response), faults(response)) == ("invalid-lookup", [("/identity", "check-digit")])
    response = await look_up(world, type="ghost")
    assert (slug(response), faults(response)) == ("invalid-lookup", [("/type", "option")])
    assert (await look_up(world, purpose=" ")).status_code == 422
