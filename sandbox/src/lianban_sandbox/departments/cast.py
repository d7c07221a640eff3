"""Which kind of system each department is played with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import create_async_engine
from standardwebhooks.webhooks import Webhook

from lianban.platform.directory import Channel, DepartmentEntry, Directory, FilesSettings
from lianban_sandbox.callbacks import Caller
from lianban_sandbox.departments.files import FileSystem
from lianban_sandbox.departments.messages import Messages
from lianban_sandbox.departments.sftp import Account, account_of
from lianban_sandbox.departments.tables import TableSystem
from lianban_sandbox.departments.ways import Callback, Tray, Way
from lianban_sandbox.settings import SandboxSettings

_IN_BEIJING: Final = {"server_settings": {"timezone": "Asia/Shanghai"}}
"""What databases write by themselves is to be Beijing time as well."""


@dataclass(frozen=True)
class Cast:
    """Everything by department."""

    keys: Mapping[str, Webhook]
    callbacks: Mapping[str, Callback]
    tokens: Mapping[str, str]
    trays: Mapping[str, Tray]
    tables: Mapping[str, TableSystem]
    files: Mapping[str, FileSystem]
    accounts: Mapping[str, Account]
    """On the SFTP server, by user."""

    @classmethod
    def of(cls, directory: Directory, settings: SandboxSettings, caller: Caller) -> Cast:
        departments = directory.departments
        keys = {code: Webhook(entry.secret) for code, entry in departments.items()}
        adapters = settings.adapters_url.rstrip("/")
        tokens = {
            code: entry.polling.token
            for code, entry in departments.items()
            if entry.polling and _has(entry, Channel.POLLING)
        }
        exchanging = _exchanging(directory, settings.sandbox_sftp_folder)
        urls = {code: url for code, url in settings.sandbox_staging_urls.items() if code in departments}
        return cls(
            keys=keys,
            callbacks={code: Callback(caller, adapters, code, key) for code, key in keys.items()},
            tokens=tokens,
            trays={code: Tray() for code in tokens},
            tables={
                code: TableSystem(
                    code,
                    create_async_engine(
                        url, pool_size=5, max_overflow=0, hide_parameters=True, connect_args=_IN_BEIJING
                    ),
                )
                for code, url in urls.items()
            },
            files={code: FileSystem(code, disk / own.folder.lstrip("/")) for code, (own, disk) in exchanging.items()},
            accounts={own.user: account_of(own, disk) for own, disk in exchanging.values()},
        )

    @property
    def ways(self) -> Mapping[str, Way]:
        return {**self.callbacks, **self.trays, **self.tables, **self.files}

    @asynccontextmanager
    async def playing(self, messages: Messages) -> AsyncIterator[None]:
        """Those who look into their tables or folders do so for the length of the block."""
        systems: Sequence[TableSystem | FileSystem] = (*self.tables.values(), *self.files.values())
        looking = [asyncio.create_task(system.run(messages)) for system in systems]
        try:
            yield
        finally:
            for one in looking:
                one.cancel()
            await asyncio.gather(*looking, return_exceptions=True)
            for system in systems:
                await system.close()


def _has(entry: DepartmentEntry, channel: Channel) -> bool:
    """One that was switched to the inbox has its system still."""
    return entry.channel in (channel, Channel.INBOX)


def _exchanging(directory: Directory, folder: Path | None) -> Mapping[str, tuple[FilesSettings, Path]]:
    """By department, how the platform gets in and the disk it then sees; nobody's without a folder for them."""
    if folder is None:
        return {}
    return {
        code: (entry.files, folder / "disks" / entry.files.user)
        for code, entry in directory.departments.items()
        if entry.files and _has(entry, Channel.FILES)
    }
