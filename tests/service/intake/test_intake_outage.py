"""Temporal is away for a while: applications are taken all the same, and nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

from intake_outbox import pending, until_started
from intake_world import running, slug

from lianban.platform.crypto import Keyring
from lianban.platform.temporal import connect
from lianban_stack import child, network, privileges
from lianban_stack.launch import Identity
from lianban_stack.temporal import ENVIRONMENT, TemporalServer


@contextlib.contextmanager
def serving(port: int, folder: Path) -> Iterator[None]:
    server = TemporalServer(port)
    command = privileges.RunAs(Identity.UNCHANGED, 0).command(server.command(), die_with_parent=True)
    with child.running(command, folder / "temporal.log", environment=ENVIRONMENT):
        server.wait_ready()
        yield


async def test_temporal_down_then_up(
    intake_folder: Path, intake_url: str, tmp_path: Path, test_keyring: Keyring
) -> None:
    [port] = network.free_ports(1)
    address = f"127.0.0.1:{port}"
    async with running(intake_folder, intake_url, address, outbox_poll=0.2) as world:
        filed = [await world.filed() for _ in range(5)]
        await asyncio.sleep(1)  # the first attempts fail
        assert all([await pending(world, case_no) for case_no in filed])
        with serving(port, tmp_path):
            await until_started(world, *filed)
            client = await connect(address, "default", test_keyring)
            for case_no in filed:
                assert (await client.get_workflow_handle(case_no).describe()).id == case_no
            late = await world.filed()
            await until_started(world, late)


async def test_withdrawal_while_nobody_carries_cases_out(
    intake_folder: Path, intake_url: str, temporal_server: str
) -> None:
    """Temporal is there, the orchestrator is not: the caller is told to come back, not kept waiting."""
    async with running(intake_folder, intake_url, temporal_server, update_timeout=0.5) as world:
        case_no = await world.filed()
        await until_started(world, case_no)
        response = await world.http.post(
            f"/v1/applications/{case_no}/withdraw", headers={**world.auth(), "Idempotency-Key": "k"}
        )
        assert (response.status_code, slug(response)) == (503, "unavailable")
        assert response.headers["retry-after"] == "5"
        await world.state.temporal.get_workflow_handle(case_no).terminate()
