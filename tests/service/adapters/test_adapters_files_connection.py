"""The way to a department's SFTP server: whose word is believed, what fails alone, and what is not done twice."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from adapters_files import PDF, DepartmentFolder, FolderServer, act_of, served, settings_of
from adapters_world import order, supplement, withdrawal

from lianban.platform.crypto import Keyring
from lianban.platform.directory import Directory, FilesSettings
from lianban.platform.objects import ObjectStore, open_store
from lianban.platform.webhooks import new_secret
from lianban_adapters.channels.files.channel import FilesChannel
from lianban_adapters.channels.files.connection import FilesConnection
from lianban_adapters.channels.files.source import FilesSource
from lianban_adapters.channels.incoming.port import Receipt, Status
from lianban_adapters.channels.kinds import Surroundings
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.channels.registry import Channels
from lianban_adapters.dossiers.client import DossierUnavailable
from lianban_adapters.dossiers.models import Dossier, DossierMaterial

CASE = "429006E1-1-abc"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[FolderServer]:
    async with served(tmp_path / "root") as (made, _):
        yield made


@pytest.fixture
def settings(server: FolderServer) -> dict[str, Any]:
    return settings_of(server, server.root.parent / "root.key")


@pytest.fixture
def folder(server: FolderServer) -> DepartmentFolder:
    return DepartmentFolder(server.root / "exchange")


class Piecewise:
    """A store that gives no object as a whole."""

    def __init__(self, store: ObjectStore) -> None:
        self.put = store.put
        self.stream = store.stream


@pytest.fixture
def store(tmp_path: Path, test_keyring: Keyring) -> Any:
    return Piecewise(open_store(f"file://{tmp_path}/objects", test_keyring))


@asynccontextmanager
async def connected(
    settings: dict[str, Any], timeout: float = 10.0, at_once: int = 5
) -> AsyncIterator[FilesConnection]:
    connection = FilesConnection(FilesSettings.model_validate(settings), at_once, timeout)
    try:
        yield connection
    finally:
        await connection.close()


async def dossier_of(store: ObjectStore, *contents: bytes) -> Any:
    digests = [await store.put(content) for content in contents]

    async def dossier() -> Dossier:
        material = {"code": "deed", "name": "不动产权证", "media_type": "application/pdf", "file_name": "证.pdf"}
        materials = tuple(DossierMaterial(digest=digest, **material) for digest in digests)
        return Dossier(elements={}, materials=materials, applicant={})

    return dossier


def whole(batch: Path) -> bool:
    """Everything the manifest lists is there, as long as it says; beside it nothing."""
    listed = {file["name"]: file["size"] for file in json.loads((batch / "manifest.json").read_bytes())["files"]}
    found = {path.name: path.stat().st_size for path in batch.iterdir() if path.name != "manifest.json"}
    return found == listed


async def refusal(settings: dict[str, Any]) -> str:
    async with connected(settings) as connection:
        with pytest.raises(Unavailable) as caught:
            await FilesSource(connection, 10, 1).fetch(None)
        return caught.value.reason


async def test_a_forged_host_key_is_not_believed(server: FolderServer, settings: dict[str, Any]) -> None:
    """Not the first time either: what is not registered is a stranger."""
    other = asyncssh.generate_private_key("ssh-ed25519")
    forged = settings_of(server, Path(settings["private_key_file"]), other)
    assert await refusal(forged) == "SFTP 服务器的主机密钥与登记的不符，没有登录"
    elsewhere = settings["known_hosts"].replace("127.0.0.1", "files.example")
    for known_hosts in (elsewhere, settings["known_hosts"][:-30]):
        refused = await refusal(settings | {"known_hosts": known_hosts})
        assert refused == "SFTP 服务器的主机密钥与登记的不符，没有登录"
    assert server.logins == 0


async def test_a_key_the_server_does_not_know(settings: dict[str, Any], tmp_path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "other.key")
    stranger = settings | {"private_key_file": str(tmp_path / "other.key")}
    assert await refusal(stranger) == "SFTP 服务器不接受登记的账号"
    by_password = {**settings, "password": "guess"}
    del by_password["private_key_file"]
    assert await refusal(by_password) == "SFTP 服务器不接受登记的账号"
    absent = settings | {"private_key_file": str(tmp_path / "absent.key")}
    assert await refusal(absent) == "SFTP 目录无法使用（FileNotFoundError）"
    (tmp_path / "no.key").write_text("no key")
    assert await refusal(settings | {"private_key_file": str(tmp_path / "no.key")}) == (
        "SFTP 目录无法使用（KeyImportError）"
    )


async def test_a_message_that_comes_again_adds_nothing(
    settings: dict[str, Any], folder: DepartmentFolder, store: Any
) -> None:
    dossier = await dossier_of(store, PDF)
    messages = {
        "review": lambda channel: channel.send(order(CASE, "review", "housing"), dossier),
        "review:supplement:7": lambda channel: channel.supplement(supplement(CASE, "review", "housing", 7), dossier),
        "review:withdrawn": lambda channel: channel.withdraw(withdrawal(CASE, "review", "housing")),
    }
    async with connected(settings) as connection:
        channel = FilesChannel(connection, store, "https://lianban.example")
        for key, message in messages.items():
            await message(channel)
            name = f"{CASE}:{key}".replace(":7", ":000007")
            written = folder.batch(name)
            assert whole(written)
            for place in ("new", "done", "quarantine"):
                lies = folder.batch(name, place)
                written = written.rename(lies)
                before = (lies / "manifest.json").stat().st_mtime_ns
                await message(channel)
                assert (lies / "manifest.json").stat().st_mtime_ns == before
        assert list((folder.path / "tasks" / "new").iterdir()) == []
        assert list((folder.path / "tasks" / "tmp").iterdir()) == []


async def test_two_who_write_the_same_at_once_write_it_once(
    settings: dict[str, Any], folder: DepartmentFolder, store: Any
) -> None:
    dossier = await dossier_of(store, PDF * 5000, PDF)
    task = order(CASE, "review", "housing")
    async with connected(settings) as one, connected(settings) as other:
        channels = [FilesChannel(connection, store, "https://lianban.example") for connection in (one, other, one)]
        done = await asyncio.gather(*(channel.send(task, dossier) for channel in channels), return_exceptions=True)
        assert all(not isinstance(one, BaseException) or isinstance(one, Unavailable) for one in done)
        await channels[0].send(task, dossier)
    assert [path.name for path in (folder.path / "tasks" / "new").iterdir()] == [f"{CASE}.review"]
    assert whole(folder.batch(f"{CASE}:review"))


async def test_what_is_being_cleared_away_is_not_put_in_place(
    server: FolderServer, settings: dict[str, Any], folder: DepartmentFolder, store: Any
) -> None:
    """Another process is done with the same batch just when its folder is cleared away."""
    dossier = await dossier_of(store, PDF)
    async with connected(settings) as connection:
        channel = FilesChannel(connection, store, "https://lianban.example")
        await channel.send(order(CASE, "review", "housing"), dossier)
        target = folder.batch(f"{CASE}:review")
        others = target.rename(folder.path / "tasks" / "tmp" / f"{target.name}~0123456789abcdef")

        def other_puts_it_in_place() -> None:
            if others.exists() and not target.exists():
                others.rename(target)

        server.on_removal = other_puts_it_in_place
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(target)


async def test_what_was_cut_off_goes_on_where_it_was(
    server: FolderServer, settings: dict[str, Any], folder: DepartmentFolder, store: Any
) -> None:
    """A line too slow for all materials in one go still brings them, one after the other."""
    sizes = [1_000_000, 1_000_001, 1_000_002]
    dossier = await dossier_of(store, *(bytes(size) for size in sizes))
    async with connected(settings) as connection:
        channel = FilesChannel(connection, store, "https://lianban.example")
        server.breaks_after = 2_500_000
        with pytest.raises(Unavailable, match="SFTP 目录无法使用"):
            await channel.send(order(CASE, "review", "housing"), dossier)
        assert not folder.batch(f"{CASE}:review").exists()
        server.written = 0
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(folder.batch(f"{CASE}:review"))
    assert sizes[2] < server.written < 2 * sizes[2]
    assert list((folder.path / "tasks" / "tmp").iterdir()) == []


async def test_attempts_that_fail_do_not_fill_the_disk(
    server: FolderServer, settings: dict[str, Any], folder: DepartmentFolder, store: Any
) -> None:
    dossier = await dossier_of(store, bytes(1_000_000), bytes(2_000_000))
    async with connected(settings) as connection:
        channel = FilesChannel(connection, store, "https://lianban.example")
        for _ in range(4):
            server.written, server.breaks_after = 0, 1_900_000
            with pytest.raises(Unavailable):
                await channel.send(order(CASE, "review", "housing"), dossier)
        left = sum(path.stat().st_size for path in (folder.path / "tasks" / "tmp").rglob("*") if path.is_file())
        assert left <= 3_000_000  # the whole one, and a part of the other, whose last block may have come first
        await channel.send(order(CASE, "review", "housing"), dossier)
    assert whole(folder.batch(f"{CASE}:review"))
    assert list((folder.path / "tasks" / "tmp").iterdir()) == []


async def test_a_material_that_is_damaged_here_is_not_handed_over(
    settings: dict[str, Any], folder: DepartmentFolder, store: Any, tmp_path: Path
) -> None:
    dossier = await dossier_of(store, PDF)
    [path] = (path for path in (tmp_path / "objects").rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes()[:-1])
    async with connected(settings) as connection:
        channel = FilesChannel(connection, store, "https://lianban.example")
        for _ in range(2):
            with pytest.raises(DossierUnavailable, match="ObjectCorrupt"):
                await channel.send(order(CASE, "review", "housing"), dossier)
        path.unlink()
        with pytest.raises(DossierUnavailable, match="ObjectMissing"):
            await channel.send(order(CASE, "review", "housing"), dossier)
        path.mkdir()  # our own disk fails, not theirs
        with pytest.raises(DossierUnavailable, match="IsADirectoryError"):
            await channel.send(order(CASE, "review", "housing"), dossier)
    assert list((folder.path / "tasks" / "new").iterdir()) == []


async def test_a_server_that_hangs_is_left_after_its_time(
    server: FolderServer, settings: dict[str, Any], folder: DepartmentFolder, store: Any
) -> None:
    dossier = await dossier_of(store)
    async with connected(settings, timeout=1.0) as connection, connected(settings) as fetching:
        channel = FilesChannel(connection, store, "https://lianban.example")
        await channel.send(order(CASE, "first", "housing"), dossier)
        server.open.clear()
        with pytest.raises(Unavailable, match="SFTP 目录无法使用"):
            await channel.send(order(CASE, "review", "housing"), dossier)
        assert (await FilesSource(fetching, 10, 1).fetch(None)).keys == []
        server.open.set()
        before = server.logins
        await channel.send(order(CASE, "review", "housing"), dossier)
        assert server.logins == before + 1
    assert whole(folder.batch(f"{CASE}:review"))


async def test_an_act_may_take_longer_to_be_read_than_a_task_to_be_sent(
    server: FolderServer, settings: dict[str, Any], folder: DepartmentFolder, store: Any
) -> None:
    entry = {"channel": "files", "secret": new_secret(), "files": settings}
    directory = Directory.model_validate({"departments": {"housing": entry}, "supervisor": {}})
    async with AsyncExitStack() as stack:
        around = Surroundings(stack, "https://lianban.example", 0.5, store)
        source = Channels(directory, around).fetching["housing"].source
        await source.fetch(None)
        folder.write("a", act_of(CASE, "review"))
        server.readable.clear()
        reading = asyncio.create_task(source.read("a"))
        await asyncio.sleep(1.0)
        server.readable.set()
        assert (await reading).act["task_id"] == f"{CASE}:review"


async def test_no_more_at_a_time_than_the_department_bears(settings: dict[str, Any]) -> None:
    async with connected(settings, at_once=2) as connection:
        inside, most = 0, 0

        async def work() -> None:
            nonlocal inside, most
            async with connection.folder() as folder:
                inside += 1
                most = max(most, inside)
                await folder.entries("acts/new")
                await asyncio.sleep(0.01)
                inside -= 1

        await asyncio.gather(*(work() for _ in range(8)))
        assert most == 2


async def test_folders_that_were_taken_away_are_made_again(
    settings: dict[str, Any], folder: DepartmentFolder, server: FolderServer
) -> None:
    async with connected(settings) as connection:
        source = FilesSource(connection, 10, 0.1)
        await source.fetch(None)
        folder.write("a", act_of(CASE, "review"))
        for place in ("done", "receipts"):
            (folder.path / "acts" / place).rmdir()
        [key] = (await source.fetch(None)).keys
        with pytest.raises(Unavailable, match="SFTPNoSuchFile"):
            await source.acknowledge(key, Receipt(Status.APPLIED))
        await source.acknowledge(key, Receipt(Status.APPLIED))
        assert (folder.path / "acts" / "done" / "a").is_dir()
        assert folder.receipt("a") == {"batch": "a", "status": "applied"}
        await source.acknowledge(key, Receipt(Status.APPLIED))  # the answer to it was lost: it is said again
        assert (await source.fetch(None)).keys == []


async def test_what_attempts_left_long_ago_is_cleared_away(
    settings: dict[str, Any], folder: DepartmentFolder, store: Any
) -> None:
    dossier = await dossier_of(store)
    async with connected(settings) as connection:
        channel = FilesChannel(connection, store, "https://lianban.example")
        await channel.send(order(CASE, "first", "housing"), dossier)
        tmp = folder.path / "tasks" / "tmp"
        for name, age in ((f"{CASE}.old~files", 2), (f"{CASE}.lately~files", 0)):
            (tmp / name).mkdir()
            (tmp / name / "deed.pdf").write_bytes(PDF)
            moment = (tmp / name).stat().st_mtime - age * 86_400
            os.utime(tmp / name, (moment, moment))
        await channel.send(order(CASE, "review", "housing"), dossier)
        assert [path.name for path in tmp.iterdir()] == [f"{CASE}.lately~files"]
