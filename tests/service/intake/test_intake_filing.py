"""Filing: what makes a case, and what makes one case only."""

from __future__ import annotations

import asyncio
import json

import pytest
from intake_world import PNG, World, slug
from stdnum.iso7064 import mod_37_36

from lianban.clock.deadlines import local_date


async def test_receipt(intake: World) -> None:
    response = await intake.file()
    assert response.status_code == 201
    receipt = response.json()
    case_no = receipt["case_no"]
    assert receipt == {
        "case_no": case_no,
        "status": "received",
        "links": {
            "self": f"/v1/applications/{case_no}",
            "events": f"/v1/applications/{case_no}/events",
            "results": f"/v1/applications/{case_no}/results",
            "supplements": f"/v1/cases/{case_no}/supplements",
            "documents": f"/v1/cases/{case_no}/documents",
            "withdraw": f"/v1/applications/{case_no}/withdraw",
        },
    }
    assert response.headers["location"] == receipt["links"]["self"]


async def test_case_number_names_division_theme_and_day(intake: World) -> None:
    case_no = await intake.filed()
    [case] = await intake.rows("SELECT received_at FROM intake.cases WHERE case_no = :n", n=case_no)
    assert case_no.startswith(f"429006T1{local_date(case['received_at']):%Y%m%d}")
    assert len(case_no) == 6 + 2 + 8 + 7 + 1
    assert mod_37_36.is_valid(case_no)


async def test_filing_writes_case_steps_event_and_outbox_together(intake: World) -> None:
    case_no = await intake.filed()
    steps = await intake.rows(
        "SELECT code, state FROM intake.case_steps WHERE case_no = :n ORDER BY position", n=case_no
    )
    assert {step["code"] for step in steps} == {"owner-check", "hygiene", "gas-supply", "signboard"}
    assert {step["state"] for step in steps} == {"waiting"}
    assert await intake.rows("SELECT seq, kind FROM intake.events WHERE case_no = :n", n=case_no) == [
        {"seq": 0, "kind": "case.received"}
    ]
    assert len(await intake.rows("SELECT 1 FROM intake.pending_starts WHERE case_no = :n", n=case_no)) == 1


async def test_nothing_personal_is_readable_in_the_database(intake: World) -> None:
    await intake.filed()
    tables = await intake.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'intake'")
    for table in tables:
        dump = json.dumps(
            await intake.rows(f"SELECT row_to_json(t)::text AS row FROM intake.{table['tablename']} AS t"),
            ensure_ascii=False,
        )
        for personal in ("张三", "42900619900307006X", "13800000000", "人民路", "早春面馆"):
            assert personal not in dump, table


async def test_case_keeps_what_it_was_compiled_to(intake: World) -> None:
    first, second = await intake.filed(), await intake.filed()
    rows = await intake.rows(
        "SELECT case_no, digest, plan, dossiers, c.form FROM intake.applications"
        " JOIN intake.compilations AS c ON digest = compilation WHERE case_no IN (:a, :b)",
        a=first,
        b=second,
    )
    assert len(rows) == 2
    assert len({row["digest"] for row in rows}) == 1
    assert rows[0]["plan"]["theme_name"] == "开小店“一件事”"
    assert set(rows[0]["dossiers"]["steps"]) == {"owner-check", "hygiene", "gas-supply", "signboard"}
    assert rows[0]["form"]["fields"]


async def test_same_key_same_body_gets_the_same_answer(intake: World) -> None:
    application = await intake.application()
    first = await intake.file(application, key="again")
    second = await intake.file(dict(reversed(application.items())), key="again")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


async def test_same_source_number_same_body_gets_the_same_answer(intake: World) -> None:
    application = await intake.application()
    first, second = await intake.file(application), await intake.file(application)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


async def test_same_key_other_body(intake: World) -> None:
    await intake.file(key="taken")
    response = await intake.file(key="taken")
    assert (response.status_code, slug(response)) == (409, "idempotency-conflict")


async def test_same_source_number_other_body(intake: World) -> None:
    application = await intake.application()
    await intake.file(application)
    application["form"]["seats"] = 13
    response = await intake.file(application)
    assert (response.status_code, slug(response)) == (409, "source-conflict")


async def test_used_key_is_told_before_faults_of_the_other_body(intake: World) -> None:
    await intake.file(key="used")
    response = await intake.file({"theme": "nothing"}, key="used")
    assert slug(response) == "idempotency-conflict"


async def test_keys_of_different_callers_do_not_meet(intake: World) -> None:
    first = await intake.file(key="shared")
    other = await intake.application(source={"system": "portal-b", "number": "B-1"})
    second = await intake.file(other, key="shared", subject="portal-b")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["case_no"] != second.json()["case_no"]


async def test_identical_filings_at_the_same_time_make_one_case(intake: World) -> None:
    application = await intake.application()
    answers = await asyncio.gather(*(intake.file(application, key="rush") for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
    assert len({answer.json()["case_no"] for answer in answers}) == 1
    number = application["source"]["number"]
    assert len(await intake.rows("SELECT 1 FROM intake.applications WHERE source_no = :n", n=number)) == 1


async def test_different_filings_under_one_number_at_the_same_time_make_one_case(intake: World) -> None:
    applications = [await intake.application() for _ in range(6)]
    for application in applications:
        application["source"] = {"system": "portal-a", "number": "contested"}
        application["form"]["seats"] = applications.index(application)
    answers = await asyncio.gather(*(intake.file(application) for application in applications))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert len(await intake.rows("SELECT 1 FROM intake.applications WHERE source_no = 'contested'")) == 1


async def test_refused_application_leaves_nothing(intake: World) -> None:
    before = await intake.rows("SELECT count(*) FROM intake.cases")
    application = await intake.application(delivery={"mode": "courier"})
    assert (await intake.file(application)).status_code == 422
    assert await intake.rows("SELECT count(*) FROM intake.cases") == before


async def test_window_files_for_any_source(intake: World) -> None:
    application = await intake.application(channel="window", source={"system": "hall-1", "number": "1"})
    response = await intake.file(application, role="window", subject="clerk-7")
    assert response.status_code == 201


async def test_idempotency_key_is_needed(intake: World) -> None:
    response = await intake.http.post("/v1/applications", json=await intake.application(), headers=intake.auth())
    assert (response.status_code, slug(response)) == (422, "invalid-request")
    assert response.json()["errors"][0]["location"] == "header"


@pytest.mark.parametrize("role", ["officer", "supervisor", "service", "operator"])
async def test_who_may_not_file(intake: World, role: str) -> None:
    response = await intake.file({}, role=role, subject="x")
    assert (response.status_code, slug(response)) == (403, "forbidden")


async def test_company_theme_is_accepted_by_the_lead_department(intake: World) -> None:
    application = await intake.application(
        theme="T2",
        answers={},
        form={"shop_name": "某公司"},
        materials=[],
        applicant={"name": "某公司", "credit_code": "91110000600037341L", "mobile": "13800000000"},
        delivery={"mode": "electronic"},
    )
    case_no = await intake.filed(application)
    progress = (await intake.get(f"/v1/applications/{case_no}")).json()
    assert progress["status_zh"] == "已收件"


async def test_every_optional_thing_may_be_given(intake: World) -> None:
    photo = (await intake.upload(PNG)).json()["digest"]
    application = await intake.application()
    application["materials"].append({"material": "photo", "digest": photo, "name": "店面.png"})
    application["form"]["note"] = "无"
    application["applicant"] |= {"email": "zhang.san@example.cn", "address": "天门市"}
    assert (await intake.file(application)).status_code == 201
