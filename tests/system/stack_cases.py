"""Cases filed with a stack, and what is left when it has ended."""

from __future__ import annotations

import asyncio
import time

from lianban.platform.auth import TokenAuthority
from lianban_sandbox.portal.client import PortalClient
from lianban_sandbox.portal.filing import Filer
from lianban_stack import leftovers
from lianban_stack.stack import Stack

LIVELY = {"LIANBAN_SANDBOX_DECISION_SECONDS": "0.5", "LIANBAN_SANDBOX_PARCEL_SECONDS": "0.5"}


def portal(stack: Stack) -> PortalClient:
    authority = TokenAuthority.load(stack.secrets().token_keys)
    return PortalClient.signed_in(stack.ports.url("intake"), authority)


async def file_and_wait(stack: Stack, theme: str, seed: int, status: str) -> str:
    async with portal(stack) as client:
        case_no = str((await (await Filer.prepare(client, theme)).file(seed))["case_no"])
        await wait_for(client, case_no, status)
    return case_no


async def wait_for(client: PortalClient, case_no: str, status: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while (progress := await client.progress(case_no))["status"] != status:
        assert time.monotonic() < deadline, progress
        await asyncio.sleep(0.2)


def assert_gone(stack: Stack) -> None:
    assert leftovers.find(stack.state) == []
    assert stack.ports.taken() == []
