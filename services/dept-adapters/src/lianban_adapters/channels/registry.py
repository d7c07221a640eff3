"""Links by department, as the directory file says. A kind is a name and a function that makes its link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, TypeVar

from aiohttp import ClientTimeout

from lianban.platform.directory import DepartmentEntry, Directory, FetchSettings
from lianban.platform.objects import ObjectStore
from lianban.platform.outgoing import open_session
from lianban_adapters.channels.files.channel import FilesChannel
from lianban_adapters.channels.files.connection import FilesConnection
from lianban_adapters.channels.files.source import FilesSource
from lianban_adapters.channels.inbox import InboxChannel
from lianban_adapters.channels.incoming.port import Source
from lianban_adapters.channels.polling.channel import PollingChannel
from lianban_adapters.channels.polling.client import PollingClient
from lianban_adapters.channels.polling.source import PollingSource
from lianban_adapters.channels.port import INBOX, Channel
from lianban_adapters.channels.rest import RestChannel
from lianban_adapters.channels.staging.channel import StagingChannel
from lianban_adapters.channels.staging.database import StagingDatabase
from lianban_adapters.channels.staging.source import StagingSource

S = TypeVar("S", bound=FetchSettings)

_READING: Final = 120.0
"""Seconds for an act of 20 MiB over a slow line. Nobody waits for it but the department's own acts."""


@dataclass(frozen=True)
class Surroundings:
    """What a channel may need. ``stack`` closes what it opens."""

    stack: AsyncExitStack
    public_url: str
    send_timeout: float
    store: ObjectStore


@dataclass(frozen=True)
class Fetching:
    """Where a department's acts are fetched, and how many seconds lie between two looks."""

    source: Source
    interval: float


@dataclass(frozen=True)
class Link:
    """Both directions. ``fetching``: none where the department calls us, or works in the inbox."""

    channel: Channel
    fetching: Fetching | None = None


Maker = Callable[[DepartmentEntry, Surroundings], Link]


def _rest(entry: DepartmentEntry, around: Surroundings) -> Link:
    # Each has its own connections: a slow one holds up nobody else. Time is limited as a whole: an answer that
    # trickles in counts as none.
    http = open_session(ClientTimeout(total=around.send_timeout), entry.concurrency)
    around.stack.push_async_callback(http.close)
    return Link(RestChannel(http, entry, around.public_url))


def _polling(entry: DepartmentEntry, around: Surroundings) -> Link:
    settings = _given(entry.polling)
    # One more than there are tasks at a time: fetching waits for none of them.
    http = open_session(ClientTimeout(total=around.send_timeout), entry.concurrency + 1)
    around.stack.push_async_callback(http.close)
    client = PollingClient(http, settings)
    source = PollingSource(client, settings.batch)
    return Link(PollingChannel(client, around.public_url), Fetching(source, settings.interval))


def _staging(entry: DepartmentEntry, around: Surroundings) -> Link:
    settings = _given(entry.staging)
    database = StagingDatabase(settings, entry.concurrency, around.send_timeout)
    around.stack.push_async_callback(database.close)
    channel = StagingChannel(database, settings, around.store, around.public_url)
    return Link(channel, Fetching(StagingSource(database, settings.batch), settings.interval))


def _files(entry: DepartmentEntry, around: Surroundings) -> Link:
    settings = _given(entry.files)
    # Two connections: fetching waits for no material.
    sending, fetching = (FilesConnection(settings, at_once, around.send_timeout) for at_once in (entry.concurrency, 1))
    for connection in (sending, fetching):
        around.stack.push_async_callback(connection.close)
    channel = FilesChannel(sending, around.store, around.public_url)
    return Link(channel, Fetching(FilesSource(fetching, settings.batch, settings.settle), settings.interval))


def _inbox(entry: DepartmentEntry, around: Surroundings) -> Link:
    return Link(InboxChannel())


def _given(settings: S | None) -> S:
    """The directory has been checked: what the entry's channel needs is there."""
    assert settings is not None
    return settings


KINDS: Final[Mapping[str, Maker]] = {
    "rest": _rest,
    "polling": _polling,
    "staging": _staging,
    "files": _files,
    INBOX: _inbox,
}


class UnknownChannel(Exception):
    """The directory names a kind nobody has registered."""


class Channels:
    """Made when the service starts, so that an unknown kind is noticed then and not by the first task."""

    def __init__(self, directory: Directory, around: Surroundings, kinds: Mapping[str, Maker] = KINDS) -> None:
        self._links: dict[str, Link] = {}
        for code, entry in directory.departments.items():
            maker = kinds.get(entry.channel)
            if maker is None:
                raise UnknownChannel(f"{code}: {entry.channel}")
            self._links[code] = maker(entry, around)

    def of(self, department: str) -> Channel:
        """KeyError when the directory does not list the department."""
        return self._links[department].channel

    @property
    def fetching(self) -> Mapping[str, Fetching]:
        """By department, of those whose acts are fetched."""
        return {code: link.fetching for code, link in self._links.items() if link.fetching is not None}
