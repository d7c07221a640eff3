"""A folder of acts with far more in it than anybody meant to put there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from adapters_files import DepartmentFolder, FolderServer, act_of, connected, fill

from lianban_adapters.channels.files import source as files_source
from lianban_adapters.channels.files.source import FilesSource
from lianban_adapters.channels.incoming.port import Receipt, Status, Unfinished

CASE = "429006E1-1-abc"


@pytest.fixture
async def source(sftp_settings: dict[str, Any]) -> AsyncIterator[FilesSource]:
    async with connected(sftp_settings) as connection:
        made = FilesSource(connection, 5, 30)
        assert (await made.fetch(None)).keys == []
        yield made


async def one_pass(source: FilesSource) -> list[str]:
    """Keys of all batches of it."""
    batch = await source.fetch(None)
    keys = [*batch.keys]
    while batch.next is not None:
        batch = await source.fetch(batch.next)
        keys += batch.keys
    return keys


def write(folder: DepartmentFolder, *names: str) -> None:
    for name in names:
        fill(folder.path / "acts" / "new" / name, name, act_of(CASE, "review"))


async def test_one_listing_serves_many_batches(
    source: FilesSource, sftp: FolderServer, sftp_folder: DepartmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_source, "_LISTED", 40)
    names = [f"a-{number:03d}" for number in range(95)]
    write(sftp_folder, *reversed(names))
    sftp.listed.clear()
    assert await one_pass(source) == names
    assert sum(sftp.listed.values()) == 3
    write(sftp_folder, "a-000b")
    assert (await source.fetch(None)).keys == ["a-000", "a-000b", "a-001", "a-002", "a-003"]


async def test_of_too_many_some_are_looked_at_and_all_are_taken_in_time(
    source: FilesSource,
    sftp: FolderServer,
    sftp_folder: DepartmentFolder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(files_source, "_MOST_LISTED", 100)
    names = {f"a-{number:03d}" for number in range(700)}
    for name in names:
        (sftp_folder.path / "acts" / "new" / name).mkdir()
    sftp.named = 0
    keys = await one_pass(source)
    assert len(keys) >= 90
    assert set(keys) < names
    assert keys == sorted(keys)
    assert sftp.named < 2 * len(names), "twice a part of them, not all of them for every batch"
    assert "folder holds more than can be looked at" in caplog.text
    taken: list[str] = []
    while keys := (await source.fetch(None)).keys:
        for key in keys:
            (sftp_folder.path / "acts" / "new" / key).rename(sftp_folder.path / "acts" / "done" / key)
        taken += keys
    assert sorted(taken) == sorted(names)


async def test_what_nobody_finishes_takes_up_no_time(
    source: FilesSource,
    sftp: FolderServer,
    sftp_folder: DepartmentFolder,
    sftp_settings: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = [f"a-{number}" for number in range(4)]
    for name in never:
        (sftp_folder.path / "acts" / "new" / name).mkdir()
    write(sftp_folder, "b")
    for _ in range(2):
        assert await one_pass(source) == [*never, "b"]
        for name in never:
            with pytest.raises(Unfinished):
                await source.read(name)
    assert await one_pass(source) == [*never, "b"]
    looks = sftp.listed.copy()
    for name in never:
        with pytest.raises(Unfinished):
            await source.read(name)
    assert sftp.listed == looks, "nobody has looked"
    monkeypatch.setattr(files_source, "_FEW", 3)
    assert await one_pass(source) == ["b"]
    async with connected(sftp_settings) as connection:
        impatient = FilesSource(connection, 5, 0.05)
        for _ in range(3):
            with pytest.raises(Unfinished):
                await impatient.read("a-0")
        (sftp_folder.path / "acts" / "new" / "a-0").rmdir()
        write(sftp_folder, "a-0")
        found = None
        while found is None:
            await asyncio.sleep(0.02)
            with suppress(Unfinished):
                found = await impatient.read("a-0")
        assert found.act["task_id"] == f"{CASE}:review"
        await impatient.acknowledge("a-0", Receipt(Status.APPLIED))


async def test_what_is_still_being_written_is_looked_at_each_time(
    source: FilesSource, sftp_folder: DepartmentFolder
) -> None:
    batch = sftp_folder.path / "acts" / "new" / "a"
    batch.mkdir()
    for number in range(4):
        (batch / "act.json").write_bytes(b"{}"[: number % 3] + bytes(number))
        assert await one_pass(source) == ["a"]
        with pytest.raises(Unfinished):
            await source.read("a")
