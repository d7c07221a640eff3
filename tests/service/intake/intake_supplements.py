"""Cases whose department has found something missing, and what their applicants hand in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
from intake_events import put_document, record
from intake_outbox import until_started
from intake_world import PDF, World
from temporalio.client import Client

from lianban.contracts.acts import ActOutcome, DepartmentAct
from lianban.contracts.documents import ActDocument, MissingItem
from lianban.contracts.names import UPDATE_ACT
from lianban.contracts.status import ActKind, ActorKind

MISSING = (
    MissingItem(element="shop_area", note="与租赁合同不一致"),
    MissingItem(material="lease", note="缺第二页"),
)
NEW_LEASE = PDF + b"second page"


async def asked(
    world: World,
    temporal: Client,
    *missing: MissingItem,
    application: dict[str, Any] | None = None,
    step: str = "signboard",
) -> str:
    """A case of which ``step`` wants something; the intake knows."""
    case_no = await world.filed(application)
    await until_started(world, case_no)
    document = ActDocument(reason="申请材料不全", missing=missing or MISSING)
    act = DepartmentAct(
        act_id=f"ask-{step}",
        step=step,
        department="permits",
        kind=ActKind.REQUEST_SUPPLEMENT,
        actor=ActorKind.HUMAN,
        officer="officer-1",
        occurred_at=datetime.now(UTC),
        document=await put_document(world, document),
    )
    handle = temporal.get_workflow_handle(case_no)
    outcome: ActOutcome = await handle.execute_update(UPDATE_ACT, act, id=act.act_id, result_type=ActOutcome)
    await record(world, case_no, *outcome.events)
    return case_no


async def corrections(world: World, **changes: Any) -> dict[str, Any]:
    """An answer to MISSING; ``changes`` replace its members."""
    lease = (await world.upload(NEW_LEASE)).json()["digest"]
    return {"step": "signboard", "form": {"shop_area": 48}, "materials": {"lease": [lease]}, **changes}


async def hand_in(
    world: World, case_no: str, body: dict[str, Any] | None = None, *, key: str = "k", **auth: Any
) -> httpx.Response:
    headers = {**world.auth(**auth), "Idempotency-Key": key}
    sent = await corrections(world) if body is None else body
    return await world.http.post(f"/v1/cases/{case_no}/supplements", json=sent, headers=headers)


async def listed(world: World, case_no: str, **auth: Any) -> dict[str, Any]:
    response = await world.get(f"/v1/cases/{case_no}/supplements", **auth)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def dossier(world: World, case_no: str, step: str = "hygiene") -> dict[str, Any]:
    response = await world.get(f"/internal/v1/cases/{case_no}/steps/{step}/dossier?purpose=x", "service", "adapters")
    assert response.status_code == 200, response.text
    return dict(response.json())
