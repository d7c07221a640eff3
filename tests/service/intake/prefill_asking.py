"""Asking for prefill as a portal does, under consent."""

from __future__ import annotations

from typing import Any

import httpx
from intake_world import IDENTITY_NUMBER, World

CHILD = "429006202003079990"
GUARDIAN = "11010519491231002X"
SIGN = {"sign": "wanted"}
OWNER_FIELDS = ["owner_name", "owner_number"]
SHOP_FIELDS = ["shop_name", "seats"]


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
