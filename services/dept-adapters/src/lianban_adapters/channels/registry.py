"""Links by department, as the directory file says. A kind is a name and a function that makes its link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from aiohttp import ClientTimeout

from lianban.platform.directory import DepartmentEntry, Directory
from lianban.platform.objects import ObjectStore
from lianban.platform.outgoing import open_session
from lianban_adapters.channels.inbox import InboxChannel
from lianban_adapters.channels.incoming.port import Source
from lianban_adapters.channels.port import INBOX, Channel
from lianban_adapters.channels.rest import RestChannel


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


def _inbox(entry: DepartmentEntry, around: Surroundings) -> Link:
    return Link(InboxChannel())


KINDS: Final[Mapping[str, Maker]] = {"rest": _rest, INBOX: _inbox}


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
