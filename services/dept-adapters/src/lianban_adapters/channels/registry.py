"""Links by department, as the directory file says, and the kinds of channels that come with the platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from aiohttp import ClientTimeout
from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from lianban.platform.directory import DepartmentEntry, Directory, DirectoryInvalid, FetchSettings, faults_of
from lianban.platform.outgoing import open_session
from lianban_adapters.channels.files import way_in
from lianban_adapters.channels.files.channel import FilesChannel
from lianban_adapters.channels.files.connection import FilesConnection
from lianban_adapters.channels.files.source import FilesSource
from lianban_adapters.channels.inbox import InboxChannel
from lianban_adapters.channels.kinds import (
    Fetching,
    KindInvalid,
    Kinds,
    Link,
    Maker,
    SettingsInvalid,
    Surroundings,
    added_kinds,
)
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
    try:
        make_url(settings.database_url)
    except (ArgumentError, ValueError):  # whose text may hold a part of the password
        raise SettingsInvalid({"staging.database_url": "cannot be read; in a password @ is %40, : is %3A"}) from None
    database = StagingDatabase(settings, entry.concurrency, around.send_timeout)
    around.stack.push_async_callback(database.close)
    channel = StagingChannel(database, settings, around.store, around.public_url)
    return Link(channel, Fetching(StagingSource(database, settings.batch), settings.interval))


def _files(entry: DepartmentEntry, around: Surroundings) -> Link:
    settings = _given(entry.files)
    if faults := way_in.faults(settings):
        raise SettingsInvalid({f"files.{field}": fault for field, fault in faults.items()})
    # Two connections: fetching waits for no material.
    sending = FilesConnection(settings, entry.concurrency, around.send_timeout)
    fetching = FilesConnection(settings, 1, _READING)
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


def _linked(entry: DepartmentEntry, kinds: Mapping[str, Maker], around: Surroundings) -> Link:
    maker = kinds.get(entry.channel)
    if maker is None:
        raise KindInvalid(f"unknown kind {entry.channel}; known: {', '.join(sorted(kinds))}")
    link = maker(entry, around)
    if link.channel.name != entry.channel:  # by that name tasks remember which way they went
        raise KindInvalid(f"kind {entry.channel} makes a channel that calls itself {link.channel.name}")
    return link


class Channels:
    """Made when the service starts, so that a kind nobody has, or settings that are wrong, are noticed then and not by
    the first task. ``kinds`` None: all that are installed. Raises :class:`DirectoryInvalid` with every fault."""

    def __init__(self, directory: Directory, around: Surroundings, kinds: Mapping[str, Maker] | None = None) -> None:
        kinds = kinds if kinds is not None else Kinds(KINDS, added_kinds())
        self._links: dict[str, Link] = {}
        faults: list[str] = []
        for code, entry in directory.departments.items():
            try:
                self._links[code] = _linked(entry, kinds, around)
            except KindInvalid as invalid:
                faults.append(f"departments.{code}.channel: {invalid}")
            except SettingsInvalid as invalid:
                faults.extend(f"departments.{code}.{field}: {fault}" for field, fault in invalid.faults.items())
            except ValidationError as error:
                faults.extend(faults_of(error, f"departments.{code}", "settings"))
            except Exception as error:
                error.add_note(f"departments.{code}: channel {entry.channel}")
                raise
        if faults:
            raise DirectoryInvalid("; ".join(faults))

    def of(self, department: str) -> Channel:
        """KeyError when the directory does not list the department."""
        return self._links[department].channel

    @property
    def fetching(self) -> Mapping[str, Fetching]:
        """By department, of those whose acts are fetched."""
        return {code: link.fetching for code, link in self._links.items() if link.fetching is not None}
