"""A filed case reaches Temporal: at once when it is there, as soon as it is back when it was not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from intake_outbox import until_started
from intake_world import World, running
from temporalio.client import Client

from lianban.contracts import search_attributes as known
from lianban.contracts.case import CASE_EDITION, CaseInput
from lianban_intake.outbox import repository
from lianban_intake.outbox.start import start


@pytest.fixture(scope="module")
async def near(intake_folder: Path, intake_url: str, temporal_server: str) -> AsyncIterator[World]:
    """The intake while Temporal is there."""
    async with running(intake_folder, intake_url, temporal_server, outbox_poll=0.1) as world:
        yield world


async def test_started_at_once_with_what_operators_search_by(near: World, temporal_client: Client) -> None:
    case_no = await near.filed()
    await until_started(near, case_no)
    description = await temporal_client.get_workflow_handle(case_no).describe()
    assert description.workflow_type == "CaseWorkflow"
    assert description.task_queue == "orchestrator"
    attributes = description.typed_search_attributes
    assert attributes[known.THEME_CODE] == "T1"
    assert attributes[known.CASE_STATUS] == "in_progress"
    assert set(attributes[known.PENDING_DEPARTMENTS]) == {"registry", "permits"}
    assert await description.static_summary() == f"开小店“一件事” · {case_no} · 许可局牵头"


async def test_nothing_personal_reaches_temporal(near: World, temporal_client: Client) -> None:
    case_no = await near.filed()
    await until_started(near, case_no)
    history = await temporal_client.get_workflow_handle(case_no).fetch_history()
    [payload] = history.events[0].workflow_execution_started_event_attributes.input.payloads
    [plain] = await temporal_client.data_converter.payload_codec.decode([payload])  # type: ignore[union-attr]
    case = CaseInput.model_validate_json(plain.data)
    assert (case.case_no, case.edition) == (case_no, CASE_EDITION)
    for personal in ("张三", "42900619900307006X", "13800000000", "人民路"):
        assert personal not in plain.data.decode()
        assert personal.encode() not in history.events[0].SerializeToString()


async def test_left_behind_by_a_process_that_died(near: World, temporal_client: Client) -> None:
    """Committed, and then nothing: as after a power cut between commit and start."""
    case_no = await near.filed()
    await until_started(near, case_no)
    await temporal_client.get_workflow_handle(case_no).terminate()
    other = await near.file(await near.application(), key="left-behind")
    left = other.json()["case_no"]
    await until_started(near, left)
    async with near.state.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"INSERT INTO intake.pending_starts (case_no, due_at) VALUES ('{left}', now()), ('{case_no}', now())"
        )
    # One runs and one has ended: neither is started a second time, and both are settled.
    await until_started(near, left, case_no)
    runs = [run async for run in temporal_client.list_workflows(f"WorkflowId = '{case_no}'")]
    assert len(runs) <= 1


async def test_starting_twice_is_starting_once(near: World, temporal_client: Client) -> None:
    async with near.state.direct.connect() as connection:
        edition = near.state.catalogues.current
        case_no = await near.filed()
        case = await repository.find(connection, edition, case_no)
    await until_started(near, case_no)
    assert case is not None
    await start(temporal_client, case)
    first = await temporal_client.get_workflow_handle(case_no).describe()
    await temporal_client.get_workflow_handle(case_no).terminate()
    await start(temporal_client, case)
    assert (await temporal_client.get_workflow_handle(case_no).describe()).run_id == first.run_id
