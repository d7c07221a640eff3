"""The launcher: every way to stop being root, tried on this machine as far as it allows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lianban_stack import privileges
from lianban_stack.launch import Identity
from lianban_stack.privileges import NoIdentityError, RunAs

_NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def run(identity: Identity, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(RunAs(identity, _NOBODY).command(command), capture_output=True, text=True, check=False)


@as_root
@pytest.mark.parametrize("identity", [Identity.PLAIN, Identity.SEARCH, Identity.OVERRIDE, Identity.NAMESPACE])
def test_root_is_somebody_else_afterwards(identity: Identity) -> None:
    result = run(identity, "/usr/bin/id", "-u")
    assert result.stdout.strip() == str(_NOBODY), result.stderr


@as_root
@pytest.mark.parametrize(
    ("identity", "reads"), [(Identity.PLAIN, False), (Identity.SEARCH, True), (Identity.OVERRIDE, True)]
)
def test_only_a_capability_passes_a_closed_folder(tmp_path: Path, identity: Identity, reads: bool) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "inside").write_text("seen", encoding="ascii")
    assert (run(identity, "/bin/cat", str(tmp_path / "inside")).stdout == "seen") is reads


@as_root
def test_searching_does_not_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert run(Identity.SEARCH, "/bin/sh", "-c", f"echo > {tmp_path}/new").returncode != 0
    assert list(tmp_path.iterdir()) == []


@as_root
def test_the_folder_alone_changes_hands(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    chosen = privileges.choose(["/bin/true"], tmp_path / "own")
    assert (tmp_path / "own").stat().st_uid == chosen.owner
    assert tmp_path.stat().st_uid == 0
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_what_succeeds_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoIdentityError, match="no such probe"):
        privileges.choose(["/bin/sh", "-c", "echo no such probe >&2; exit 1"], tmp_path / "own")


@pytest.mark.skipif(sys.platform != "linux", reason="a Linux service")
def test_a_child_does_not_outlive_its_parent() -> None:
    child = RunAs(Identity.UNCHANGED, 0).command(["/bin/sleep", "60"], die_with_parent=True)
    script = f"import subprocess, sys; print(subprocess.Popen({child!r}).pid, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        process = psutil.Process(pid)
        deadline = time.monotonic() + 20
        while process.name() != "sleep":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        parent.send_signal(signal.SIGKILL)
    process.wait(timeout=20)
