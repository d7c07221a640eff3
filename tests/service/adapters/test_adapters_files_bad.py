"""What lies in a department's folder and is no act, or not yet: told by file and fault, and nothing else waits."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from adapters_files import PDF, DepartmentFolder, FolderServer, act_of, certificate, entry_of, fill, receipt
from adapters_small_case import SmallCase
from adapters_world import CERTIFIED_STEP, World

from lianban.platform.webhooks import new_secret

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def further_departments(server: tuple[FolderServer, dict[str, Any]]) -> dict[str, Any]:
    return {"housing": {"channel": "files", "secret": new_secret(), "files": server[1] | {"batch": 500}}}


def archive(name: str, size: int) -> bytes:
    """A small file that would be a large one, were it ever unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr(name, bytes(size))
    return packed.getvalue()


def text_of(act: dict[str, Any]) -> str:
    return json.dumps(act, ensure_ascii=False)


def bad_manifests(case_no: str) -> dict[str, tuple[Callable[[str], Any], tuple[str, ...]]]:
    """Manifest of a batch of that name, instead of the right one, and what the department is told."""
    act = text_of(act_of(case_no, "review")).encode()
    right = entry_of("act.json", act)

    def of(*files: Any, **more: Any) -> Callable[[str], Any]:
        return lambda batch: {"batch": batch, "files": [right, *files], **more}

    def named(name: str) -> Any:
        return {**entry_of("x", b"x"), "name": name}

    path = "name：应为本批次内的文件名，不得含有路径"
    return {
        "cut": (lambda batch: text_of(of()(batch)).encode()[:-30], ("manifest.json：不是有效的 JSON，可能在传输中",)),
        "empty": (lambda batch: b"", ("manifest.json：不是有效的 JSON",)),
        "list": (lambda batch: [], ("manifest.json：应为对象",)),
        "gbk": (lambda batch: '{"batch": "批次"}'.encode("gbk"), ("manifest.json：应为 UTF-8 编码，收到的像是 GBK",)),
        "large": (lambda batch: b" " * 300 * 1024, ("manifest.json：不得超过 256 KiB",)),
        "twice": (lambda batch: b'{"batch": "a", "batch": "b"}', ("“batch”写了不止一次",)),
        "fields": (of({**named("x"), "colour": 1}, sum=3), ("/files/1/colour：不认识的字段", "/sum：不认识的字段")),
        "types": (
            of({"name": 7, "size": -1, "sha256": "x"}),
            ("/files/1/name：", "/files/1/size：", "/files/1/sha256："),
        ),
        "other": (lambda batch: of()("another"), ("manifest.json 的 /batch：与所在目录的名称不同",)),
        "no-act": (lambda batch: {"batch": batch, "files": [named("x")]}, ("/files：没有列出 act.json",)),
        "again": (of(right), ("/files/1/name：act.json 列了不止一次",)),
        "paths": (
            of(*(named(name) for name in ("../x", "/etc/passwd", "a\\b", "a\0b", "..", ".x", "manifest.json", "c:x"))),
            tuple(f"manifest.json 的 /files/{number}/{path}" for number in range(1, 9)),
        ),
        "missing": (of(entry_of("x.pdf", PDF)), ("x.pdf：清单中有，目录中没有这个文件",)),
        "sizes": (of(entry_of("x.pdf", bytes(21 * MIB))), ("/files：各文件合计不得超过 20 MiB",)),
    }


def bad_batches(case_no: str) -> dict[str, tuple[Any, dict[str, bytes], dict[str, Any], tuple[str, ...]]]:
    """Act, files, what the manifest says of files instead of what is right, and what the department is told."""
    good = act_of(case_no, "review")
    granted = act_of(case_no, CERTIFIED_STEP, results=[certificate()])
    listed = {"licence.pdf": PDF}
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    inline = {"name": "证.pdf", "media_type": "application/pdf", "content": "JVBERi0="}
    mismatch = ("act.json 的 /results/0/file/stored_as：文件内容与所写的类型不符",)
    return {
        "short": (granted, listed, {"licence.pdf": {"size": 99}}, ("licence.pdf：清单写明 99 字节，实有 45",)),
        "long": (granted, listed, {"licence.pdf": {"size": 4}}, ("licence.pdf：清单写明 4 字节，实有 45",)),
        "digest": (granted, listed, {"licence.pdf": {"sha256": "0" * 64}}, ("licence.pdf：SHA-256 与清单不符",)),
        "both": (
            granted,
            listed,
            {"licence.pdf": {"sha256": "0" * 64}, "act.json": {"sha256": "1" * 64}},
            ("act.json：SHA-256 与清单不符", "licence.pdf：SHA-256 与清单不符"),
        ),
        "large": (b'{"reason": "' + b"0" * MIB + b'"}', {}, {}, ("act.json：不得超过 1 MiB",)),
        "gbk": (
            text_of({**good, "reason": "符合条件"}).encode("gbk"),
            {},
            {},
            ("act.json：应为 UTF-8 编码，收到的像是 GBK",),
        ),
        "bytes": (b"\xff\xff\xfe{", {}, {}, ("act.json：应为 UTF-8 编码",)),
        "cut": (text_of(good).encode()[:-9], {}, {}, ("act.json：不是有效的 JSON",)),
        "deep": (b"[" * 500_000, {}, {}, ("act.json：不是有效的 JSON",)),
        "half": (b'{"reason": "\\ud800"}', {}, {}, ("act.json：不是有效的 JSON",)),
        "list": (b"[]", {}, {}, ("act.json：应为对象",)),
        "twice": (text_of(good).replace("{", '{"kind": "accept", ', 1).encode(), {}, {}, ("“kind”写了不止一次",)),
        "unknown": ({**good, "colour": 1, "kind": "approve"}, {}, {}, ("/colour：不认识的字段", "/kind：应为下列之一")),
        "sql": ({**good, "task_id": "x' OR '1'='1"}, {}, {}, ("act.json 的 /task_id：格式不符合要求",)),
        "future": ({**good, "occurred_at": future}, {}, {}, ("/occurred_at：办理时间晚于当前时间",)),
        "zip": (granted, {"licence.pdf": archive("a.pdf", 10)}, {}, mismatch),
        "bomb": (granted, {"licence.pdf": archive("OFD.xml", 50 * MIB)}, {}, mismatch),
        "unlisted": (
            {**granted, "results": [certificate(stored_as="../licence.pdf")]},
            listed,
            {},
            ("/results/0/file/stored_as：清单中没有这个文件", "licence.pdf：清单中有，办理结果没有用到"),
        ),
        "inline": (
            {**granted, "results": [{**certificate(), "file": inline}]},
            {},
            {},
            ("用 stored_as 写明名称，不写 content",),
        ),
        "no-file": ({**granted, "results": []}, {}, {}, ("act.json 的 /results：缺少要送达申请人的办理结果",)),
    }


async def test_what_is_wrong_is_put_aside_and_nothing_else_waits(world: World, folder: DepartmentFolder) -> None:
    case = await world.start("review", CERTIFIED_STEP, "other", department="housing")
    told: dict[str, tuple[str, ...]] = {}
    for name, (manifest, expected) in bad_manifests(case.id).items():
        batch = f"{case.id}-m-{name}"
        folder.write(batch, act_of(case.id, "review"), manifest=manifest(batch))
        told[batch] = expected
    for name, (act, files, listed, expected) in bad_batches(case.id).items():
        batch = f"{case.id}-b-{name}"
        folder.write(batch, act, files, **listed)
        told[batch] = expected
    folder.write(f"{case.id}-z", act_of(case.id, "review"))
    assert (await receipt(world, folder, f"{case.id}-z"))["status"] == "applied"
    for batch, expected in told.items():
        found = await receipt(world, folder, batch)
        assert (found["status"], found["batch"]) == ("quarantined", batch)
        assert found["errors"], batch
        reason = folder.reason(batch)
        assert reason.startswith(f"批次 {batch} 不能采用，已移到 acts/quarantine/{batch}。\n")
        for part in expected:
            assert part in reason, (batch, reason)
        assert (folder.path / "acts" / "quarantine" / batch / "manifest.json").exists()
    assert len(await case.query(SmallCase.acts)) == 1


async def test_what_is_no_batch_at_all_is_put_aside(world: World, folder: DepartmentFolder, tmp_path: Path) -> None:
    """A file by itself, an archive, a link, a name nobody can write down."""
    case = await world.start("review", department="housing")
    new = folder.path / "acts" / "new"
    (new / f"{case.id}.json").write_text(text_of(act_of(case.id, "review")))
    (new / f"{case.id}.zip").write_bytes(archive("act.json", MIB))
    secret = tmp_path / "elsewhere"
    fill(secret, f"{case.id}-link", act_of(case.id, "review"))
    (new / f"{case.id}-link").symlink_to(secret)
    named = os.fsencode(new) + b"/" + f"{case.id}-批次".encode("gbk")
    fill(Path(os.fsdecode(named)), "x", act_of(case.id, "review"))
    for name in (f"{case.id}.json", f"{case.id}.zip", f"{case.id}-link"):
        assert (await receipt(world, folder, name))["status"] == "quarantined"
        assert "应为一个目录，内有 manifest.json" in folder.reason(name)

    async def set_aside() -> bool:
        return not Path(os.fsdecode(named)).exists()

    await world.until(set_aside)
    [reason] = (folder.path / "acts" / "quarantine").glob(f"{case.id}-____-*.reason.txt")
    assert "目录名应为 128 位以内的字母、数字" in reason.read_text(encoding="utf-8")
    assert (secret / "act.json").exists()
    assert await case.query(SmallCase.acts) == []


async def test_a_link_in_a_batch_leads_nowhere(world: World, folder: DepartmentFolder, tmp_path: Path) -> None:
    """Whoever may write into the folder shall not have the platform read what only its account may."""
    case = await world.start(CERTIFIED_STEP, department="housing")
    (tmp_path / "secret.pdf").write_bytes(PDF)
    made = folder.path / "acts" / "tmp" / case.id
    fill(made, case.id, act_of(case.id, CERTIFIED_STEP, results=[certificate()]), {"licence.pdf": PDF})
    (made / "licence.pdf").unlink()
    (made / "licence.pdf").symlink_to(tmp_path / "secret.pdf")
    made.rename(folder.path / "acts" / "new" / case.id)
    assert (await receipt(world, folder, case.id))["status"] == "quarantined"
    assert "licence.pdf：不是普通文件；不接受符号链接" in folder.reason(case.id)


async def test_what_the_platform_may_not_touch_holds_up_nothing(
    world: World, folder: DepartmentFolder, server: tuple[FolderServer, dict[str, Any]]
) -> None:
    """A program that writes as another user, for nobody else."""
    case = await world.start("review", "other", department="housing")
    closed = [f"{case.id}-{number}" for number in range(5)]
    server[0].forbidden.update(closed)
    for name in (*closed, f"{case.id}-z"):
        folder.write(name, act_of(case.id, "review"))
    assert (await receipt(world, folder, f"{case.id}-z"))["status"] == "applied"

    async def told() -> bool:
        return all(folder.receipt(name) is not None for name in closed)

    await world.until(told)
    for name in closed:
        assert "平台的账号没有读取的权限" in folder.reason(name)
        assert (folder.path / "acts" / "new" / name).exists()
    folder.write(f"{case.id}-zz", act_of(case.id, "other"))
    assert (await receipt(world, folder, f"{case.id}-zz"))["status"] == "applied"


async def test_what_was_put_aside_is_mended_and_taken(world: World, folder: DepartmentFolder) -> None:
    case = await world.start("review", "other", department="housing")
    act = act_of(case.id, "review")
    for changes, status in (({"kind": "approve"}, "quarantined"), ({"kind": "no"}, "quarantined"), ({}, "applied")):
        folder.forget(case.id)
        folder.write(case.id, {**act, **changes})
        assert (await receipt(world, folder, case.id))["status"] == status
    assert len(list((folder.path / "acts" / "quarantine").glob(f"{case.id}*"))) == 4


async def test_a_half_written_batch_is_left_alone(world: World, folder: DepartmentFolder) -> None:
    """Where a department cannot rename, the manifest comes last."""
    case = await world.start(CERTIFIED_STEP, "other", department="housing")
    act = act_of(case.id, CERTIFIED_STEP, results=[certificate()])
    slow = folder.path / "acts" / "new" / f"{case.id}-a"
    fill(slow, slow.name, act, {"licence.pdf": PDF})
    manifest = (slow / "manifest.json").read_bytes()
    (slow / "manifest.json").unlink()
    (slow / "licence.pdf").write_bytes(PDF[:9])
    folder.write(f"{case.id}-b", act_of(case.id, "other"))
    assert (await receipt(world, folder, f"{case.id}-b"))["status"] == "applied"
    assert folder.receipt(slow.name) is None
    (slow / "licence.pdf").write_bytes(PDF)
    (slow / "manifest.json").write_bytes(manifest)
    assert (await receipt(world, folder, slow.name))["status"] == "applied"


async def test_a_batch_that_grows_while_it_is_read_is_taken_when_it_is_whole(
    world: World, folder: DepartmentFolder, server: tuple[FolderServer, dict[str, Any]]
) -> None:
    """The manifest came first, by a program that copies files in any order: it is not yet wrong."""
    case = await world.start(CERTIFIED_STEP, department="housing")
    content = PDF + b"%" * 200_000
    slow = folder.path / "acts" / "new" / case.id
    fill(slow, case.id, act_of(case.id, CERTIFIED_STEP, results=[certificate()]), {"licence.pdf": content})
    place = f"exchange/acts/new/{case.id}"
    for size in range(10_000, len(content), 20_000):
        (slow / "licence.pdf").write_bytes(content[:size])
        looks = server[0].listed[place]

        async def looked(looks: int = looks) -> bool:
            return server[0].listed[place] > looks

        await world.until(looked)
        assert folder.receipt(case.id) is None
    (slow / "licence.pdf").write_bytes(content)
    assert (await receipt(world, folder, case.id))["status"] == "applied"
