"""The quick start does what it says: its own commands start the example departments, and the kit passes them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lianban.platform.directory import FilesSettings
from lianban_stack import network

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"
QUICK_START = (ROOT / "docs" / "quickstart.zh-CN.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```\n(结果 .*?)```", QUICK_START, re.DOTALL | re.MULTILINE)[0]
PREPARE, PYTHON, NODE, CONFORM = re.findall(r"```bash\n(.*?)```", QUICK_START, re.DOTALL)[:4]


class Shell:
    """Commands of the quick start, with a folder and ports of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.kit, self.department = network.free_ports(2)

    def command(self, block: str) -> str:
        block = re.sub(r"^make setup\n", "", block, flags=re.MULTILINE)  # that has been done
        replaced = {
            ".state/try": str(self._folder),
            ".venv/bin/": f"{Path(sys.executable).parent}/",
            "18098": str(self.department),
            "18099": str(self.kit),
        }
        for given, own in replaced.items():
            block = block.replace(given, own)
        return block

    async def run(self, block: str) -> tuple[int, str]:
        """Exit code and what was said."""
        process = await self._start(block)
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    @contextlib.asynccontextmanager
    async def running(self, block: str) -> AsyncIterator[asyncio.StreamReader]:
        """For the length of the block, from when it listens; what it says."""
        process = await self._start(block)
        try:
            async with asyncio.timeout(40):
                while process.returncode is None and not await _listens(self.department):
                    await asyncio.sleep(0.05)
            assert process.stdout is not None
            if process.returncode is not None:
                raise AssertionError((await process.stdout.read()).decode())
            yield process.stdout
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            await process.communicate()

    async def _start(self, block: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "bash",
            "-euc",
            f"{self.command(block)}\n",
            cwd=ROOT,
            start_new_session=True,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def passes(shell: Shell, folder: Path, start: str) -> None:
    async with shell.running(start):
        code, said = await shell.run(f"{CONFORM.rstrip()} --listen 127.0.0.1:{shell.kit}")
    assert code == 0, said
    assert "符合对接要求。" in said
    assert "Traceback" not in said
    lines = {" ".join(line.split()) for line in said.splitlines()}
    assert [line for line in SHOWN.splitlines() if line[0] != "-" and " ".join(line.split()) not in lines] == []
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    missing = {check["id"] for check in report["checks"] if check["outcome"] != "passed"}
    assert missing == {"answer-acts", "acceptance"}


async def tells_where_it_listens(shell: Shell, start: str) -> None:
    """And that it cannot, in one line, to whoever starts it twice."""
    async with shell.running(start) as said:
        platform = f"http://127.0.0.1:{shell.kit}/v1/departments/market/acts"
        assert await said.readline() == f"在端口 {shell.department} 收任务，办理动作发到 {platform}\n".encode()
        code, told = await shell.run(start)
    assert (code, told.count("\n")) == (1, 1)
    assert told.startswith(f"不能监听端口 {shell.department}（已被占用")


def test_the_settings_shown_of_a_folder_are_settings() -> None:
    [shown] = re.findall(r"```yaml\n(.*?)```", QUICK_START, re.DOTALL)
    assert FilesSettings.model_validate(YAML(typ="safe").load(shown)).folder == "lianban-test"


@pytest.fixture
async def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    code, said = await made.run(PREPARE)
    assert code == 0, said
    return made


async def test_the_department_in_python(shell: Shell, tmp_path: Path) -> None:
    await passes(shell, tmp_path, PYTHON)
    await tells_where_it_listens(shell, PYTHON)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.skipif(not all(map(shutil.which, ("node", "npm"))), reason="needs node and npm")
async def test_the_department_in_node(shell: Shell, tmp_path: Path) -> None:
    *install, start = NODE.partition("PLATFORM=")
    code, said = await shell.run(install[0])
    if code:
        pytest.skip("npm cannot install its one package here")
    assert (tmp_path / "node" / "node_modules" / "standardwebhooks").is_dir(), said
    await passes(shell, tmp_path, f"PLATFORM={start}")
    await tells_where_it_listens(shell, f"PLATFORM={start}")


@pytest.mark.parametrize("program", ["python", "node"])
def test_what_an_example_was_not_given_is_told_in_one_line(program: str, tmp_path: Path) -> None:
    if program == "node" and not shutil.which("node"):
        pytest.skip("needs node")
    found = sys.executable if program == "python" else program
    [example] = EXAMPLES.glob(f"department-{program}/department.*")

    def told(**given: str) -> str:
        ended = subprocess.run(
            [found, str(example)], env={"PATH": os.environ["PATH"], **given}, capture_output=True, timeout=30
        )
        assert ended.returncode == 1
        return ended.stderr.decode()

    assert told(DEPARTMENT="market") == "缺少环境变量 PLATFORM、SECRET_FILE，见本文件开头的说明\n"
    nowhere = str(tmp_path / "secret")
    assert told(PLATFORM="http://x", DEPARTMENT="market", SECRET_FILE=nowhere) == f"没有签名密钥的文件 {nowhere}\n"


@pytest.mark.parametrize("example", ["department-python/department.py", "department-node/department.js"])
def test_an_example_is_short(example: str) -> None:
    assert len((EXAMPLES / example).read_text(encoding="utf-8").splitlines()) <= 160
