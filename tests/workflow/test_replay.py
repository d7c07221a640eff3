"""Recorded histories still replay: a case that was running before a change goes on after it.

When this fails, the order of a workflow's commands has changed. Put the change behind ``workflow.patched``, so that
running cases keep the old order; never record the old histories again. A new scenario is recorded with
``LIANBAN_RECORD_HISTORIES=1 pytest tests/workflow -k <test name>``.
"""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from workflow_world import HISTORIES

from lianban_orchestrator.workflows.case import CaseWorkflow

RECORDED = sorted(HISTORIES.glob("*.json"))


def test_there_are_histories() -> None:
    assert RECORDED


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_replays(path: Path) -> None:
    replayer = Replayer(workflows=[CaseWorkflow], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(WorkflowHistory.from_json(path.stem, path.read_text()))
