"""Whatever keeps the stack from starting or stopping is told in the operator's language."""

from __future__ import annotations

import ast
import re
import tempfile
from pathlib import Path

import pytest

import lianban_stack
from lianban_stack.errors import StackError
from lianban_stack.state import StateFolder


def test_every_error_is_told_in_chinese() -> None:
    folder = Path(lianban_stack.__file__).parent
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py")]
    names = {"StackError"}
    for tree in trees:
        names |= {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "StackError" for base in node.bases)
        }
    texts = [
        "".join(part.value for part in ast.walk(node.exc) if isinstance(part, ast.Constant) and type(part.value) is str)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and getattr(node.exc.func, "id", "") in names
    ]
    assert len(texts) >= 20
    assert [text for text in texts if re.search("[A-Za-z]", text) and not re.search(r"[\u4e00-\u9fff]", text)] == []


def test_a_folder_that_others_may_enter_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    state = StateFolder(tmp_path / ("x" * 100))
    folder = state.socket().parent
    folder.chmod(0o755)
    with pytest.raises(StackError, match="他人可以进入"):
        state.socket()
