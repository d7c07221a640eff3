"""A department that has a MariaDB of its own, and no say in what the platform is built on: in the whole stack."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest
from ruamel.yaml import YAML
from stack_cases import LIVELY

from fixtures.mariadb import MariadbServer
from lianban.platform.auth import TokenAuthority
from lianban.platform.directory import Channel
from lianban_sandbox.portal.client import PortalClient
from lianban_sandbox.portal.filing import Filer
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder
from service.adapters.adapters_staging import in_mariadb

DEPARTMENT, THEME = "real-estate", "P4"


def edit(stack: Stack, url: str) -> None:
    stack.state.make()
    path, yaml = stack.secrets().directory, YAML(typ="safe", pure=True)
    directory = yaml.load(path)
    directory["departments"][DEPARTMENT]["staging"] = {"database_url": url, "interval": 0.2}
    yaml.dump(directory, path)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_its_steps_go_through_its_tables(stack_folder: Path, mariadb_server: MariadbServer) -> None:
    async with in_mariadb(mariadb_server) as database:
        own = database.engine.url.render_as_string(hide_password=False)
        environment = {**LIVELY, "LIANBAN_SANDBOX_STAGING_URLS": json.dumps({DEPARTMENT: own})}
        kinds = {DEPARTMENT: Channel.STAGING}
        stack = Stack(
            StateFolder(stack_folder), Ports.free(), synchronous="NORMAL", environment=environment, kinds=kinds
        )
        edit(stack, database.url)
        await asyncio.to_thread(stack.up)
        authority = TokenAuthority.load(stack.secrets().token_keys)
        async with PortalClient.signed_in(stack.ports.url("intake"), authority) as portal:
            case_no = str((await (await Filer.prepare(portal, THEME)).file(1))["case_no"])
            deadline = time.monotonic() + 120
            while (progress := await portal.progress(case_no))["status"] != "completed":
                assert time.monotonic() < deadline, progress
                await asyncio.sleep(0.2)
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            records = f"{stack.ports.url('sandbox_departments')}/records/tasks"
            tasks = (await http.get(records, params={"case_no": case_no, "department": DEPARTMENT})).json()["items"]
        rows = await database.rows("lb_act")
        await asyncio.to_thread(stack.down)
    own_steps = {step["code"] for step in progress["steps"] if step["department"] == DEPARTMENT}
    assert {task["step"] for task in tasks} == own_steps != set()
    assert {(task["came_by"], *{act["went_by"] for act in task["acts"]}) for task in tasks} == {("staging", "staging")}
    assert {(row["is_sync"], row["sync_status"]) for row in rows} == {(1, "applied")}
    assert {row["task_id"] for row in rows} == {f"{case_no}:{step}" for step in own_steps}
