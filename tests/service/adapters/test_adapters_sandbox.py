"""The sandbox's polled system, its staging tables and its folders against the real adapters: every switch of theirs
works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from adapters_small_case import LAST_STEP, SmallCase
from adapters_staging import in_postgres
from adapters_world import CERTIFIED_STEP, World, supplement, withdrawal
from ruamel.yaml import YAML

from lianban.contracts.documents import ActDocument
from lianban.contracts.status import ActKind, Decision
from lianban.platform.webhooks import new_secret
from lianban_sandbox.departments.sftp import new_keys
from lianban_sandbox.settings import SandboxSettings
from lianban_sandbox.world import running

TOKEN = "sandbox-token-0123456789"
KINDS = ("polled", "tables", "folders")


@pytest.fixture(scope="module")
async def sandbox(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Where it is, and its departments as the adapters know them: one whose system is polled, one with staging tables
    in PostgreSQL, one with folders on an SFTP server. No callback of theirs would arrive anywhere."""
    folder = tmp_path_factory.mktemp("sandbox")
    for name in ("courier.secret", "sms.key", "registries.key", "licences.key"):
        (folder / name).write_text(new_secret())
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(in_postgres(request.getfixturevalue("postgres_server")))
        polling = {"base_url": "http://127.0.0.1:9/systems/polled", "token": TOKEN, "interval": 0.1}
        staging = {"database_url": database.url, "interval": 0.1}
        client_key, known_hosts = new_keys(folder / "sftp", "127.0.0.1", 22)
        files = {"host": "127.0.0.1", "user": "lianban", "private_key_file": str(client_key), "interval": 0.1}
        files |= {"known_hosts": known_hosts, "folder": "exchange"}
        departments: dict[str, Any] = {
            "polled": {"channel": "polling", "secret": new_secret(), "polling": polling},
            "tables": {"channel": "staging", "secret": new_secret(), "staging": staging},
            "folders": {"channel": "files", "secret": new_secret(), "files": files},
        }
        with (folder / "directory.yaml").open("w") as file:
            YAML(typ="safe").dump({"departments": departments, "supervisor": {}}, file)
        settings = SandboxSettings(
            **{f"port_sandbox_{name}": 0 for name in ("departments", "courier", "sms", "smtp", "mail_records")},
            port_sandbox_registries=0,
            port_sandbox_licences=0,
            port_sandbox_sftp=0,
            adapters_url="http://127.0.0.1:9",
            notify_url="http://127.0.0.1:9",
            directory_file=folder / "directory.yaml",
            courier_secret_file=folder / "courier.secret",
            sms_key_file=folder / "sms.key",
            registries_key_file=folder / "registries.key",
            licences_key_file=folder / "licences.key",
            sandbox_decision_seconds=0,
            sandbox_sftp_folder=folder / "sftp",
            sandbox_staging_urls={"tables": database.engine.url.render_as_string(hide_password=False)},
        )
        made = await stack.enter_async_context(running(settings))
        polling["base_url"] = f"{made.departments_url}/systems/polled"
        assert made.sftp_port is not None
        files["port"] = made.sftp_port
        files["known_hosts"] = new_keys(folder / "sftp", "127.0.0.1", made.sftp_port)[1]
        yield made.departments_url, departments


@pytest.fixture(scope="module")
def further_departments(sandbox: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return sandbox[1]


class Control:
    def __init__(self, base: str, http: httpx.AsyncClient) -> None:
        self._base = base
        self._http = http

    async def order(self, path: str, method: str = "PUT", **content: Any) -> None:
        answer = await self._http.request(method, f"{self._base}/control/departments{path}", json=content)
        answer.raise_for_status()

    async def task(self, case_no: str) -> dict[str, Any]:
        found = await self._http.get(f"{self._base}/records/tasks", params={"case_no": case_no})
        items = found.json()["items"]
        return dict(items[0]) if items else {"state": None}


@pytest.fixture
async def control(sandbox: tuple[str, dict[str, Any]]) -> AsyncIterator[Control]:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        made = Control(sandbox[0], http)
        yield made
        await made.order("", "DELETE")


async def state(world: World, control: Control, case_no: str, expected: str) -> dict[str, Any]:
    async def there() -> bool:
        return (await control.task(case_no))["state"] == expected

    await world.until(there)
    return await control.task(case_no)


@pytest.mark.parametrize("department", KINDS)
async def test_a_licence_is_granted_with_its_certificate(world: World, control: Control, department: str) -> None:
    case = await world.start(CERTIFIED_STEP, department=department)
    task = await state(world, control, case.id, "answered")
    assert task["data"]["elements"]["child_name"]["text"] == "王小明"
    assert task["callback"] == {"attempts": 1, "status": 200, "problem": None}
    [act] = await case.query(SmallCase.acts)
    assert act.decision is Decision.GRANTED
    document = ActDocument.model_validate_json(await world.store.get(act.document))
    assert document.results[0].file is not None
    assert (await world.store.get(document.results[0].file.digest)).startswith(b"%PDF")


@pytest.mark.parametrize("department", KINDS)
async def test_it_refuses_in_writing(world: World, control: Control, department: str) -> None:
    await control.order(f"/{department}", mode="refuse")
    case = await world.start("review", department=department)
    await state(world, control, case.id, "answered")
    assert [act.decision for act in await case.query(SmallCase.acts)] == [Decision.REFUSED]


@pytest.mark.parametrize("department", KINDS)
async def test_it_holds_and_lets_go(world: World, control: Control, department: str) -> None:
    await control.order(f"/{department}/steps/{LAST_STEP}", mode="hold")
    case = await world.start(LAST_STEP, department=department)
    await state(world, control, case.id, "held")
    assert await case.query(SmallCase.acts) == []
    await control.order(f"/{department}/release", "POST", case_no=case.id)
    assert await case.result() == 1


@pytest.mark.parametrize("department", KINDS)
async def test_it_is_down_and_comes_back(world: World, control: Control, department: str) -> None:
    await control.order(f"/{department}", mode="down")
    case = await world.start(LAST_STEP, department=department, wait=False)

    async def known() -> bool:
        return len(await world.rows("tasks", case.id)) == 1

    await world.until(known)
    assert (await control.task(case.id))["state"] is None
    await control.order("", "DELETE")
    assert await case.result() == 1


@pytest.mark.parametrize("department", KINDS)
async def test_it_is_slow(world: World, control: Control, department: str) -> None:
    await control.order(f"/{department}", mode="slow", delay_seconds=1.0)
    case = await world.start(LAST_STEP, department=department)
    assert await case.result() == 1


@pytest.mark.parametrize("department", KINDS)
async def test_it_asks_and_stops_before_it_decides(world: World, control: Control, department: str) -> None:
    missing = [{"material": "deed", "note": "缺第二页"}]
    first = [{"act": "request_supplement", "missing": missing}, {"act": "stop", "days": 5}, {"act": "extend"}]
    await control.order(f"/{department}", first=first)
    case = await world.start("review", department=department)
    await state(world, control, case.id, "awaiting")
    await case.signal(SmallCase.hand_in, supplement(case.id, "review", department))
    task = await state(world, control, case.id, "answered")
    assert task["supplements"] == 1
    kinds = [ActKind.REQUEST_SUPPLEMENT, ActKind.STOP, ActKind.RESUME, ActKind.EXTEND, ActKind.DECIDE]
    assert [act.kind for act in await case.query(SmallCase.acts)] == kinds


@pytest.mark.parametrize("department", KINDS)
async def test_it_hears_of_a_withdrawal(world: World, control: Control, department: str) -> None:
    await control.order(f"/{department}", mode="hold")
    case = await world.start("review", department=department)
    await state(world, control, case.id, "held")
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review", department))
    assert (await state(world, control, case.id, "withdrawn"))["withdrawn"] == "applicant-withdrew"


async def test_a_stranger_gets_nothing(sandbox: tuple[str, dict[str, Any]], control: Control) -> None:
    base = f"{sandbox[0]}/systems"
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{base}/polled/acts")).status_code == 401
        assert (await http.get(f"{base}/nobody/acts")).status_code == 404
        known = {"Authorization": f"Bearer {TOKEN}"}
        assert (await http.get(f"{base}/polled/acts", params={"limit": "x"}, headers=known)).status_code == 400
        assert (await http.get(f"{base}/polled/acts/unknown", headers=known)).status_code == 404
        assert (await http.put(f"{base}/polled/tasks/1", content=b"{", headers=known)).status_code == 422
