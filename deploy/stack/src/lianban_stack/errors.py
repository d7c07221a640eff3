"""What keeps the stack from starting or stopping, told to whoever gave the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lianban_stack.ports import TakenPort


class StackError(RuntimeError):
    """The message says what to do."""


class PortsTakenError(StackError):
    def __init__(self, taken: Sequence[TakenPort]) -> None:
        lines = [f"  {port.port}  {port.name}：用 {port.variable}=<端口> 另选" for port in taken]
        super().__init__("下列端口已被占用：\n" + "\n".join(lines))
        self.taken = tuple(taken)


class ProgramFailedError(StackError):
    """A program did not come up. Carries the end of its log."""

    def __init__(self, name: str, reason: str, log: Path) -> None:
        super().__init__(f"{name} {reason}；日志 {log} 的末尾：\n{tail(log)}")
        self.name = name


def tail(log: Path, lines: int = 25, window: int = 64 * 1024) -> str:
    """The last lines of a log, reading no more than ``window`` bytes of it."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - window))
            found = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return "  （没有内容）"
    return "\n".join(f"  {line[:500]}" for line in found[-lines:])
