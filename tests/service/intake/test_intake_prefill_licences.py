"""Licences fetched for somebody: materials, which count as what they are only for whom and what they were fetched."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from intake_world import PDF, World
from prefill_asking import (
    SIGN,
    holder,
    prefilled,
)
from sqlalchemy import text

from lianban.platform.auth import Principal
from lianban_intake.prefill.ports import Holder, Licence, NoRegistries, Purpose
from lianban_intake.prefill.schemas import PrefillRequest
from lianban_intake.prefill.service import Prefiller


async def test_a_fetched_licence_is_a_material_like_any_other(prefill: World) -> None:
    found = await prefilled(prefill, await holder(prefill))
    [card] = found["materials"]
    assert (card["material"], card["file_name"]) == ("identity-card", "居民身份证.pdf")
    content = await prefill.state.objects.get(card["digest"])
    assert content.startswith(b"%PDF-")
    assert len(content) == card["size"]
    application = await prefill.application()
    application["materials"][1] = {
        "material": card["material"],
        "digest": card["digest"],
        "name": card["file_name"],
    }
    case_no = await prefill.filed(application)
    dossier = await prefill.get(
        f"/internal/v1/cases/{case_no}/steps/owner-check/dossier?purpose=x", "service", "dept-adapters"
    )
    [given] = dossier.json()["materials"]
    assert given["digest"] == card["digest"]
    fetched_at = datetime.fromisoformat(given["licence"].pop("fetched_at"))
    assert timedelta() <= datetime.now(UTC) - fetched_at < timedelta(minutes=5)
    assert given["licence"] == card["licence"]
    assert given["licence"]["verification"]["status"] == "valid"


async def fetched_card(prefill: World) -> dict[str, Any]:
    [card] = (await prefilled(prefill, await holder(prefill)))["materials"]
    return {"material": card["material"], "digest": card["digest"], "name": card["file_name"]}


async def licence_given(
    prefill: World,
    card: dict[str, Any],
    step: str = "owner-check",
    form: dict[str, Any] | None = None,
    applicant: dict[str, str] | None = None,
    **auth: Any,
) -> Any:
    """What the department of a case filed with ``card`` is told of it."""
    application = await prefill.application()
    application["form"] = form or application["form"]
    application["applicant"] |= applicant or {}
    application["materials"] = [item for item in application["materials"] if item["material"] != card["material"]]
    application["materials"].append(card)
    application["source"]["system"] = auth.get("subject", application["source"]["system"])
    response = await prefill.file(application, **auth)
    assert response.status_code == 201, response.text
    path = f"/internal/v1/cases/{response.json()['case_no']}/steps/{step}/dossier?purpose=x"
    materials = (await prefill.get(path, "service", "dept-adapters")).json()["materials"]
    return next(item["licence"] for item in materials if item["digest"] == card["digest"])


async def test_a_licence_fetched_by_another_portal_is_a_plain_material(prefill: World) -> None:
    card = await fetched_card(prefill)
    assert await licence_given(prefill, card, subject="portal-b") is None
    assert (await licence_given(prefill, card))["type"] == "identity-card"


async def test_a_licence_filed_as_another_material_is_a_plain_material(prefill: World) -> None:
    card = await fetched_card(prefill)
    assert await licence_given(prefill, {**card, "material": "lease"}, step="hygiene") is None


async def test_a_licence_of_somebody_the_application_does_not_name_is_a_plain_material(prefill: World) -> None:
    card = await fetched_card(prefill)
    application = await prefill.application()
    other = {**application["form"], "owner_number": "110101199003072332"}
    assert other["owner_number"] != application["form"]["owner_number"]
    assert await licence_given(prefill, card, form=other, applicant={"identity_number": other["owner_number"]}) is None
    assert await licence_given(prefill, card) is not None


@pytest.mark.parametrize(
    "changed",
    ["theme = 'T2'", "type = 'business-licence'", "fetched_at = now() - interval '31 days'"],
)
async def test_a_licence_of_another_theme_type_or_time_is_a_plain_material(prefill: World, changed: str) -> None:
    card = await fetched_card(prefill)
    async with prefill.state.engine.begin() as connection:
        statement = f"UPDATE intake.fetched_licences SET {changed} WHERE digest = :digest"
        await connection.execute(text(statement), {"digest": card["digest"]})
    try:
        assert await licence_given(prefill, card) is None
    finally:  # the file is the same for all tests of this holder
        async with prefill.state.engine.begin() as connection:
            await connection.execute(text("DELETE FROM intake.fetched_licences"))


async def test_a_fetched_licence_is_bound_to_its_consent(prefill: World) -> None:
    card = await fetched_card(prefill)
    [row] = await prefill.rows(
        "SELECT l.type, l.asked_by, l.theme, l.holder = c.holder AS same FROM intake.fetched_licences AS l"
        " JOIN intake.prefill_consents AS c ON c.id = l.consent WHERE l.digest = :digest",
        digest=card["digest"],
    )
    assert row == {"type": "identity-card", "asked_by": "portal-a", "theme": "T1", "same": True}


async def test_an_uploaded_file_has_no_licence(prefill: World) -> None:
    case_no = await prefill.filed()
    path = f"/internal/v1/cases/{case_no}/steps/hygiene/dossier?purpose=x"
    [lease] = (await prefill.get(path, "service", "dept-adapters")).json()["materials"]
    assert lease["licence"] is None
    assert await prefill.state.objects.get(lease["digest"]) == PDF


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


async def test_a_few_licences_are_in_memory_at_a_time(prefill: World) -> None:
    state, library, asked = prefill.state, CountingLibrary(), await holder(prefill)
    prefiller = Prefiller(state.engine, state.objects, state.keyring, NoRegistries(), library, 30.0)
    prepared = state.catalogues.current.prepare("T1", SIGN, "429006001")
    request = PrefillRequest(answers=SIGN, division="429006001", holders=[asked])
    caller = Principal("portal-a", frozenset({"portal"}))
    answers = await asyncio.gather(*(prefiller.prefill(prepared, request, caller) for _ in range(8)))
    assert {len(answer.materials) for answer in answers} == {1}
    assert (library.asked, library.most) == (8, 3)
