"""The intake as it is served: a process of its own, spoken to over a socket."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from intake_world import CALENDARS, NOBODY, PDF, eventually, slug

from lianban.platform.auth import TokenAuthority
from lianban_sandbox.portal.client import PortalClient
from lianban_sandbox.portal.filing import Filer
from lianban_stack import network

MIB = 1024 * 1024
THEMES = sorted(path.stem for path in (CALENDARS.parent / "themes").glob("*.yaml"))


@pytest.fixture(scope="module")
def address(intake_folder: Path, intake_url: str) -> Iterator[str]:
    """URL of the process. It serves the city's own catalogue."""
    [port] = network.free_ports(1)
    environment = {
        **os.environ,
        "LIANBAN_DATABASE_URL": intake_url,
        "LIANBAN_TEMPORAL_ADDRESS": NOBODY,
        "LIANBAN_PORT": str(port),
        "LIANBAN_OBJECTS_URL": (intake_folder / "objects").as_uri(),
        "LIANBAN_KEYRING_FILE": str(intake_folder / "keyring.json"),
        "LIANBAN_TOKEN_KEY_FILE": str(intake_folder / "tokens.json"),
        "LIANBAN_CATALOG_DIR": str(CALENDARS.parent),
    }
    subprocess.run([sys.executable, "-m", "lianban_intake.migrate"], env=environment, check=True)
    with (intake_folder / "intake.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "lianban_intake"], env=environment, stderr=log)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="module")
async def served(address: str, intake_folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may hand in materials and applications."""
    token = TokenAuthority.load(intake_folder / "tokens.json").issue("portal-a", ("portal",))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False) as client:

        async def ready() -> bool:
            try:
                return (await client.get("/health/ready")).status_code == 200
            except httpx.TransportError:
                return False

        await eventually(ready)
        yield client


@pytest.mark.parametrize(
    ("content", "status", "problem"),
    [
        (PDF.ljust(20 * MIB + 1, b"x"), 413, "material-too-large"),
        (b"\x7fELF" + b"x" * 10 * MIB, 415, "material-type"),
    ],
)
async def test_client_still_sending_reads_the_refusal(
    served: httpx.AsyncClient, content: bytes, status: int, problem: str
) -> None:
    response = await served.post("/v1/materials", files={"file": ("a.pdf", content)})
    assert (response.status_code, slug(response)) == (status, problem)
    response = await served.post("/v1/materials", files={"file": ("a.pdf", PDF)})
    assert response.status_code == 201, "and the connection serves the next request"


async def test_log_holds_no_personal_data(served: httpx.AsyncClient, intake_folder: Path) -> None:
    application = {"applicant": {"name": "李四", "identity_number": "42900619900307006X", "mobile": "13911112222"}}
    response = await served.post("/v1/applications", json=application, headers={"Idempotency-Key": "k"})
    assert response.status_code == 422

    async def logged() -> bool:  # the line is written after the answer has left
        return '"path": "/v1/applications"' in (intake_folder / "intake.log").read_text()

    await eventually(logged)
    log = (intake_folder / "intake.log").read_text()
    for personal in ("李四", "42900619900307006X", "13911112222"):
        assert personal not in log


@pytest.fixture(scope="module")
async def names(served: httpx.AsyncClient) -> dict[str, str]:
    """Name of each theme offered, by its code."""
    return {theme["code"]: theme["name"] for theme in (await served.get("/v1/themes")).json()["themes"]}


def test_every_theme_is_offered(names: dict[str, str]) -> None:
    assert sorted(names) == THEMES


@pytest.mark.parametrize("code", THEMES)
async def test_samples_can_be_filed(
    served: httpx.AsyncClient, names: dict[str, str], address: str, intake_folder: Path, code: str
) -> None:
    authority = TokenAuthority.load(intake_folder / "tokens.json")
    async with PortalClient.signed_in(address, authority, system="portal-a") as client:
        for seed in range(3):
            filer = await Filer.prepare(client, code, seed=seed)
            receipt = await filer.file(f"{code}-{seed}")
            assert receipt["status"] == "received"
            progress = (await served.get(receipt["links"]["self"])).json()
            assert progress["theme_name"] == names[code]
