"""Faults of an application: all at once, each at its place, none repeating what was filled in."""

from __future__ import annotations

from typing import Any

import pytest
from intake_world import IDENTITY_NUMBER, PNG, World, faults, slug


async def refused(intake: World, application: dict[str, Any], **auth: Any) -> list[tuple[str, str]]:
    response = await intake.file(application, **auth)
    assert (response.status_code, slug(response)) == (422, "invalid-application"), response.text
    assert response.json()["detail"].startswith(f"共有 {len(response.json()['errors'])} 处")
    return faults(response)


async def test_ten_faults_of_a_form_in_one_answer(intake: World) -> None:
    application = await intake.application()
    application["form"] = {
        "shop_name": "字" * 21,
        "shop_area": 0,
        "seats": 1.5,
        "opening_date": "2026-02-30",
        "outdoor": "yes",
        "fuel": "coal",
        "owner_number": "429006199003070061",
        "owner_mobile": "12345",
        "note": " ",
        "surprise": 1,
    }
    assert sorted(await refused(intake, application)) == sorted(
        [
            ("/form/surprise", "unknown-field"),
            ("/form/owner_name", "missing"),
            ("/form/owner_number", "check-digit"),
            ("/form/shop_name", "too-long"),
            ("/form/shop_area", "too-small"),
            ("/form/seats", "type"),
            ("/form/opening_date", "date"),
            ("/form/outdoor", "type"),
            ("/form/fuel", "option"),
            ("/form/owner_mobile", "pattern"),
            ("/form/note", "blank"),
        ]
    )


async def test_faults_of_every_part_in_one_answer(intake: World) -> None:
    application = {
        "source": {"system": "someone-else", "number": "有 空格"},
        "theme": "T1",
        "division": "429006",
        "channel": "fax",
        "answers": {"sign": "wanted"},
        "form": {},
        "materials": [
            {"material": "lease", "digest": "0" * 64, "name": ""},
            {"material": "passport", "digest": "../../etc", "name": "a"},
        ],
        "applicant": {"identity_number": "1", "mobile": "1", "email": "@"},
        "delivery": {"mode": "courier", "mobile": "1"},
    }
    found = await refused(intake, application)
    assert [fault for fault in found if not fault[0].startswith("/form/")] == [
        ("/source/system", "foreign-source"),
        ("/source/number", "pattern"),
        ("/channel", "option"),
        ("/materials/0/digest", "not-uploaded"),
        ("/materials/0/name", "missing"),
        ("/materials/1/material", "unknown-material"),
        ("/materials/1/digest", "not-uploaded"),
        ("/materials", "missing-material"),
        ("/applicant/name", "missing"),
        ("/applicant/identity_number", "pattern"),
        ("/applicant/mobile", "pattern"),
        ("/applicant/email", "pattern"),
        ("/delivery/address", "missing"),
        ("/delivery/recipient", "missing"),
        ("/delivery/mobile", "pattern"),
    ]
    assert len([fault for fault in found if fault[0].startswith("/form/")]) == 9


async def test_an_e_licence_neither_fetched_nor_uploaded_is_missing(intake: World) -> None:
    response = await intake.file(await intake.application(materials=[]))
    assert [(error["pointer"], error["message"]) for error in response.json()["errors"]] == [
        ("/materials", "缺少材料“居民身份证”，可经持证人同意从电子证照库调取；调取不到的，请上传"),
        ("/materials", "缺少材料“房屋租赁合同”"),
    ]


async def test_no_message_repeats_what_was_filled_in(intake: World) -> None:
    application = await intake.application()
    application["form"]["owner_number"] = "429006199003070061"
    application["applicant"]["identity_number"] = "429006199003070061"
    response = await intake.file(application)
    assert "429006199003070061" not in response.text


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"theme": "X9"}, ("/theme", "unknown-theme")),
        ({"division": "110101"}, ("/division", "foreign-division")),
        ({"division": "999999"}, ("/division", "foreign-division")),
        ({"answers": {}}, ("/answers/sign", "missing-answer")),
        ({"answers": {"sign": "perhaps"}}, ("/answers/sign", "unknown-option")),
        ({"channel": "window"}, ("/channel", "foreign-channel")),
        ({"delivery": {"mode": "pigeon"}}, ("/delivery/mode", "option")),
        ({"source": {"system": "portal-b", "number": "1"}}, ("/source/system", "foreign-source")),
        ({"source": {"system": "", "number": "1"}}, ("/source/system", "pattern")),
    ],
)
async def test_one_fault(intake: World, changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert await refused(intake, await intake.application(**changes)) == [fault]


@pytest.mark.parametrize(
    ("applicant", "fault"),
    [
        ({"identity_number": "429006199003070061"}, ("/applicant/identity_number", "check-digit")),
        ({"identity_number": "429006199002302316"}, ("/applicant/identity_number", "check-digit")),
        ({"identity_number": IDENTITY_NUMBER.lower()}, ("/applicant/identity_number", "pattern")),
        ({"identity_number": ""}, ("/applicant/identity_number", "missing")),
        ({"credit_code": "91110000600037342L"}, ("/applicant/credit_code", "check-digit")),
        ({"name": " "}, ("/applicant/name", "missing")),
        ({"name": "张" * 201}, ("/applicant/name", "too-long")),
        ({"name": "张\u0000三"}, ("/applicant/name", "characters")),
        ({"mobile": ""}, ("/applicant/mobile", "missing")),
        ({"mobile": "١٣٨٠٠٠٠٠٠٠٠"}, ("/applicant/mobile", "pattern")),
    ],
)
async def test_applicant(intake: World, applicant: dict[str, str], fault: tuple[str, str]) -> None:
    application = await intake.application()
    application["applicant"] |= applicant
    assert await refused(intake, application) == [fault]


async def test_company_needs_a_credit_code_and_delivery_as_its_theme_offers(intake: World) -> None:
    application = await intake.application(theme="T2", answers={}, form={"shop_name": "某公司"}, materials=[])
    del application["applicant"]["identity_number"]
    assert await refused(intake, application) == [
        ("/applicant/credit_code", "missing"),
        ("/delivery/mode", "option"),
    ]


async def test_file_of_a_format_the_material_may_not_have(intake: World) -> None:
    application = await intake.application()
    application["materials"][0]["digest"] = (await intake.upload(PNG)).json()["digest"]
    assert await refused(intake, application) == [("/materials/0/digest", "material-format")]


async def test_file_handed_in_twice_for_one_material(intake: World) -> None:
    application = await intake.application()
    application["materials"].append(application["materials"][0])
    assert await refused(intake, application) == [("/materials/2/digest", "repeated")]


async def test_material_that_an_earlier_step_makes_is_not_taken(intake: World) -> None:
    application = await intake.application()
    application["materials"].append({**application["materials"][0], "material": "hygiene-licence"})
    assert await refused(intake, application) == [("/materials/2/material", "unknown-material")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"form": []}, "/form"),
        ({"materials": {}}, "/materials"),
        ({"answers": {"sign": 1}}, "/answers/sign"),
        ({"unheard": 1}, "/unheard"),
        ({"applicant": {"identity_number": 1}}, "/applicant/identity_number"),
        ({"materials": [{"material": "lease"}] * 201}, "/materials"),
    ],
)
async def test_wrong_shapes(intake: World, body: dict[str, Any], pointer: str) -> None:
    response = await intake.file(body)
    assert (response.status_code, slug(response)) == (422, "invalid-request")
    assert pointer in [place for place, _ in faults(response)]


async def test_bodies_that_are_hard_to_store(intake: World) -> None:
    headers = {**intake.auth(), "Idempotency-Key": "hard", "Content-Type": "application/json"}
    for body in (
        '{"source": {"system": "a\\u0000", "number": "\\u0000"}}',
        '{"form": {"shop_name": "\\ud800"}, "theme": "T1"}',
        '{"form": {"x": NaN}}',
        '{"applicant": {"name": "\\ud800"}}',
        '{"\\ud800": 1, "form": {"\\udfff": 1}}',
        '{"theme": "T1", "division": "429006", "answers": {"sign": "wanted"}, "form": {"\\ud800": 1}}',
        '{"answers": {"\\ud800": "x"}, "theme": "T1", "division": "429006"}',
        '{"materials": [{"material": "lease", "digest": "' + "\\u0000" * 64 + '"}]}',
        '{"materials": [{"material": "lease", "digest": "' + "\\ud800" * 64 + '"}]}',
        '{"form": ' + '{"a":' * 5000 + "1" + "}" * 5001,
        "[1]",
        "{",
    ):
        response = await intake.http.post("/v1/applications", content=body, headers=headers)
        assert response.status_code in (400, 422), body[:60]
    for document in ("notice", "form"):
        body = '{"answers": {"\\ud800": "x"}}'
        response = await intake.http.post(f"/v1/themes/T1/{document}", content=body, headers=headers)
        assert response.status_code == 422
        assert ("/answers/\\ud800", "unknown-question") in faults(response), "told so that every parser can read it"


async def test_body_too_large(intake: World) -> None:
    response = await intake.file({"form": {"shop_name": "x" * 1_100_000}})
    assert (response.status_code, slug(response)) == (413, "body-too-large")
