"""Which kind of system each department is played with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import create_async_engine
from standardwebhooks.webhooks import Webhook

from lianban.platform.directory import Channel, DepartmentEntry, Directory
from lianban_sandbox.callbacks import Caller
from lianban_sandbox.departments.messages import Messages
from lianban_sandbox.departments.tables import TableSystem
from lianban_sandbox.departments.ways import Callback, Tray, Way
from lianban_sandbox.settings import SandboxSettings


@dataclass(frozen=True)
class Cast:
    """Everything by department."""

    keys: Mapping[str, Webhook]
    callbacks: Mapping[str, Callback]
    tokens: Mapping[str, str]
    trays: Mapping[str, Tray]
    tables: Mapping[str, TableSystem]

    @classmethod
    def of(cls, directory: Directory, settings: SandboxSettings, caller: Caller) -> Cast:
        departments = directory.departments
        keys = {code: Webhook(entry.secret) for code, entry in departments.items()}
        adapters = settings.adapters_url.rstrip("/")
        tokens = {
            code: entry.polling.token for code, entry in departments.items() if entry.polling and _is_polled(entry)
        }
        urls = {code: url for code, url in settings.sandbox_staging_urls.items() if code in departments}
        return cls(
            keys=keys,
            callbacks={code: Callback(caller, adapters, code, key) for code, key in keys.items()},
            tokens=tokens,
            trays={code: Tray() for code in tokens},
            tables={
                code: TableSystem(code, create_async_engine(url, pool_size=5, max_overflow=0, hide_parameters=True))
                for code, url in urls.items()
            },
        )

    @property
    def ways(self) -> Mapping[str, Way]:
        return {**self.callbacks, **self.trays, **self.tables}

    @asynccontextmanager
    async def playing(self, messages: Messages) -> AsyncIterator[None]:
        """Those who look into their tables do so for the length of the block."""
        looking = [asyncio.create_task(system.run(messages)) for system in self.tables.values()]
        try:
            yield
        finally:
            for one in looking:
                one.cancel()
            await asyncio.gather(*looking, return_exceptions=True)
            for system in self.tables.values():
                await system.close()


def _is_polled(entry: DepartmentEntry) -> bool:
    """One that was switched to the inbox has its system still."""
    return entry.channel in (Channel.POLLING, Channel.INBOX)
