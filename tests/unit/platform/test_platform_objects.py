"""The object store in a folder."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lianban.platform.crypto import Keyring
from lianban.platform.objects import (
    SEGMENT,
    ObjectCorrupt,
    ObjectMissing,
    ObjectStore,
    ObjectTooLarge,
    open_store,
)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.generate()


@pytest.fixture
def store(tmp_path: Path, keyring: Keyring) -> ObjectStore:
    return open_store(f"file://{tmp_path}/objects", keyring)


async def chunks(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT + 7])
async def test_what_is_put_is_got(store: ObjectStore, size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)
    digest = await store.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert await store.get(digest) == data
    assert await store.exists(digest)


@pytest.mark.parametrize("size", [0, 10, 3 * SEGMENT + 7])
async def test_streams_are_stored_the_same(store: ObjectStore, tmp_path: Path, size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)
    assert await store.put_stream(chunks(data, 70_001), limit=size) == (hashlib.sha256(data).hexdigest(), size)
    assert await store.get(hashlib.sha256(data).hexdigest()) == data
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("size", [0, 10, SEGMENT, 3 * SEGMENT + 7])
async def test_what_is_put_is_streamed_piece_by_piece(store: ObjectStore, size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)
    pieces = [piece async for piece in store.stream(await store.put(data))]
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= SEGMENT


async def test_a_stream_of_what_is_not_there_or_was_changed(store: ObjectStore, tmp_path: Path) -> None:
    for missing in ("0" * 64, "../../etc/passwd"):
        with pytest.raises(ObjectMissing):
            _ = [piece async for piece in store.stream(missing)]
    digest, other = [await store.put(data) for data in (b"deed", b"will")]
    path = tmp_path / "objects" / digest[:2] / digest[2:4] / digest
    path.write_bytes((tmp_path / "objects" / other[:2] / other[2:4] / other).read_bytes())
    with pytest.raises(ObjectCorrupt):
        _ = [piece async for piece in store.stream(digest)]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ObjectCorrupt):
        _ = [piece async for piece in store.stream(digest)]


async def test_too_large_a_stream_leaves_nothing(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ObjectTooLarge):
        await store.put_stream(chunks(b"x" * 1000, 100), limit=999)
    assert files(tmp_path) == []


async def test_a_stream_that_breaks_leaves_nothing(store: ObjectStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put_stream(broken(), limit=10)
    assert files(tmp_path) == []


async def test_the_same_content_is_kept_once(store: ObjectStore, tmp_path: Path) -> None:
    assert await store.put(b"x") == await store.put(b"x")
    await store.put_stream(chunks(b"x", 1), limit=1)
    assert len(files(tmp_path)) == 1


async def test_many_at_once_each_gets_its_own(store: ObjectStore, tmp_path: Path) -> None:
    contents = [[b"%d" % (number % 70), b"shared", b"x%d" % number] for number in range(100)]
    found = await asyncio.gather(*(store.put_all(own) for own in contents), store.put(b"shared"))
    assert found == [
        *([hashlib.sha256(data).hexdigest() for data in own] for own in contents),
        hashlib.sha256(b"shared").hexdigest(),
    ]
    assert [await store.get(digest) for digest in found[99]] == contents[99]
    assert len(files(tmp_path)) == 171


async def test_whoever_no_longer_waits_holds_up_nobody(store: ObjectStore) -> None:
    waiting = [asyncio.create_task(store.put(b"%d" % number)) for number in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[3].cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(one, str) for one in found] == [False, True, True, False, True]


async def test_a_disk_that_takes_nothing_is_told_to_all_and_leaves_nothing(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", _full)
        found = await asyncio.gather(*(store.put(b"%d" % number) for number in range(3)), return_exceptions=True)
        assert [type(one) for one in found] == [OSError] * 3
    assert files(tmp_path) == []
    assert await store.get(await store.put(b"1")) == b"1"


async def test_requests_of_many_files_do_not_run_out_of_handles(store: ObjectStore) -> None:
    contents = [[b"%d of %d" % (file, number) for file in range(51)] for number in range(8)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 150, hard))
    try:
        found = await asyncio.gather(*(store.put_all(own) for own in contents))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert [len(digests) for digests in found] == [51] * 8


@pytest.mark.parametrize("turns", [1, 2], ids=["not-begun", "begun"])
async def test_when_all_are_told_to_end_nobody_waits_on(store: ObjectStore, turns: int) -> None:
    """As when a loop ends: whoever still stores something then would keep the process from ending."""
    waiting = [asyncio.create_task(store.put(b"%d" % number)) for number in range(100)]
    before = asyncio.all_tasks()
    for _turn in range(turns):
        await asyncio.sleep(0)
    for storing in asyncio.all_tasks() - before:
        storing.cancel()
    async with asyncio.timeout(5):
        found = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(one) for one in found} == {asyncio.CancelledError}
    assert await store.put(b"1") == hashlib.sha256(b"1").hexdigest()


def _full(handle: int) -> None:
    raise OSError(errno.ENOSPC, "full")


async def test_nothing_readable_on_disk(store: ObjectStore, tmp_path: Path) -> None:
    await store.put("身份证号".encode() * 100)
    [path] = files(tmp_path)
    assert "身份证号".encode() not in path.read_bytes()
    assert path.parent.name == path.name[2:4]
    assert path.parent.parent.name == path.name[:2]


@pytest.mark.parametrize(
    "digest", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 65, "/" + "a" * 63, "a" * 64 + "\n", "incoming"]
)
async def test_what_is_no_digest_is_missing(store: ObjectStore, digest: str) -> None:
    with pytest.raises(ObjectMissing):
        await store.get(digest)
    assert not await store.exists(digest)


async def test_an_unknown_digest_is_missing(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        await store.get("a" * 64)


async def test_every_kind_of_tampering_is_noticed(store: ObjectStore, tmp_path: Path) -> None:
    digest = await store.put(b"x" * (2 * SEGMENT + 5))
    other = await store.put(b"y" * (2 * SEGMENT + 5))
    [path] = [path for path in files(tmp_path) if path.name == digest]
    [foreign] = [path for path in files(tmp_path) if path.name == other]
    good = path.read_bytes()
    record = 4 + int.from_bytes(good[16:20], "big")
    altered = bytearray(good)
    altered[-1] ^= 1
    for bad in (
        b"",
        good[:16],  # no segment at all
        good[:-3],  # cut within a segment
        good[: 16 + 2 * record],  # cut between segments
        good[:16] + good[16 + record :],  # first segment left out
        good[:16] + good[16 + record : 16 + 2 * record] + good[16 : 16 + record] + good[16 + 2 * record :],  # swapped
        bytes(altered),
        foreign.read_bytes(),
    ):
        path.write_bytes(bad)
        with pytest.raises(ObjectCorrupt):
            await store.get(digest)
    path.write_bytes(good)
    assert len(await store.get(digest)) == 2 * SEGMENT + 5


async def test_objects_survive_rotation(tmp_path: Path, keyring: Keyring, store: ObjectStore) -> None:
    digest = await store.put(b"x")
    assert await open_store(f"file://{tmp_path}/objects", keyring.rotated()).get(digest) == b"x"


@pytest.mark.parametrize("url", ["s3://bucket", "file:relative", "file://host/folder", "/plain"])
def test_other_urls_are_refused(url: str, keyring: Keyring) -> None:
    with pytest.raises(ValueError, match="file:///"):
        open_store(url, keyring)
