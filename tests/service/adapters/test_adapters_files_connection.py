"""The way to a department's SFTP server: whose word is believed, what fails alone, and what is not done twice."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from adapters_files import DepartmentFolder, FolderServer, act_of, connected, dossier_of, settings_of, whole
from adapters_world import order

from lianban.platform.directory import Directory, FilesSettings
from lianban.platform.webhooks import new_secret
from lianban_adapters.channels.files.channel import FilesChannel
from lianban_adapters.channels.files.source import FilesSource
from lianban_adapters.channels.files.way_in import faults
from lianban_adapters.channels.incoming.port import Receipt, Status
from lianban_adapters.channels.kinds import Surroundings
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.channels.registry import Channels

CASE = "429006E1-1-abc"


async def refusal(settings: dict[str, Any]) -> str:
    async with connected(settings) as connection:
        with pytest.raises(Unavailable) as caught:
            await FilesSource(connection, 10, 1).fetch(None)
        return caught.value.reason


async def test_a_forged_host_key_is_not_believed(sftp: FolderServer, sftp_settings: dict[str, Any]) -> None:
    """Not the first time either: what is not registered is a stranger."""
    other = asyncssh.generate_private_key("ssh-ed25519")
    forged = settings_of(sftp, Path(sftp_settings["private_key_file"]), other)
    assert await refusal(forged) == "SFTP 服务器的主机密钥与登记的不符，没有登录"
    elsewhere = sftp_settings["known_hosts"].replace("127.0.0.1", "files.example")
    for known_hosts in (elsewhere, sftp_settings["known_hosts"][:-30]):
        refused = await refusal(sftp_settings | {"known_hosts": known_hosts})
        assert refused == "SFTP 服务器的主机密钥与登记的不符，没有登录"
    assert sftp.logins == 0


async def test_a_pattern_may_be_the_servers(sftp_settings: dict[str, Any]) -> None:
    key = sftp_settings["known_hosts"].partition(" ")[2]
    for pattern in ("*.0.0.1", "127.0.0.0/8"):
        fitting = sftp_settings | {"known_hosts": f"{pattern} {key}"}
        assert faults(FilesSettings.model_validate(fitting)) == {}
        async with connected(fitting) as connection:
            assert (await FilesSource(connection, 10, 1).fetch(None)).keys == []


async def test_a_key_the_server_does_not_know(sftp_settings: dict[str, Any], tmp_path: Path) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "other.key")
    stranger = sftp_settings | {"private_key_file": str(tmp_path / "other.key")}
    assert await refusal(stranger) == "SFTP 服务器不接受登记的账号"
    by_password = {**sftp_settings, "password": "guess"}
    del by_password["private_key_file"]
    assert await refusal(by_password) == "SFTP 服务器不接受登记的账号"
    absent = sftp_settings | {"private_key_file": str(tmp_path / "absent.key")}
    assert await refusal(absent) == "SFTP 目录无法使用（FileNotFoundError）"
    (tmp_path / "no.key").write_text("no key")
    assert await refusal(sftp_settings | {"private_key_file": str(tmp_path / "no.key")}) == (
        "SFTP 目录无法使用（KeyImportError）"
    )


async def test_a_server_that_hangs_is_left_after_its_time(
    sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    dossier = await dossier_of(piecewise)
    async with connected(sftp_settings, timeout=1.0) as connection, connected(sftp_settings) as fetching:
        channel = FilesChannel(connection, piecewise, "https://lianban.example")
        await channel.send(order(CASE, "first", "housing"), dossier)
        sftp.open.clear()
        with pytest.raises(Unavailable, match="SFTP 目录无法使用"):
            await channel.send(order(CASE, "review", "housing"), dossier)
        assert (await FilesSource(fetching, 10, 1).fetch(None)).keys == []
        sftp.open.set()
        before = sftp.logins
        await channel.send(order(CASE, "review", "housing"), dossier)
        assert sftp.logins == before + 1
    assert whole(sftp_folder.batch(f"{CASE}:review"))


async def test_an_act_may_take_longer_to_be_read_than_a_task_to_be_sent(
    sftp: FolderServer, sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, piecewise: Any
) -> None:
    entry = {"channel": "files", "secret": new_secret(), "files": sftp_settings}
    directory = Directory.model_validate({"departments": {"housing": entry}, "supervisor": {}})
    async with AsyncExitStack() as stack:
        around = Surroundings(stack, "https://lianban.example", 0.5, piecewise)
        source = Channels(directory, around).fetching["housing"].source
        await source.fetch(None)
        sftp_folder.write("a", act_of(CASE, "review"))
        sftp.readable.clear()
        reading = asyncio.create_task(source.read("a"))
        await asyncio.sleep(1.0)
        sftp.readable.set()
        assert (await reading).act["task_id"] == f"{CASE}:review"


async def test_no_more_at_a_time_than_the_department_bears(sftp_settings: dict[str, Any]) -> None:
    async with connected(sftp_settings, at_once=2) as connection:
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
    sftp_settings: dict[str, Any], sftp_folder: DepartmentFolder, sftp: FolderServer
) -> None:
    async with connected(sftp_settings) as connection:
        source = FilesSource(connection, 10, 0.1)
        await source.fetch(None)
        sftp_folder.write("a", act_of(CASE, "review"))
        for place in ("done", "receipts"):
            (sftp_folder.path / "acts" / place).rmdir()
        [key] = (await source.fetch(None)).keys
        with pytest.raises(Unavailable, match="SFTPNoSuchFile"):
            await source.acknowledge(key, Receipt(Status.APPLIED))
        await source.acknowledge(key, Receipt(Status.APPLIED))
        assert (sftp_folder.path / "acts" / "done" / "a").is_dir()
        assert sftp_folder.receipt("a") == {"batch": "a", "status": "applied"}
        await source.acknowledge(key, Receipt(Status.APPLIED))  # the answer to it was lost: it is said again
        assert (await source.fetch(None)).keys == []
