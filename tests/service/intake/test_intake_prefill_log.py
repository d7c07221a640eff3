"""What was asked about whom is logged, and told to the one it was asked about, and to nobody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from intake_world import CREDIT_CODE, IDENTITY_NUMBER, World, faults, slug
from prefill_asking import (
    GUARDIAN,
    OWNER_FIELDS,
    consent_text,
    holder,
    log,
    prefilled,
)


async def test_every_question_is_logged_without_a_number_in_clear(prefill: World, caplog: Any) -> None:
    before = len(await log(prefill))
    given_at = datetime.now(UTC) - timedelta(days=1)
    asked = await holder(prefill, given_at=given_at.isoformat(), given_by="agent")
    await prefilled(prefill, asked, await holder(prefill, "shop", CREDIT_CODE))
    rows = {row["source"]: row for row in (await log(prefill))[before:]}
    assert {source: (row["kind"], row["outcome"]) for source, row in rows.items()} == {
        "companies": ("registry", "answered"),
        "population": ("registry", "answered"),
        "identity-card": ("licence", "answered"),
    }
    own = rows["population"]
    assert (own["asked_by"], own["role"], own["theme"], own["division"]) == ("portal-a", "portal", "T1", "429006001")
    assert (own["matters"], own["asked"], own["subjects"]) == (["owner-check"], OWNER_FIELDS, ["owner"])
    assert (own["given_by"], own["given_at"]) == ("agent", given_at)
    assert own["text_version"] == (await consent_text(prefill))["version"]
    assert own["ended_at"] >= own["at"]
    assert rows["companies"]["holder"] != own["holder"] == rows["identity-card"]["holder"]
    for table in ("prefill_consents", "prefill_queries", "fetched_licences"):
        dump = json.dumps(await prefill.rows(f"SELECT row_to_json(t)::text AS row FROM intake.{table} AS t"))
        assert IDENTITY_NUMBER not in dump
        assert CREDIT_CODE not in dump
    assert IDENTITY_NUMBER not in caplog.text


async def look_up(prefill: World, role: str = "operator", **changes: Any) -> httpx.Response:
    body = {"type": "person", "identity": IDENTITY_NUMBER, "purpose": "本人申请查阅", **changes}
    return await prefill.http.post("/v1/prefill-log", json=body, headers=prefill.auth(role, "someone"))


@pytest.mark.parametrize("role", ["operator", "supervisor"])
async def test_a_holder_is_told_who_asked_about_him(prefill: World, role: str) -> None:
    await prefilled(prefill, await holder(prefill, given_by="agent"), await holder(prefill, "shop", CREDIT_CODE))
    response = await look_up(prefill, role)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    licence, registry = response.json()["questions"][:2]
    assert (registry["asked_by"], registry["source"], registry["outcome"]) == ("portal-a", "population", "answered")
    assert "门户（portal-a）为办理“" in registry["summary"]
    assert registry["summary"].endswith("经代理人同意，向人口库查询经营者姓名、经营者身份号码：已取得")
    assert licence["summary"].endswith("从电子证照库调取居民身份证（用作居民身份证）：已取得")
    assert IDENTITY_NUMBER not in response.text
    [looked] = await prefill.rows(
        "SELECT subject, purpose, holder FROM intake.prefill_lookups ORDER BY id DESC LIMIT 1"
    )
    assert (looked["subject"], looked["purpose"]) == ("someone", "本人申请查阅")
    assert looked["holder"] == (await log(prefill))[-1]["holder"]


async def test_who_was_never_asked_about_is_told_so(prefill: World) -> None:
    response = await look_up(prefill, identity=GUARDIAN)
    assert response.json() == {"questions": [], "more": False}


@pytest.mark.parametrize("role", ["portal", "window", "officer", "service", "department"])
async def test_nobody_else_reads_the_log(prefill: World, role: str) -> None:
    assert slug(await look_up(prefill, role)) == "forbidden"


async def test_a_look_into_the_log_names_a_holder_and_a_purpose(prefill: World) -> None:
    response = await look_up(prefill, identity="1")
    assert (slug(response), faults(response)) == ("invalid-lookup", [("/identity", "check-digit")])
    response = await look_up(prefill, type="ghost")
    assert (slug(response), faults(response)) == ("invalid-lookup", [("/type", "option")])
    assert (await look_up(prefill, purpose=" ")).status_code == 422
