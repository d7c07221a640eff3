"""A whole stack, on free ports and in a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from stack_cases import LIVELY

from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder


@pytest.fixture
def stack_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="lianban-stack-"))
    try:
        yield folder / "state"
    finally:
        Stack(StateFolder(folder / "state"), Ports()).down()
        shutil.rmtree(folder)


@pytest.fixture
def stack(stack_folder: Path) -> Stack:
    """Not started yet. Whatever becomes of it is stopped at the end."""
    return Stack(StateFolder(stack_folder), Ports.free(), synchronous="NORMAL", environment=LIVELY)
