"""The feed over real databases: order, repetition, and whatever may be cut off or away."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from exchange_province import StagingDatabase, feed_of
from intake_events import accepted, event, granted, licence, record, started
from intake_world import IDENTITY_NUMBER, NOBODY, World, eventually, running
from sqlalchemy import event as listening

from lianban.catalog.terms import SpecialProcedureKind
from lianban.contracts.documents import ActDocument
from lianban.contracts.status import EventKind, StepState
from lianban_intake.exchange import cursors
from lianban_intake.exchange.feed import Feed, ProvinceRefuses
from lianban_intake.exchange.staging import TABLES
from lianban_intake.sealed import seal_supplement
from lianban_intake.supplements import repository as supplements
from lianban_intake.supplements.corrections import Corrections


async def cursor(intake: World, case_no: str) -> dict[str, Any]:
    [row] = await intake.rows("SELECT * FROM intake.exchange_cases WHERE case_no = :n", n=case_no)
    return row


async def free(intake: World) -> None:
    """As if time had passed: claims and delays are over."""
    async with intake.state.direct.connect() as connection:
        await connection.exec_driver_sql("UPDATE intake.exchange_cases SET free_at = now()")


async def everything(province: StagingDatabase, case_no: str) -> list[list[dict[str, Any]]]:
    return [await province.rows(table.name.removeprefix("up_pro_"), case_no) for table in TABLES]


async def test_a_case_is_told(intake: World, feed: Feed, province: StagingDatabase) -> None:
    case_no = await intake.filed()
    document = await licence(intake)
    await record(intake, case_no, accepted(1, officer="ZF-1"), started(2, "hygiene"), granted(3, "hygiene", document))
    await feed.run_once()
    [accept] = await province.rows("accept", case_no)
    assert (accept["applyer_name"], accept["applyer_page_code"]) == ("张三", IDENTITY_NUMBER)
    assert accept["accept_doc_no"].startswith("天办受")
    assert (accept["cd_operation"], accept["is_sync"]) == ("I", 0)
    actions = [row["event_name"] for row in await province.rows("process", case_no)]
    assert actions == ["收件", "受理", "分送部门", "部门办结"]
    materials = await province.rows("material", case_no)
    assert {(row["material_code"], row["get_num"]) for row in materials} == {("lease", 1), ("identity-card", 1)}
    [result] = await province.rows("result", case_no)
    assert (result["result_cetr_name"], result["result_cetr_no"]) == ("卫生许可证", "鄂卫 1")
    assert (await cursor(intake, case_no))["told"] == 3


async def test_nothing_is_told_before_what_came_before_it(intake: World, feed: Feed, province: StagingDatabase) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, started(2, "hygiene"), granted(3, "hygiene"))
    await feed.run_once()
    assert [row["event_name"] for row in await province.rows("process", case_no)] == ["收件"]
    assert (await cursor(intake, case_no))["cause"] == "gap"
    await record(intake, case_no, accepted(1))
    await free(intake)
    await feed.run_once()
    rows = await province.rows("process", case_no)
    assert [row["event_name"] for row in rows] == ["收件", "受理", "分送部门", "部门办结"]
    assert rows[0]["cd_batch"] < rows[1]["cd_batch"] == rows[3]["cd_batch"]
    told = await cursor(intake, case_no)
    assert (told["told"], told["attempts"], told["cause"]) == (3, 0, None)


async def test_a_procedure_that_ends_is_told_anew(intake: World, feed: Feed, province: StagingDatabase) -> None:
    case_no = await intake.filed()
    why = await intake.state.objects.put(ActDocument(reason="需要检测", outcome="合格").model_dump_json().encode())
    fields = {"step": "hygiene", "procedure": SpecialProcedureKind.TESTING, "document": why}
    stopped = event(3, EventKind.STEP_STOPPED, state=StepState.STOPPED, **fields)
    await record(intake, case_no, accepted(1), started(2, "hygiene"), stopped)
    await feed.run_once()
    [begun] = await province.rows("special_procedure", case_no)
    await province.run("UPDATE up_pro_special_procedure SET is_sync = 1 WHERE project_no = :n", n=case_no)
    await record(intake, case_no, event(4, EventKind.STEP_RESUMED, state=StepState.OPEN, **fields))
    await feed.run_once()
    [ended] = await province.rows("special_procedure", case_no)
    assert (begun["cd_operation"], begun["end_time"]) == ("I", None)
    assert (ended["cd_operation"], ended["result"], ended["is_sync"]) == ("U", "合格", 0)
    assert ended["seq"] == begun["seq"]


async def test_what_a_supplement_brought_is_told_with_it(intake: World, feed: Feed, province: StagingDatabase) -> None:
    """The event may be here before the supplement's own row says that the case has taken it."""
    case_no = await intake.filed()
    act_id = f"supplement-of-{case_no}"
    brought = {
        "material": "lease",
        "digest": "d" * 64,
        "media_type": "application/pdf",
        "file_name": "x",
        "licence": None,
    }
    async with intake.state.direct.connect() as connection:
        await supplements.hand_in(
            connection,
            act_id=act_id,
            case_no=case_no,
            step="signboard",
            request_seq=3,
            handed_in_by="portal-a",
            body_hash="h",
            content=seal_supplement(intake.state.keyring, Corrections(materials=(brought, brought)), act_id),
        )
    asked = event(3, EventKind.STEP_SUPPLEMENT_REQUESTED, step="signboard", state=StepState.SUPPLEMENT)
    received = event(4, EventKind.STEP_SUPPLEMENT_RECEIVED, step="signboard", state=StepState.OPEN, act_id=act_id)
    await record(intake, case_no, accepted(1), started(2, "signboard"), asked, received)
    await feed.run_once()
    *filed, supplement = await province.rows("material", case_no)
    assert len(filed) == 2
    assert (supplement["seq"], supplement["material_code"], supplement["get_num"]) == (4000, "lease", 2)


async def test_cut_off_between_writing_and_settling(
    intake: World, feed: Feed, province: StagingDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1))

    async def gone(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(cursors, "settle", gone)
        with pytest.raises(ConnectionError):
            await feed.run_once()
    assert (await cursor(intake, case_no))["told"] == -1
    await province.run("UPDATE up_pro_process SET is_sync = 1 WHERE project_no = :n", n=case_no)
    before = await everything(province, case_no)
    assert before[0]
    assert await feed.run_once() == 0  # still claimed: nobody writes beside a writer that may yet be alive
    await free(intake)
    await feed.run_once()
    assert await everything(province, case_no) == before  # not even whether it was taken over has changed
    assert (await cursor(intake, case_no))["told"] == 1


async def test_the_province_is_away_for_a_while(intake: World, province: StagingDatabase) -> None:
    case_no = await intake.filed()
    province.closed(True)
    try:
        async with AsyncExitStack() as stack:
            task = asyncio.create_task(feed_of(intake, province.url, stack).run())
            await asyncio.sleep(0.5)
            await record(intake, case_no, accepted(1))
            assert await province.rows("process", case_no) == []
            province.closed(False)

            async def told() -> bool:
                return len(await province.rows("process", case_no)) == 2

            await eventually(told)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    finally:
        province.closed(False)
    assert (await cursor(intake, case_no))["attempts"] == 0  # it is not the case that failed


async def test_what_the_province_does_not_take_stands_in_nobodys_way(
    intake: World, feed: Feed, province: StagingDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = await intake.filed(), await intake.filed()
    await province.run(f"ALTER TABLE up_pro_material ADD CONSTRAINT bad CHECK (project_no <> '{bad}')")
    try:
        await feed.run_once()
        assert await province.rows("process", good)
        assert await province.rows("process", bad) == []  # a case is told whole
        failed = await cursor(intake, bad)
        assert (failed["told"], failed["attempts"], failed["cause"]) == (-1, 1, "IntegrityError")
        assert "张三" not in caplog.text
        assert IDENTITY_NUMBER not in caplog.text
    finally:
        await province.run("ALTER TABLE up_pro_material DROP CONSTRAINT bad")
    await free(intake)
    await feed.run_once()
    assert await province.rows("process", bad)


async def test_a_province_that_takes_nothing_is_left_alone(
    intake: World, feed: Feed, province: StagingDatabase
) -> None:
    cases = [await intake.filed() for _ in range(5)]
    await province.run("ALTER TABLE up_pro_process RENAME TO up_pro_process_gone")
    try:
        with pytest.raises(ProvinceRefuses):
            await feed.run_once()
    finally:
        await province.run("ALTER TABLE up_pro_process_gone RENAME TO up_pro_process")
    failed = [(await cursor(intake, case_no))["attempts"] for case_no in cases]
    assert sorted(failed) == [0, 0, 1, 1, 1]
    await free(intake)
    await feed.run_once()
    assert all([await province.rows("process", case_no) for case_no in cases])


async def test_a_statement_that_is_missing_delays_its_case(
    intake: World, feed: Feed, province: StagingDatabase
) -> None:
    case_no, other = await intake.filed(), await intake.filed()
    await record(intake, case_no, accepted(1), granted(2, "hygiene", "0" * 64))
    await feed.run_once()
    assert await province.rows("process", other)
    failed = await cursor(intake, case_no)
    assert (failed["told"], failed["cause"]) == (-1, "ObjectMissing")


async def test_statements_of_a_batch_do_not_grow_with_its_cases(intake: World, feed: Feed) -> None:
    counts = []
    for cases in (1, 20):
        for _ in range(cases):
            await intake.filed()
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any, seen: list[str] = seen) -> None:
            seen.append(statement)

        listening.listen(intake.state.engine.sync_engine, "before_cursor_execute", note)
        assert await feed.run_once() >= cases
        listening.remove(intake.state.engine.sync_engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts == [5, 4]  # noticed, claimed, read, settled; at first also what they were compiled to


async def test_two_feeds_tell_everything_once(intake: World, province: StagingDatabase) -> None:
    cases = [await intake.filed() for _ in range(12)]
    async with AsyncExitStack() as stack:
        one, other = (feed_of(intake, province.url, stack) for _ in range(2))
        await asyncio.gather(one.run_once(), other.run_once())
    for case_no in cases:
        assert len(await province.rows("process", case_no)) == 1


async def test_the_service_tells_by_itself(intake_folder: Path, intake_url: str, province: StagingDatabase) -> None:
    async with running(intake_folder, intake_url, NOBODY, exchange_url=province.url, exchange_poll=0.05) as world:
        case_no = await world.filed()

        async def told() -> bool:
            return bool(await province.rows("material", case_no))

        await eventually(told)
