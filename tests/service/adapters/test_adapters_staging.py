"""Staging tables in a department's own PostgreSQL, and in its MariaDB where the machine has one."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from adapters_outside import DOSSIER
from adapters_small_case import LAST_STEP, UNWILLING_STEP, SmallCase
from adapters_staging import DepartmentDatabase, act_row, beijing_now, settled, statements
from adapters_world import CERTIFIED_STEP, World, supplement, withdrawal
from test_adapters_clock_acts import MISSING

from lianban.contracts.documents import ActDocument
from lianban.contracts.orders import TaskReceipt
from lianban.contracts.status import ActKind
from lianban.platform.webhooks import new_secret

GUIDE = Path(__file__).parents[3] / "docs" / "departments.zh-CN.md"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(scope="module")
def further_departments(database: DepartmentDatabase) -> dict[str, Any]:
    staging = {"database_url": database.url, "interval": 0.1, "batch": 5, "inline_mib": 1}
    return {"housing": {"channel": "staging", "secret": new_secret(), "staging": staging}}


async def test_a_task_stands_in_the_tables_with_its_materials(world: World, database: DepartmentDatabase) -> None:
    small, large = b"\x89PNG small", b"\x89PNG" + b"0" * 1024 * 1024
    digests = [await world.store.put(content) for content in (small, large)]
    names = {"media_type": "image/png", "code": "deed", "name": "不动产权证"}
    world.intake.dossier = DOSSIER | {
        "materials": [{**names, "digest": digest, "file_name": "证'; DROP TABLE lb_task;--.png"} for digest in digests]
    }
    try:
        case = await world.start("review", department="housing")
    finally:
        world.intake.dossier = dict(DOSSIER)
    assert (await case.query(SmallCase.receipts))["review"] == TaskReceipt(channel="staging")
    [task] = await database.rows("lb_task", project_no=case.id)
    assert (task["task_id"], task["cd_operation"], task["is_sync"]) == (f"{case.id}:review", "I", 0)
    assert (task["process_code"], task["theme_name"], task["applyer_name"]) == ("review", "教育入学", "王大明")
    assert (task["promise_date"], task["legal_date"]) == (date(2030, 1, 1), date(2030, 2, 1))
    assert json.loads(task["form_content"])["child_name"]["text"] == "王小明"
    assert json.loads(task["result_content"]) == [{"code": "licence", "name": "许可证", "deliverable": False}]
    materials = await database.rows("lb_task_material", cd_batch=task["cd_batch"])
    assert [row["file_digest"] for row in materials] == digests
    assert [row["file_content"] for row in materials] == [small, None]  # too large: only named
    assert all(row["file_url"].startswith("https://lianban.example/v1/departments/housing/") for row in materials)
    assert task["material_num"] == 2
    assert f"{case.id}/review: 分送部门业务系统办理" in world.intake.purposes


async def test_an_act_reaches_the_case_and_its_answer_comes_back(world: World, database: DepartmentDatabase) -> None:
    case = await world.start(CERTIFIED_STEP, department="housing")
    act = act_row(case.id, CERTIFIED_STEP, handle_explain="符合条件'; DROP TABLE lb_act;--", result_num=1)
    result = {
        "result_code": "licence",
        "result_cetr_name": "许可证",
        "result_cetr_no": "样〔2026〕1号",
        "valid_from": date(2026, 3, 2),
        "file_name": "许可证.pdf",
        "media_type": "application/pdf",
        "file_content": PDF,
        "file_digest": hashlib.sha256(PDF).hexdigest().upper(),
    }
    await database.write(act, results=[result])
    row = await settled(database, world, act["act_id"])
    assert (row["is_sync"], row["sync_status"], row["sync_code"]) == (1, "applied", None)
    [carried] = await case.query(SmallCase.acts)
    assert (carried.kind, carried.officer, carried.document is not None) == (ActKind.DECIDE, "HX-0007", True)
    assert carried.document is not None
    document = ActDocument.model_validate_json(await world.store.get(carried.document))
    assert (document.reason, document.results[0].number) == (act["handle_explain"], "样〔2026〕1号")
    assert document.results[0].file is not None
    assert await world.store.get(document.results[0].file.digest) == PDF
    [stored] = await world.rows("acts", case.id)
    assert abs(stored["occurred_at"].timestamp() - time.time()) < 60  # Beijing's time, read as such


async def test_the_guides_statements_do_what_it_says(world: World, database: DepartmentDatabase) -> None:
    case = await world.start("review", department="housing")
    reading, writing = re.findall(r"```sql\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for statement in statements(reading):
        await database.change(statement)
    writing = writing.replace("429006M1202603020000001W", case.id).replace("act-20260302-0001", f"act-{case.id}")
    for statement in statements(writing):
        await database.change(statement)
    row = await settled(database, world, f"act-{case.id}")
    assert (row["is_sync"], row["sync_status"]) == (1, "applied")


async def test_acts_of_a_case_keep_their_order_over_many_batches(world: World, database: DepartmentDatabase) -> None:
    steps = [f"s{number}" for number in range(6)]
    case = await world.start(*steps, department="housing")
    accepts = [act_row(case.id, step, event_name="accept", result_type=None) for step in steps]
    decides = [act_row(case.id, step) for step in steps]
    await database.write(*accepts, *decides)
    for act in decides:
        assert (await settled(database, world, act["act_id"]))["sync_status"] == "applied"
    carried = await case.query(SmallCase.acts)
    assert [act.step for act in carried] == steps + steps
    assert [act.kind for act in carried] == [ActKind.ACCEPT] * 6 + [ActKind.DECIDE] * 6


async def test_a_repeat_gets_the_first_answer_and_another_act_none(world: World, database: DepartmentDatabase) -> None:
    case = await world.start("review", "other", department="housing")
    act = act_row(case.id, "review", handle_explain="符合条件")
    await database.write(act)
    await settled(database, world, act["act_id"])
    again = "UPDATE lb_act SET is_sync = 0, cd_operation = 'U', sync_status = NULL WHERE act_id = :act"
    await database.change(again, act=act["act_id"])
    assert (await settled(database, world, act["act_id"]))["sync_status"] == "applied"
    # Days later the row has been purged, and the same act is written once more.
    await database.change("DELETE FROM lb_act WHERE act_id = :act", act=act["act_id"])
    await database.write(act)
    assert (await settled(database, world, act["act_id"]))["sync_status"] == "applied"
    assert len(await case.query(SmallCase.acts)) == 1
    await database.change("DELETE FROM lb_act WHERE act_id = :act", act=act["act_id"])
    await database.write({**act, "handle_explain": "另有说法"})
    row = await settled(database, world, act["act_id"])
    assert (row["is_sync"], row["sync_status"], row["sync_code"]) == (1, "refused", "idempotency-conflict")
    assert "请更换编号" in row["sync_desc"]


async def test_what_is_not_possible_is_refused_with_its_reason(world: World, database: DepartmentDatabase) -> None:
    case = await world.start(UNWILLING_STEP, "decided", department="housing")
    other = await world.start("review")
    for act, code in (
        (act_row(case.id, UNWILLING_STEP), "too-early"),
        (act_row(case.id, "unheard-of"), "unknown-task"),
        (act_row(other.id, "review"), "foreign-step"),
    ):
        await database.write(act)
        row = await settled(database, world, act["act_id"])
        assert (row["is_sync"], row["sync_status"], row["sync_code"]) == (1, "refused", code)
        assert row["sync_desc"]
    for code in (None, "step-not-open"):  # decided once, then once more
        act = act_row(case.id, "decided")
        await database.write(act)
        assert (await settled(database, world, act["act_id"]))["sync_code"] == code


async def test_a_task_taken_back_is_a_row_and_acts_on_it_are_refused(
    world: World, database: DepartmentDatabase
) -> None:
    case = await world.start("review", "other", department="housing")
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review", "housing"))

    async def told() -> bool:
        return "review" in await case.query(SmallCase.told)

    await world.until(told)
    first, last = await database.rows("lb_task", task_id=f"{case.id}:review")
    assert (first["cd_operation"], last["cd_operation"], last["cancel_reason"]) == ("I", "D", "申请人撤回")
    act = act_row(case.id, "review")
    await database.write(act)
    row = await settled(database, world, act["act_id"])
    assert (row["sync_status"], row["sync_code"]) == ("refused", "step-not-open")


async def test_a_supplement_is_asked_for_and_stands_in_the_tables(world: World, database: DepartmentDatabase) -> None:
    case = await world.start("review", department="housing")
    asked = {"event_name": "request_supplement", "result_type": None}
    act = act_row(case.id, "review", act_content=json.dumps({"missing": MISSING}, ensure_ascii=False), **asked)
    await database.write(act)
    assert (await settled(database, world, act["act_id"]))["sync_status"] == "applied"
    await case.signal(SmallCase.hand_in, supplement(case.id, "review", "housing"))

    async def told() -> bool:
        return len(await case.query(SmallCase.told)) == 1

    await world.until(told)
    created, supplemented = await database.rows("lb_task", project_no=case.id)
    assert json.loads(created["scope_content"]) == DOSSIER["scope"]
    assert (supplemented["cd_operation"], supplemented["promise_date"]) == ("U", date(2030, 2, 15))
    assert json.loads(supplemented["applyer_content"])["name"] == "王大明"


async def test_what_comes_out_of_order_is_refused_and_done_once_it_is_its_turn(
    world: World, database: DepartmentDatabase
) -> None:
    """A gateway that carries rows one way may turn their order round."""
    case = await world.start("review", department="housing")
    stop = {"event_name": "stop", "result_type": None, "special_type": "testing", "special_days": 10}
    resume = {"event_name": "resume", "result_type": None, "special_type": "testing", "special_result": "检测合格"}
    outcomes = []
    for changes in (resume, {**stop, "handle_explain": "水质须送检"}, resume, {}):
        act = act_row(case.id, "review", **changes)
        await database.write(act)
        row = await settled(database, world, act["act_id"])
        outcomes.append(row["sync_code"] or row["sync_status"])
    assert outcomes == ["not-stopped", "applied", "applied", "applied"]
    assert [act.kind for act in await case.query(SmallCase.acts)] == [ActKind.STOP, ActKind.RESUME, ActKind.DECIDE]


async def test_a_systems_refusal_is_left_to_a_person(world: World, database: DepartmentDatabase) -> None:
    case = await world.start("review", department="housing")
    act = act_row(case.id, "review", actor_type="system", handle_user_name="", result_type="refused")
    await database.write(act)
    row = await settled(database, world, act["act_id"])
    assert (row["is_sync"], row["sync_status"]) == (1, "review")
    assert [task["channel"] for task in await world.rows("tasks", case.id)] == ["inbox"]
    assert await case.query(SmallCase.acts) == []


def bad_rows(case_no: str) -> list[tuple[dict[str, Any], list[dict[str, Any]], tuple[str, ...]]]:
    """Row, its results, and what the department is told."""
    result = {"result_code": "licence", "result_cetr_name": "许可证", "file_name": "证.pdf", "file_content": PDF}
    pdf = {**result, "media_type": "application/pdf"}
    far = beijing_now() + timedelta(days=2)
    refusal = {"result_type": "refused", "handle_explain": "", "act_content": '{"remark": 1}'}
    return [
        ({"event_name": "approve"}, [], ("event_name：应为下列之一",)),
        ({"task_id": "x' OR '1'='1"}, [], ("task_id：格式不符合要求",)),
        ({"handle_user_name": "张三"}, [], ("handle_user_name：应为工作人员编号",)),
        ({"event_time": far}, [], ("event_time：办理时间晚于当前时间",)),
        ({"event_time": beijing_now().replace(1, 1, 1, 0)}, [], ("event_time：时间超出范围",)),
        (refusal, [], ("handle_explain：不予决定须说明理由", "legal_basis：", "remedy：", "remark：不认识的字段")),
        ({"act_content": '{"remark": "截'}, [], ("act_content：不是有效的 JSON，可能被截断",)),
        (
            {"act_content": '{"kind": "decide", "results": []}'},
            [],
            ("应写在各自的列或表中：event_name、lb_act_result",),
        ),
        ({"result_num": 2}, [pdf], ("写明 2 项办理结果，实有 1 行",)),
        ({"result_num": 1}, [{**pdf, "file_digest": "0" * 64}], ("第 1 行 file_content：文件的 SHA-256 与",)),
        ({"result_num": 1}, [{**result, "media_type": "image/png"}], ("file_content：文件内容与所写的类型不符",)),
        (
            {"result_num": 1},
            [{**pdf, "valid_until": date(1999, 1, 1), "valid_from": date(2026, 1, 1)}],
            ("valid_until",),
        ),
        ({"result_num": 1}, [{**pdf, "file_content": b"%PDF" + b"0" * 21 * 1024 * 1024}], ("不得超过 20 MiB",)),
        ({"handle_explain": "长" * 400_000}, [], ("文字合计不得超过 1 MiB",)),
        (
            {"event_name": "extend", "result_type": None, "approver_role": "government_head", "handle_explain": "甲"}
            | {"special_days": 5},
            [],
            ("approver_role：部门的密钥只证明部门",),
        ),
        ({"cd_operation": "D"}, [], ("cd_operation：办理动作只能新增",)),
    ]


async def test_what_is_wrong_is_put_aside_and_nothing_else_waits(world: World, database: DepartmentDatabase) -> None:
    case = await world.start("review", "other", department="housing")
    told = {}
    for changes, results, expected in bad_rows(case.id):
        if len(results) and len(results[0]["file_content"]) > 8 * 1024 * 1024 and "mysql" in database.url:
            continue  # its server takes no statement as long as that
        act = act_row(case.id, "review", **changes)
        await database.write(act, results=results)
        told[act["act_id"]] = expected
    good = act_row(case.id, "review")
    await database.write(good)
    assert (await settled(database, world, good["act_id"]))["sync_status"] == "applied"
    for act_id, expected in told.items():
        [row] = await database.rows("lb_act", act_id=act_id)
        assert (row["is_sync"], row["sync_status"], row["sync_code"]) == (9, "quarantined", "invalid-act"), expected
        for part in expected:
            assert part in row["sync_desc"]
    assert len(await case.query(SmallCase.acts)) == 1


async def test_what_was_put_aside_is_mended_and_taken(world: World, database: DepartmentDatabase) -> None:
    case = await world.start("review", "other", department="housing")
    act = act_row(case.id, "review", event_name="approve")
    await database.write(act)
    assert (await settled(database, world, act["act_id"]))["is_sync"] == 9
    mended = "UPDATE lb_act SET event_name = 'decide', cd_operation = 'U', is_sync = 0 WHERE act_id = :act"
    await database.change(mended, act=act["act_id"])
    row = await settled(database, world, act["act_id"])
    assert (row["is_sync"], row["sync_status"], row["sync_desc"]) == (1, "applied", None)


async def test_an_act_before_the_acknowledgement_counts(world: World, database: DepartmentDatabase) -> None:
    """The department is faster than the intake that says what goes along: an officer has seen the paper."""
    world.intake.down = True
    try:
        case = await world.start("review", "other", department="housing", wait=False)

        async def known() -> bool:
            return len(await world.rows("tasks", case.id)) == 2

        await world.until(known)
        act = act_row(case.id, "review")
        await database.write(act)
        assert (await settled(database, world, act["act_id"]))["sync_status"] == "applied"
    finally:
        world.intake.down = False

    async def receipts() -> bool:
        return len(await case.query(SmallCase.receipts)) == 2

    await world.until(receipts)
    assert await database.rows("lb_task", task_id=f"{case.id}:review") == []  # nothing left to hand over


async def test_while_the_platform_is_cut_off_acts_are_stored(world: World, database: DepartmentDatabase) -> None:
    case = await world.start("review", "other", department="housing")
    await world.cable.cut()
    try:
        act = act_row(case.id, "review")
        await database.write(act)
        row = await settled(database, world, act["act_id"])
        assert (row["is_sync"], row["sync_status"]) == (1, "stored")
    finally:
        await world.cable.mend()

    async def applied() -> bool:
        return [row["state"] for row in await world.rows("acts", case.id)] == ["applied"]

    await world.until(applied, 50)


async def test_a_database_that_is_closed_only_lets_its_own_wait(world: World, database: DepartmentDatabase) -> None:
    """Somebody rebuilds the tables; meanwhile others work, and afterwards what was due is there."""
    await database.change("ALTER TABLE lb_task RENAME TO lb_task_old")
    try:
        case = await world.start(LAST_STEP, department="housing", wait=False)
        neighbour = await world.start("review")
        assert (await neighbour.query(SmallCase.receipts))["review"] == TaskReceipt(channel="rest")

        async def noted() -> bool:
            return any("前置库无法使用" in (row["reason"] or "") for row in await world.rows("tasks", case.id))

        await world.until(noted)
    finally:
        await database.change("ALTER TABLE lb_task_old RENAME TO lb_task")

    async def there() -> bool:
        return len(await database.rows("lb_task", project_no=case.id)) == 1

    await world.until(there)
    act = act_row(case.id, LAST_STEP)
    await database.write(act)
    assert (await settled(database, world, act["act_id"]))["sync_status"] == "applied"
    await asyncio.wait_for(case.result(), 10)


async def test_what_the_columns_cannot_hold_goes_to_the_inbox(world: World, database: DepartmentDatabase) -> None:
    world.intake.dossier = DOSSIER | {"applicant": {"name": "长" * 300}}
    try:
        case = await world.start("review", department="housing")
    finally:
        world.intake.dossier = dict(DOSSIER)
    [task] = await world.rows("tasks", case.id)
    assert (task["channel"], task["state"]) == ("inbox", "sent")
    assert task["reason"] == "任务内容超出前置库字段的长度或字符集，未能写入"
