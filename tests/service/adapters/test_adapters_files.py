"""A department with nothing but a folder on an SFTP server: tasks out, acts in, receipts back."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from typing import Any

import pytest
from adapters_files import PDF, DepartmentFolder, FolderServer, act_of, certificate, receipt, whole
from adapters_outside import DOSSIER
from adapters_small_case import LAST_STEP, UNWILLING_STEP, SmallCase
from adapters_world import CERTIFIED_STEP, World, supplement, withdrawal
from test_adapters_clock_acts import act_of as written

from lianban.contracts.documents import ActDocument
from lianban.contracts.orders import TaskReceipt
from lianban.contracts.status import ActKind
from lianban.platform.webhooks import new_secret


@pytest.fixture(scope="module")
def further_departments(server: tuple[FolderServer, dict[str, Any]]) -> dict[str, Any]:
    """``plans`` is left alone for minutes after a single failure, and not fetched from."""
    entry = {"channel": "files", "secret": new_secret(), "files": server[1]}
    circuit = {"failures": 1, "pause": 300}
    return {
        "housing": entry,
        "plans": {**entry, "files": {**server[1], "folder": "plans", "interval": 3600}, "circuit": circuit},
    }


async def test_a_task_is_a_batch_with_its_materials(world: World, folder: DepartmentFolder) -> None:
    small, large = b"\x89PNG small", b"\x89PNG" + b"0" * 3 * 1024 * 1024
    digests = [await world.store.put(content) for content in (small, large, small)]
    names = {"media_type": "image/png", "code": "deed", "name": "不动产权证"}
    world.intake.dossier = DOSSIER | {
        "materials": [{**names, "digest": digest, "file_name": "../../证.png"} for digest in digests]
    }
    try:
        case = await world.start("review", department="housing")
    finally:
        world.intake.dossier = dict(DOSSIER)
    assert (await case.query(SmallCase.receipts))["review"] == TaskReceipt(channel="files")
    batch = folder.batch(f"{case.id}:review")
    manifest = json.loads((batch / "manifest.json").read_bytes())
    assert manifest["batch"] == batch.name
    listed = {file["name"]: file for file in manifest["files"]}
    assert list(listed) == ["task.json", "01-deed.png", "02-deed.png", "03-deed.png"]
    assert {path.name for path in batch.iterdir()} == {*listed, "manifest.json"}
    for name, file in listed.items():
        content = (batch / name).read_bytes()
        assert (file["size"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    message = folder.task(f"{case.id}:review")
    assert (message["type"], message["data"]["applicant"]["name"]) == ("task.created", "王大明")
    assert [material["stored_as"] for material in message["data"]["materials"]] == list(listed)[1:]
    assert message["data"]["materials"][0]["file_name"] == "../../证.png"
    assert list((folder.path / "tasks" / "tmp").iterdir()) == []
    assert f"{case.id}/review: 分送部门业务系统办理" in world.intake.purposes


async def test_a_server_that_takes_a_part_each_time_is_no_failing_one(
    world: World, server: tuple[FolderServer, dict[str, Any]]
) -> None:
    digest = await world.store.put(os.urandom(1_500_000))
    material = {
        "digest": digest,
        "media_type": "image/png",
        "code": "deed",
        "name": "不动产权证",
        "file_name": "证.png",
    }
    world.intake.dossier = DOSSIER | {"materials": [material]}
    server[0].written, server[0].breaks_after = 0, 800_000
    try:
        case = await world.start("review", department="plans")
    finally:
        world.intake.dossier = dict(DOSSIER)
    assert server[0].breaks_after is None
    assert whole(DepartmentFolder(server[0].root / "plans").batch(f"{case.id}:review"))


async def test_an_act_reaches_the_case_and_its_receipt_comes_back(world: World, folder: DepartmentFolder) -> None:
    case = await world.start(CERTIFIED_STEP, department="housing")
    act = act_of(case.id, CERTIFIED_STEP, reason="符合条件", results=[certificate()])
    folder.write(case.id, act, {"licence.pdf": PDF})
    assert await receipt(world, folder, case.id) == {
        "batch": case.id,
        "status": "applied",
        "case_status": "in_progress",
        "step_state": "granted",
    }
    assert (folder.path / "acts" / "done" / case.id / "licence.pdf").read_bytes() == PDF
    [carried] = await case.query(SmallCase.acts)
    assert (carried.kind, carried.officer, carried.document is not None) == (ActKind.DECIDE, "HX-0007", True)
    document = ActDocument.model_validate_json(await world.store.get(carried.document))
    assert (document.reason, document.results[0].number) == ("符合条件", "样〔2026〕1号")
    assert document.results[0].file is not None
    assert await world.store.get(document.results[0].file.digest) == PDF


async def test_acts_are_taken_in_the_order_of_their_names_over_many_pages(
    world: World, folder: DepartmentFolder
) -> None:
    steps = [f"s{number}" for number in range(6)]
    case = await world.start(*steps, department="housing")
    acts = [act_of(case.id, step, kind="accept", decision=...) for step in steps] + [
        act_of(case.id, step) for step in steps
    ]
    names = [f"{case.id}-{number:03d}" for number in range(len(acts))]
    for name, act in reversed(list(zip(names, acts, strict=True))):
        folder.write(f".{name}", act)  # not looked at, for its name says that it is on its way
        path = folder.path / "acts" / "new" / f".{name}"
        manifest = json.loads((path / "manifest.json").read_bytes()) | {"batch": name}
        (path / "manifest.json").write_text(json.dumps(manifest))
    for name in names:
        path = folder.path / "acts" / "new" / name
        path.with_name(f".{name}").rename(path)
    for name in names:
        assert (await receipt(world, folder, name))["status"] == "applied"
    carried = await case.query(SmallCase.acts)
    assert [act.step for act in carried] == steps + steps
    assert [act.kind for act in carried] == [ActKind.ACCEPT] * 6 + [ActKind.DECIDE] * 6


async def test_a_repeat_gets_the_first_answer_and_another_act_none(world: World, folder: DepartmentFolder) -> None:
    case = await world.start("review", "other", department="housing")
    act = act_of(case.id, "review", reason="符合条件")
    for batch in ("a", "a", "b"):  # the same batch days later, and the same act in another one
        folder.forget(f"{case.id}-{batch}")
        folder.write(f"{case.id}-{batch}", act)
        assert (await receipt(world, folder, f"{case.id}-{batch}"))["status"] == "applied"
    assert len(await case.query(SmallCase.acts)) == 1
    assert len(list((folder.path / "acts" / "done").glob(f"{case.id}-a*"))) == 2
    folder.write(f"{case.id}-c", {**act, "reason": "另有说法"})
    found = await receipt(world, folder, f"{case.id}-c")
    assert (found["status"], found["problem"]) == ("refused", "idempotency-conflict")
    assert "请更换编号" in found["detail"]


async def test_what_is_not_possible_is_refused_with_its_reason(world: World, folder: DepartmentFolder) -> None:
    case = await world.start(UNWILLING_STEP, "decided", department="housing")
    other = await world.start("review")
    for number, (act, problem) in enumerate(
        (
            (act_of(case.id, UNWILLING_STEP), "too-early"),
            (act_of(case.id, "unheard-of"), "unknown-task"),
            (act_of(other.id, "review"), "foreign-step"),
            (act_of(case.id, "decided"), None),
            (act_of(case.id, "decided"), "step-not-open"),
        )
    ):
        folder.write(f"{case.id}-{number}", act)
        found = await receipt(world, folder, f"{case.id}-{number}")
        assert (found["status"], found.get("problem")) == ("refused" if problem else "applied", problem)
        assert ("detail" in found) == (problem is not None)


async def test_a_task_taken_back_is_a_batch_and_acts_on_it_are_refused(world: World, folder: DepartmentFolder) -> None:
    case = await world.start("review", "other", department="housing")
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review", "housing"))

    async def told() -> bool:
        return "review" in await case.query(SmallCase.told)

    await world.until(told)
    message = folder.task(f"{case.id}:review:withdrawn")
    assert (message["type"], message["data"]["cause_zh"]) == ("task.withdrawn", "申请人撤回")
    folder.write(case.id, act_of(case.id, "review"))
    found = await receipt(world, folder, case.id)
    assert (found["status"], found["problem"]) == ("refused", "step-not-open")


async def test_a_supplement_is_asked_for_and_is_a_batch(world: World, folder: DepartmentFolder) -> None:
    case = await world.start("review", department="housing")
    folder.write(case.id, written("request_supplement", case.id, act_id=f"{case.id}-1"))
    assert (await receipt(world, folder, case.id))["status"] == "applied"
    await case.signal(SmallCase.hand_in, supplement(case.id, "review", "housing"))

    async def told() -> bool:
        return len(await case.query(SmallCase.told)) == 1

    await world.until(told)
    batches = sorted(path.name for path in (folder.path / "tasks" / "new").glob(f"{case.id}*"))
    assert batches == [f"{case.id}.review", f"{case.id}.review.supplement.000200"]
    message = json.loads((folder.path / "tasks" / "new" / batches[1] / "task.json").read_bytes())
    assert (message["type"], message["data"]["due"]["promised"]) == ("task.supplemented", "2030-02-15")


async def test_what_comes_out_of_order_is_refused_and_done_once_it_is_its_turn(
    world: World, folder: DepartmentFolder
) -> None:
    case = await world.start("review", department="housing")
    stop = {"kind": "stop", "decision": ..., "procedure": "testing", "days": 10, "reason": "水质须送检"}
    resume = {"kind": "resume", "decision": ..., "procedure": "testing", "outcome": "检测合格"}
    outcomes = []
    for number, changes in enumerate((resume, stop, resume, {})):
        folder.write(f"{case.id}-{number}", act_of(case.id, "review", **changes))
        found = await receipt(world, folder, f"{case.id}-{number}")
        outcomes.append(found.get("problem", found["status"]))
    assert outcomes == ["not-stopped", "applied", "applied", "applied"]


async def test_a_systems_refusal_is_left_to_a_person(world: World, folder: DepartmentFolder) -> None:
    case = await world.start("review", department="housing")
    folder.write(case.id, act_of(case.id, "review", decision="refused", actor="system", officer=...))
    assert (await receipt(world, folder, case.id))["status"] == "review"
    assert [task["channel"] for task in await world.rows("tasks", case.id)] == ["inbox"]
    assert await case.query(SmallCase.acts) == []


async def test_an_act_before_the_acknowledgement_counts(world: World, folder: DepartmentFolder) -> None:
    """The department is faster than the intake that says what goes along: an officer has seen the paper."""
    world.intake.down = True
    try:
        case = await world.start("review", "other", department="housing", wait=False)

        async def known() -> bool:
            return len(await world.rows("tasks", case.id)) == 2

        await world.until(known)
        folder.write(case.id, act_of(case.id, "review"))
        assert (await receipt(world, folder, case.id))["status"] == "applied"
    finally:
        world.intake.down = False

    async def receipts() -> bool:
        return len(await case.query(SmallCase.receipts)) == 2

    await world.until(receipts)
    assert not folder.batch(f"{case.id}:review").exists()  # nothing left to hand over


async def test_while_the_platform_is_cut_off_acts_are_stored(world: World, folder: DepartmentFolder) -> None:
    case = await world.start("review", "other", department="housing")
    await world.cable.cut()
    try:
        folder.write(case.id, act_of(case.id, "review"))
        assert (await receipt(world, folder, case.id))["status"] == "stored"
    finally:
        await world.cable.mend()

    async def applied() -> bool:
        return [row["state"] for row in await world.rows("acts", case.id)] == ["applied"]

    await world.until(applied, 50)


async def test_a_server_that_is_down_gets_its_backlog_and_gives_its_own_in_order(
    world: World, folder: DepartmentFolder, server: tuple[FolderServer, dict[str, Any]]
) -> None:
    await server[0].stop()
    try:
        case = await world.start("a", LAST_STEP, department="housing", wait=False)
        neighbour = await world.start("review")
        assert (await neighbour.query(SmallCase.receipts))["review"] == TaskReceipt(channel="rest")

        async def noted() -> bool:
            tasks = await world.rows("tasks", case.id)
            return len(tasks) == 2 and all("SFTP 目录无法使用" in (row["reason"] or "") for row in tasks)

        await world.until(noted)
        for number, act in enumerate(
            (act_of(case.id, "a", kind="accept", decision=...), act_of(case.id, "a"), act_of(case.id, LAST_STEP))
        ):
            folder.write(f"{case.id}-{number}", act)
    finally:
        await server[0].start()
    assert (await receipt(world, folder, f"{case.id}-2"))["status"] == "applied"
    assert await asyncio.wait_for(case.result(), 20) == 3


async def test_a_connection_is_kept_and_opened_anew_when_it_has_ended(
    world: World, folder: DepartmentFolder, server: tuple[FolderServer, dict[str, Any]]
) -> None:
    await world.start("review", department="housing")
    before = server[0].logins
    for _ in range(3):
        case = await world.start("review", department="housing")
        folder.write(case.id, act_of(case.id, "review"))
        assert (await receipt(world, folder, case.id))["status"] == "applied"
    assert server[0].logins == before
    await server[0].hang_up()
    case = await world.start("review", department="housing")
    folder.write(case.id, act_of(case.id, "review"))
    assert (await receipt(world, folder, case.id))["status"] == "applied"
    assert server[0].logins == before + 2  # one for each direction
