"""What a kind of channel is, and the kinds that other packages add.

A kind is a name and a function that makes the link of one department. Packages add theirs by entry points of the group
``lianban.channels``: the entry point's name is the word that ``channel`` has in the directory, its object the function.
It is loaded only when a department uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from lianban.platform.directory import DepartmentEntry
from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.incoming.port import Source
from lianban_adapters.channels.port import Channel

GROUP: Final = "lianban.channels"


@dataclass(frozen=True)
class Surroundings:
    """What a channel may need. ``stack`` closes what it opens; ``public_url`` is where departments reach us;
    ``send_timeout``: seconds for a message to be taken, all in all."""

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
"""Opens nothing that may not be there yet: a department that is down keeps the service from nothing. A kind of another
package has its settings checked by its own model, ``entry.own_settings(Model)``; what else is wrong with them, a file
that is not there for one, is told by :class:`SettingsInvalid`."""


class KindInvalid(Exception):
    """A kind that somebody added cannot be used."""


class SettingsInvalid(Exception):
    """A department cannot be reached so. ``faults``: all of them, by the field of its entry; shown at the start."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {fault}" for field, fault in faults.items()))
        self.faults = faults


class Kinds(Mapping[str, Maker]):
    """By name: those that come with the platform, and those that were ``added``, loaded when they are first asked for.
    Asking for one that cannot be used raises :class:`KindInvalid`."""

    def __init__(self, own: Mapping[str, Maker], added: Iterable[EntryPoint]) -> None:
        self._own = own
        self._added: dict[str, list[EntryPoint]] = {}
        for point in added:
            self._added.setdefault(point.name, []).append(point)

    def __getitem__(self, name: str) -> Maker:
        if name not in self._added:
            return self._own[name]
        points = self._added[name]
        if name in self._own or len(points) > 1:
            claimed = ["lianban-adapters"] * (name in self._own) + [_distribution(point) for point in points]
            raise KindInvalid(f"kind {name} comes from more than one package: {', '.join(sorted(claimed))}")
        return _load(points[0])

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._own, *self._added}))

    def __len__(self) -> int:
        return len({*self._own, *self._added})


def added_kinds() -> Iterable[EntryPoint]:
    return entry_points(group=GROUP)


def _load(point: EntryPoint) -> Maker:
    try:
        maker = point.load()
    except Exception as error:  # whatever somebody else's module does while it is imported
        reason = f"{type(error).__name__}: {error}"
        raise KindInvalid(f"kind {point.name} of {_distribution(point)} cannot be loaded ({reason})") from error
    if not callable(maker):
        raise KindInvalid(f"kind {point.name} of {_distribution(point)}: {point.value} is no function")
    found: Maker = maker
    return found


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unknown package"
