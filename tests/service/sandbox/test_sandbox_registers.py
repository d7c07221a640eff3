"""Registries and the e-licence library of the sandbox: everybody has a record, made of his number."""

from __future__ import annotations

import base64
from datetime import date
from random import Random
from typing import Any

import httpx
import pytest

from lianban_sandbox.portal.people import Registry, company_of, person_of
from lianban_sandbox.world import World

PERSON = Registry(Random(1), date(2026, 11, 22)).adult()
PURPOSE = {"theme": "B4", "matters": ["register"]}
ELEMENTS = {
    "operator_name": {"title": "经营者姓名", "type": "string", "x-type": "text", "minLength": 1, "maxLength": 50},
    "operator_id_number": {"title": "公民身份号码", "type": "string", "x-type": "identity_number"},
    "staff": {"title": "人数", "type": "integer", "minimum": 1, "maximum": 9},
}


async def ask(
    world: World, http: httpx.AsyncClient, identity: str = PERSON.identity_number, kind: str = "person", **more: Any
) -> httpx.Response:
    body = {"holder": {"type": kind, "identity": identity}, "purpose": PURPOSE, "elements": ELEMENTS, **more}
    headers = {"authorization": "Bearer registries-key"}
    return await http.post(f"{world.registries_url}/v1/registries/population/query", json=body, headers=headers)


async def fetch(world: World, http: httpx.AsyncClient) -> httpx.Response:
    holder = {"type": "person", "identity": PERSON.identity_number}
    body = {"name": "居民身份证", "holder": holder, "purpose": PURPOSE}
    headers = {"authorization": "Bearer licences-key"}
    return await http.post(f"{world.licences_url}/v1/licences/identity-card/fetch", json=body, headers=headers)


async def test_a_registry_knows_whom_the_portal_invented(world: World, http: httpx.AsyncClient) -> None:
    values = (await ask(world, http)).json()["values"]
    assert values["operator_name"] == PERSON.name
    assert values["operator_id_number"] == PERSON.identity_number
    assert 1 <= values["staff"] <= 9
    assert (await ask(world, http)).json()["values"] == values
    [alone] = (await ask(world, http, elements={"staff": ELEMENTS["staff"]})).json()["values"].values()
    assert alone == values["staff"]


async def test_a_companys_record_names_its_representative(world: World, http: httpx.AsyncClient) -> None:
    company = Registry(Random(2), date(2026, 11, 22)).company()
    values = (await ask(world, http, company.credit_code, "company")).json()["values"]
    assert values["operator_name"] == company.representative.name
    assert company_of(company.credit_code) == company


async def test_a_licence_is_the_same_file_every_time(world: World, http: httpx.AsyncClient) -> None:
    first, second = (await fetch(world, http)).json(), (await fetch(world, http)).json()
    assert first == second
    assert base64.b64decode(first["content"]).startswith(b"%PDF-")
    assert first["verification"]["status"] == "valid"


async def test_the_key_is_needed(world: World, http: httpx.AsyncClient) -> None:
    response = await http.post(f"{world.registries_url}/v1/registries/population/query", json={})
    assert response.status_code == 401


async def test_what_is_no_question_is_refused(world: World, http: httpx.AsyncClient) -> None:
    assert (await ask(world, http, "1")).status_code == 422
    assert (await ask(world, http, kind="ghost")).status_code == 422


@pytest.mark.parametrize(("mode", "status"), [("down", 503), ("unknown", 404), ("wrong", 200)])
async def test_switches(world: World, http: httpx.AsyncClient, mode: str, status: int) -> None:
    await http.put(f"{world.registries_url}/control/population", json={"mode": mode, "retry_after": 7})
    response = await ask(world, http)
    assert response.status_code == status
    assert response.headers.get("retry-after") == ("7" if mode == "down" else None)
    if mode == "wrong":
        assert isinstance(response.json()["values"]["operator_name"], list)
    await http.delete(f"{world.registries_url}/control")
    assert (await ask(world, http)).json()["values"]["operator_name"] == PERSON.name
    await http.put(f"{world.registries_url}/control", json={"mode": mode})
    assert (await ask(world, http)).status_code == status


async def test_questions_are_kept_without_the_holder(world: World, http: httpx.AsyncClient) -> None:
    await ask(world, http)
    records = await http.get(f"{world.registries_url}/records/queries", params={"theme": "B4"})
    [item] = records.json()["items"]
    assert item == {
        "source": "population",
        "theme": "B4",
        "matters": ["register"],
        "elements": list(ELEMENTS),
        "status": 200,
    }
    assert PERSON.identity_number not in records.text


def test_a_number_says_who_has_it() -> None:
    assert person_of(PERSON.identity_number) == PERSON
