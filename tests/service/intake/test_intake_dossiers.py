"""Dossiers: cut to the step, logged, and for services only."""

from __future__ import annotations

import hashlib

import httpx
from intake_events import granted, licence, record
from intake_world import IDENTITY_NUMBER, PDF, PNG, World, slug


async def read(intake: World, case_no: str, place: str, role: str = "service") -> httpx.Response:
    return await intake.get(f"/internal/v1/cases/{case_no}/{place}", role, "dept-adapters")


async def test_dossier_holds_what_the_matter_names_and_no_more(intake: World) -> None:
    case_no = await intake.filed()
    dossier = (await read(intake, case_no, "steps/owner-check/dossier?purpose=submit")).json()
    assert dossier["elements"] == {
        "owner_name": {"name": "经营者姓名", "value": "张三", "text": "张三"},
        "owner_number": {"name": "经营者身份号码", "value": IDENTITY_NUMBER, "text": IDENTITY_NUMBER},
    }
    assert [material["code"] for material in dossier["materials"]] == ["identity-card"]
    assert set(dossier["elements"]) <= set(dossier["scope"]["elements"])
    assert {material["code"] for material in dossier["materials"]} <= set(dossier["scope"]["materials"])
    assert dossier["applicant"] == {
        "name": "张三",
        "identity_number": IDENTITY_NUMBER,
        "credit_code": None,
        "mobile": "13800000000",
        "email": None,
        "address": None,
    }


async def test_values_read_as_people_read_them(intake: World) -> None:
    case_no = await intake.filed()
    elements = (await read(intake, case_no, "steps/hygiene/dossier?purpose=x")).json()["elements"]
    assert (elements["fuel"]["value"], elements["fuel"]["text"]) == ("gas", "天然气")
    assert (elements["outdoor"]["value"], elements["outdoor"]["text"]) == (True, "是")
    assert (elements["shop_area"]["value"], elements["shop_area"]["text"]) == (60.5, "60.5")
    assert "note" not in elements


async def test_materials_handed_in(intake: World) -> None:
    application = await intake.application()
    photo = (await intake.upload(PNG)).json()["digest"]
    application["materials"].append({"material": "photo", "digest": photo, "name": "店面.png"})
    case_no = await intake.filed(application)
    dossier = (await read(intake, case_no, "steps/hygiene/dossier?purpose=x")).json()
    assert dossier["materials"] == [
        {
            "code": "lease",
            "name": "房屋租赁合同",
            "digest": hashlib.sha256(PDF).hexdigest(),
            "media_type": "application/pdf",
            "file_name": "张三租赁合同.pdf",
            "licence": None,
        },
        {
            "code": "photo",
            "name": "店面照片",
            "digest": photo,
            "media_type": "image/png",
            "file_name": "店面.png",
            "licence": None,
        },
    ]


async def test_what_an_earlier_step_issued_is_handed_on(intake: World) -> None:
    case_no = await intake.filed()
    assert (await read(intake, case_no, "steps/gas-supply/dossier?purpose=x")).json()["materials"] == []
    await record(intake, case_no, granted(1, "hygiene", await licence(intake)))
    [material] = (await read(intake, case_no, "steps/gas-supply/dossier?purpose=x")).json()["materials"]
    assert (material["code"], material["file_name"]) == ("hygiene-licence", "许可证 1.pdf")
    assert await intake.state.objects.get(material["digest"]) == b"%PDF-licence"


async def test_what_was_issued_a_moment_ago_is_handed_on_too(intake: World) -> None:
    """The order of a step names what the steps before it issued: their events may still be on their way here."""
    case_no = await intake.filed()
    document = await licence(intake)
    query = f"steps/gas-supply/dossier?purpose=x&document=hygiene:{document}"
    [material] = (await read(intake, case_no, query)).json()["materials"]
    assert material["code"] == "hygiene-licence"


async def test_who_accepts_sees_everything(intake: World) -> None:
    case_no = await intake.filed()
    dossier = (await read(intake, case_no, "steps/acceptance/dossier?purpose=accept")).json()
    assert {"owner_name", "shop_name", "fuel"} <= set(dossier["elements"])
    assert [material["code"] for material in dossier["materials"]] == ["identity-card", "lease"]


async def test_recipient(intake: World) -> None:
    case_no = await intake.filed()
    assert (await read(intake, case_no, "recipient")).json() == {
        "name": "张三",
        "mobile": "13800000000",
        "email": None,
        "delivery": {
            "mode": "courier",
            "address": "天门市竟陵街道人民路1号",
            "recipient": "张三",
            "mobile": "13800000000",
        },
    }


async def test_every_access_is_logged(intake: World) -> None:
    case_no = await intake.filed()
    response = await read(intake, case_no, "steps/hygiene/dossier?purpose=分送部门")
    assert response.headers["cache-control"] == "no-store"
    await read(intake, case_no, "recipient?purpose=寄送")
    await read(intake, case_no, "steps/nowhere/dossier?purpose=x")
    rows = await intake.rows(
        "SELECT step, subject, purpose FROM intake.dossier_accesses WHERE case_no = :n ORDER BY id", n=case_no
    )
    assert rows == [
        {"step": "hygiene", "subject": "dept-adapters", "purpose": "分送部门"},
        {"step": None, "subject": "dept-adapters", "purpose": "寄送"},
        {"step": "nowhere", "subject": "dept-adapters", "purpose": "x"},
    ]


async def test_refusals(intake: World) -> None:
    case_no = await intake.filed()
    response = await read(intake, case_no, "steps/hygiene/dossier")
    assert (response.status_code, slug(response)) == (422, "invalid-request")
    response = await read(intake, case_no, "steps/nowhere/dossier?purpose=x")
    assert (response.status_code, slug(response)) == (404, "unknown-step")
    for place in ("steps/hygiene/dossier?purpose=x", "recipient"):
        response = await read(intake, "429006T1202601010000001A", place)
        assert (response.status_code, slug(response)) == (404, "unknown-case")
        for role in ("portal", "window", "officer", "operator", "supervisor", "department"):
            response = await read(intake, case_no, place, role)
            assert (response.status_code, slug(response)) == (403, "forbidden")


async def test_no_department_opens_a_dossier_whatever_its_token_says(intake: World) -> None:
    case_no = await intake.filed()
    for roles in (("department",), ("service",), ("service", "department")):
        token = intake.authority.issue("market-system", roles, department="market")
        for place in ("steps/hygiene/dossier?purpose=x", "recipient"):
            url = f"/internal/v1/cases/{case_no}/{place}"
            response = await intake.http.get(url, headers={"Authorization": f"Bearer {token}"})
            assert (response.status_code, slug(response)) == (403, "forbidden")
    assert not await intake.rows("SELECT 1 FROM intake.dossier_accesses WHERE case_no = :n", n=case_no)
