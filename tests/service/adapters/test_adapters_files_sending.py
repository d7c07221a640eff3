"""Batches on their way to a department's folder: there once and whole, however often the way there is cut off."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from adapters_files import PDF, DepartmentFolder, FolderServer, connected, dossier_of, whole
from adapters_world import order, supplement, withdrawal

from lianban_adapters.channels.files.channel import FilesChannel
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.dossiers.client import DossierUnavailable

CASE = "429006E1-1-abc"


async def test_a_message_that_comes_again_adds_nothing(
    sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    dossier = await dossier_of(piecewise, PDF)
    messages = {
        "review": lambda channel: channel.send(order(CASE, "review", "housing"), dossier),
        "review:supplement:7": lambda channel: channel.supplement(supplement(CASE, "review", "housing", 7), dossier),
        "review:withdrawn": lambda channel: channel.withdraw(withdrawal(CASE, "review", "housing")),
    }
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        for key, message in messages.items():
            await message(channel)
            name = f"{CASE}:{key}".replace(":7", ":000007")
            written = sftp_folder.batch(name)
            assert whole(written)
            for place in ("new", "done", "quarantine"):
                lies = sftp_folder.batch(name, place)
                written = written.rename(lies)
                before = (lies / "manifest.json").stat().st_mtime_ns
                await message(channel)
                assert (lies / "manifest.json").stat().st_mtime_ns == before
        assert list((sftp_folder.path / "tasks" / "new").iterdir()) == []
        assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []


async def test_two_who_write_the_same_at_once_write_it_once(
    sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    dossier = await dossier_of(piecewise, PDF * 5000, PDF)
    task = order(CASE, "review", "housing")
    async with connected(sftp_settings) as one, connected(sftp_settings) as other:
        channels = [FilesChannel(connection, piecewise, "https://lianban.example") for connection in (one, other, one)]
        done = await asyncio.gather(*(channel.send(task, dossier) for channel in channels), return_exceptions=True)
        assert all(not isinstance(one, BaseException) or isinstance(one, Unavailable) for one in done)
        await channels[0].send(task, dossier)
    assert [path.name for path in (sftp_folder.path / "tasks" / "new").iterdir()] == [f"{CASE}.review"]
    assert whole(sftp_folder.batch(f"{CASE}:review"))


async def test_what_is_being_cleared_away_is_not_put_in_place(
    sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    """Another process is done with the same batch just when its folder is cleared away."""
    dossier = await dossier_of(piecewise, PDF)
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        await channel.send(order(CASE, "review", "housing"), dossier)
        target = sftp_folder.batch(f"{CASE}:review")
        others = target.rename(sftp_folder.path / "tasks" / "tmp" / f"{target.name}~0123456789abcdef")

        def other_puts_it_in_place() -> None:
            if others.exists() and not target.exists():
                others.rename(target)

        sftp.on_removal = other_puts_it_in_place
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(target)


async def test_what_was_cut_off_goes_on_where_it_was(
    sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    """A line too slow for all materials in one go still brings them, one after the other."""
    sizes = [1_000_000, 1_000_001, 1_000_002]
    dossier = await dossier_of(piecewise, *(bytes(size) for size in sizes))
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        sftp.breaks_after = 2_500_000
        with pytest.raises(Unavailable, match="SFTP 目录无法使用"):
            await channel.send(order(CASE, "review", "housing"), dossier)
        assert not sftp_folder.batch(f"{CASE}:review").exists()
        sftp.written = 0
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(sftp_folder.batch(f"{CASE}:review"))
    assert sizes[2] / 2 < sftp.written < sizes[2]
    assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []


@pytest.mark.parametrize("restarted", [False, True], ids=["the same process", "another process each time"])
async def test_a_material_too_large_for_one_attempt_arrives_in_three(
    sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any, restarted: bool
) -> None:
    """What a process has not seen the server take it reads back before it counts."""
    size = 2_500_000
    dossier = await dossier_of(piecewise, os.urandom(size))
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        for attempt in (1, 2):
            sftp.breaks_after = attempt * 1_000_000
            with pytest.raises(Unavailable, match="SFTP 目录无法使用") as caught:
                await channel.send(order(CASE, "review", "housing"), dossier)
            assert caught.value.got_further
            assert not sftp_folder.batch(f"{CASE}:review").exists()
            if restarted:
                channel = FilesChannel(connection, piecewise, "https://lianban.example")
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(sftp_folder.batch(f"{CASE}:review"))
    assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []
    assert sftp.written < size + 600_000, "little is written twice"
    assert (sftp.read > size // 2) == restarted


async def test_a_line_too_slow_for_a_material_in_one_attempt_still_brings_it(
    sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    """Each attempt is ended by its time, and gets further than the one before."""
    dossier = await dossier_of(piecewise, os.urandom(2_000_000))
    sftp.rate = 2_000_000
    attempts = 0
    async with connected(sftp_settings, timeout=0.5) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        while not sftp_folder.batch(f"{CASE}:review").exists():
            attempts += 1
            with suppress(Unavailable):
                await channel.send(order(CASE, "review", "housing"), dossier)
    assert attempts > 1
    assert whole(sftp_folder.batch(f"{CASE}:review"))


async def test_an_attempt_that_gets_no_further_says_so(
    sftp: FolderServer, sftp_settings: dict[str, Any], piecewise: Any
) -> None:
    dossier = await dossier_of(piecewise, os.urandom(1_000_000))
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        further = []
        for allowance in (600_000, 0, 0):
            sftp.written, sftp.breaks_after = 0, allowance
            with pytest.raises(Unavailable) as caught:
                await channel.send(order(CASE, "review", "housing"), dossier)
            further.append(caught.value.got_further)
        assert further == [True, False, False]


@pytest.mark.parametrize("left", ["shorter", "other", "longer", "with a hole"])
async def test_what_is_not_the_beginning_of_ours_is_begun_anew(
    left: str, sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    """Whatever has become of it on the department's server meanwhile."""
    content = os.urandom(1_500_000)
    dossier = await dossier_of(piecewise, content)
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        sftp.breaks_after = 1_000_000
        with pytest.raises(Unavailable):
            await channel.send(order(CASE, "review", "housing"), dossier)
        [part] = (path for path in (sftp_folder.path / "tasks" / "tmp").rglob("*.part"))
        written = part.read_bytes()
        part.write_bytes(
            {
                "shorter": written[:300_000],
                "other": os.urandom(400_000),
                "longer": content + b"more",
                "with a hole": content[:100_000] + bytes(500_000) + content[600_000:700_000],
            }[left]
        )
        await FilesChannel(connection, piecewise, "").send(order(CASE, "review", "housing"), dossier)
    assert whole(sftp_folder.batch(f"{CASE}:review"))
    assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []


@pytest.mark.parametrize("refused", ["open", "read", "write"])
async def test_a_server_on_which_nothing_may_be_changed_gets_it_anew(
    refused: str, sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    """Or nothing may be read: whatever it refuses of a file that is there already."""
    dossier = await dossier_of(piecewise, os.urandom(1_500_000))
    sftp.refused = refused
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        sftp.breaks_after = 1_000_000
        with pytest.raises(Unavailable):
            await channel.send(order(CASE, "review", "housing"), dossier)
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(sftp_folder.batch(f"{CASE}:review"))
    assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []


async def test_what_had_been_put_together_is_not_transferred_again(
    sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    dossier = await dossier_of(piecewise, os.urandom(1_000_000), os.urandom(1_000_001))
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        sftp.breaks_at = "tasks/new/"
        with pytest.raises(Unavailable):
            await channel.send(order(CASE, "review", "housing"), dossier)
        sftp.written = 0
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(sftp_folder.batch(f"{CASE}:review"))
    assert sftp.written < 100_000
    assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []


@pytest.mark.parametrize("cut_off", ["while it was written", "when it had been put together"])
async def test_nothing_of_another_version_of_a_material_is_taken_for_this_one(
    cut_off: str, sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    """The dossier has changed between two attempts: names and sizes are the same."""
    before, after = [await dossier_of(piecewise, os.urandom(1_000_000), os.urandom(500_000)) for _ in range(2)]
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        if cut_off == "while it was written":
            sftp.breaks_after = 1_300_000
        else:
            sftp.breaks_at = "tasks/new/"
        with pytest.raises(Unavailable):
            await channel.send(order(CASE, "review", "housing"), before)
        await channel.send(order(CASE, "review", "housing"), after)
    batch = sftp_folder.batch(f"{CASE}:review")
    assert whole(batch)
    digests = {material.digest for material in (await after()).materials}
    assert digests < {file["sha256"] for file in json.loads((batch / "manifest.json").read_bytes())["files"]}
    assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []


async def test_attempts_that_fail_do_not_fill_the_disk(
    sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    dossier = await dossier_of(piecewise, bytes(1_000_000), bytes(2_000_000))
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        for allowance in (1_900_000, 50_000, 50_000, 50_000):
            sftp.written, sftp.breaks_after = 0, allowance
            with pytest.raises(Unavailable):
                await channel.send(order(CASE, "review", "housing"), dossier)
        left = sum(path.stat().st_size for path in (sftp_folder.path / "tasks" / "tmp").rglob("*") if path.is_file())
        assert left <= 3_000_000  # the whole one, and a part of the other, whose last block may have come first
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(sftp_folder.batch(f"{CASE}:review"))
    assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []


async def test_a_material_that_is_damaged_here_is_not_handed_over(
    sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any, tmp_path: Path
) -> None:
    dossier = await dossier_of(piecewise, PDF)
    [path] = (path for path in (tmp_path / "objects").rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes()[:-1])
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        for _ in range(2):
            with pytest.raises(DossierUnavailable, match="ObjectCorrupt"):
                await channel.send(order(CASE, "review", "housing"), dossier)
        path.unlink()
        with pytest.raises(DossierUnavailable, match="ObjectMissing"):
            await channel.send(order(CASE, "review", "housing"), dossier)
        path.mkdir()  # our own disk fails, not theirs
        with pytest.raises(DossierUnavailable, match="IsADirectoryError"):
            await channel.send(order(CASE, "review", "housing"), dossier)
    assert list((sftp_folder.path / "tasks" / "new").iterdir()) == []


async def test_what_attempts_left_long_ago_is_cleared_away(
    sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    dossier = await dossier_of(piecewise)
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        await channel.send(order(CASE, "first", "housing"), dossier)
        tmp = sftp_folder.path / "tasks" / "tmp"
        for name, age in ((f"{CASE}.old~files", 8), (f"{CASE}.lately~files", 0)):
            (tmp / name).mkdir()
            (tmp / name / "deed.pdf").write_bytes(PDF)
            moment = (tmp / name).stat().st_mtime - age * 86_400
            os.utime(tmp / name, (moment, moment))
        await channel.send(order(CASE, "review", "housing"), dossier)
        assert [path.name for path in tmp.iterdir()] == [f"{CASE}.lately~files"]


@pytest.mark.parametrize("forbidden", ["by-hand", "note.txt"])
async def test_what_others_left_and_we_may_not_clear_away_stops_nothing(
    forbidden: str, sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    """An engineer of the department has tried something by hand, under an account of his own."""
    dossier = await dossier_of(piecewise, PDF)
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        await channel.send(order(CASE, "first", "housing"), dossier)
        left = sftp_folder.path / "tasks" / "tmp" / "by-hand"
        left.mkdir()
        (left / "note.txt").write_bytes(b"try")
        os.utime(left, (0, 0))
        sftp.forbidden = {forbidden}
        for step in ("review", "permit"):
            sftp.breaks_at = "tasks/new/"
            with pytest.raises(Unavailable, match="ConnectionLost"):
                await channel.send(order(CASE, step, "housing"), dossier)
            await channel.send(order(CASE, step, "housing"), dossier)
            assert whole(sftp_folder.batch(f"{CASE}:{step}"))


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("left", ["nothing", "shorter", "longer", "other"])
async def test_a_material_the_server_has_kept_badly_is_brought_again(
    left: str,
    restarted: bool,
    sftp: FolderServer,
    sftp_settings: dict[str, Any],
    sftp_folder: DepartmentFolder,
    piecewise: Any,
) -> None:
    """It was there whole; then their disk was full, or their machine lost its power."""
    if left == "other" and not restarted:
        return
    content = os.urandom(700_000)
    dossier = await dossier_of(piecewise, content)
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        sftp.breaks_at = "tasks/new/"
        with pytest.raises(Unavailable):
            await channel.send(order(CASE, "review", "housing"), dossier)
        [kept] = (path for path in (sftp_folder.path / "tasks" / "tmp").rglob("*.pdf"))
        kept.write_bytes(
            {"nothing": b"", "shorter": content[:-1], "longer": content + b"m", "other": bytes(700_000)}[left]
        )
        if restarted:
            channel = FilesChannel(connection, piecewise, "https://lianban.example")
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(sftp_folder.batch(f"{CASE}:review"))
    assert list((sftp_folder.path / "tasks" / "tmp").iterdir()) == []


async def test_what_our_own_store_gave_wrongly_is_not_taken_for_ours(
    sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any, tmp_path: Path
) -> None:
    """Only the end of an object tells that it is another one; the department's server has all of it by then."""
    dossier = await dossier_of(piecewise, os.urandom(600_000))
    [path] = (path for path in (tmp_path / "objects").rglob("*") if path.is_file())
    right = path.read_bytes()
    await piecewise.put(os.urandom(600_000))
    [other] = (one for one in (tmp_path / "objects").rglob("*") if one.is_file() and one != path)
    async with connected(sftp_settings) as connection:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        path.write_bytes(other.read_bytes())
        with pytest.raises(DossierUnavailable, match="ObjectCorrupt"):
            await channel.send(order(CASE, "review", "housing"), dossier)
        path.write_bytes(right)
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(sftp_folder.batch(f"{CASE}:review"))
