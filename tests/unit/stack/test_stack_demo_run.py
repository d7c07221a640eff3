"""When a case of the demonstration is over: not before everything that led there is known."""

from __future__ import annotations

import pytest

from lianban_stack.demo.scenes import CaseRun, Scene


@pytest.mark.parametrize(
    ("status", "state", "seqs", "ended"),
    [
        ("completed", "granted", [0, 1, 2, 3], True),
        ("refused", "refused", [0, 1, 2, 3], True),
        ("in_progress", "granted", [0, 1, 2], False),
        ("completed", "open", [0, 1, 2, 3], False),
        ("completed", "granted", [0, 2, 3], False),  # its acceptance is still on the way
    ],
)
def test_a_case_has_ended_once_no_event_is_missing(status: str, state: str, seqs: list[int], ended: bool) -> None:
    run = CaseRun(Scene(theme="X1"), "主题")
    run.look({"status": status, "steps": [{"state": state}]}, [{"seq": seq, "light": "green"} for seq in seqs])
    assert run.ended is ended
