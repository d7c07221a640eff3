"""A second division: themes of the city are handed on, taken in, and a case of one runs from filing to its results."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from stack_cases import LIVELY

from fixtures.catalogues import CITY, ROOT
from lianban.catalog.loader import load_catalog
from lianban.cli import main
from lianban.platform.auth import TokenAuthority
from lianban_sandbox.portal.client import PortalClient
from lianban_sandbox.portal.filing import Filer
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder

THEME = "P4"


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(main, ["catalog", *(str(argument) for argument in arguments)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def xiantao(stack_folder: Path) -> Path:
    """The catalogue of 429004, with the themes that its example mapping is for."""
    folder = stack_folder.parent / "catalog"
    shutil.copytree(Path(__file__).parent / "xiantao", folder)
    shutil.copytree(CITY / "calendars", folder / "calendars")
    key, package = stack_folder.parent / "key", stack_folder.parent / "themes.json"
    run("key", key)
    run("export", "P1", THEME, "--folder", CITY, "--out", package, "--key", key)
    mapping = ROOT / "docs" / "examples" / "mapping-xiantao.yaml"
    given = ["--division", "429004", "--mapping", mapping, "--trust", f"{key}.pub"]
    run("import", package, "--into", folder, *given)
    assert "目录无误" in run("check", folder)
    assert not [path for path in folder.rglob("*.yaml") if "天门" in path.read_text(encoding="utf-8")]
    return folder


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_an_imported_theme_runs_in_the_second_division(stack_folder: Path, xiantao: Path) -> None:
    state, ports = StateFolder(stack_folder), Ports.free()
    stack = Stack(state, ports, synchronous="NORMAL", catalog=xiantao, environment=LIVELY, kinds={})
    await asyncio.to_thread(stack.up)
    authority = TokenAuthority.load(stack.secrets().token_keys)
    async with PortalClient.signed_in(ports.url("intake"), authority) as portal:
        case_no = str((await (await Filer.prepare(portal, THEME)).file(1))["case_no"])
        deadline = time.monotonic() + 60
        while (progress := await portal.progress(case_no))["status"] != "completed":
            assert time.monotonic() < deadline, progress
            await asyncio.sleep(0.2)
        results = await portal.results(case_no)
    await asyncio.to_thread(stack.down)

    assert case_no.startswith("429004")
    own = load_catalog(xiantao).departments
    assert {step["department"] for step in progress["steps"]} <= own.keys()
    assert {step["department_name"] for step in progress["steps"]} >= {"仙桃市自然资源和规划局", "仙桃市供水公司"}
    assert results["decisions"]
