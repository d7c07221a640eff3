"""Writes a batch for the department: elsewhere, piece by piece, and then into its place in one go."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Final

from pydantic_core import to_json

from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.files.folder import REFUSALS, Folder
from lianban_adapters.channels.files.layout import MANIFEST, TASK, TASKS_ANYWHERE, TASKS_NEW, TASKS_TMP
from lianban_adapters.channels.files.manifest import Listed, manifest_of, sha256
from lianban_adapters.channels.files.transfers import Kept, Transfer
from lianban_adapters.dossiers.materials import pieces

_LEFT_BEHIND: Final = 7 * 24 * 60 * 60
"""Seconds. What a very slow line brings is still being written, and nothing in its folder shows it."""

_LOOKED_AT: Final = 5_000  # entries at a time: of more, the rest is for the next ones
_OF: Final = "~"  # between the batch and what is made for it; no batch is called so
_KEPT: Final = f"{_OF}files"


async def is_there(folder: Folder, batch: str) -> bool:
    """Whether it was put in place before, wherever the department has moved it since."""
    for place in TASKS_ANYWHERE:
        if await folder.entry(f"{place}/{batch}") is not None:
            return True
    return False


async def put_in_place(
    folder: Folder,
    store: ObjectStore,
    batch: str,
    message: bytes,
    materials: Mapping[str, str],
    transfer: Transfer | None = None,
) -> None:
    """``materials``: names in the batch, and the objects' digests. Put again, it is there once. What had been
    transferred when an attempt was cut off is not transferred again. ``transfer``: how far the attempts before this one
    came, where that is remembered. Raises what the folder does, and
    :class:`~lianban_adapters.dossiers.client.DossierUnavailable`."""
    kept = f"{TASKS_TMP}/{batch}{_KEPT}"
    own = f"{TASKS_TMP}/{_aside(batch, materials)}"
    await folder.make(own)
    if materials:
        await folder.make(kept)
    await _clear(folder, batch, own, materials)
    listed = [Listed(name=TASK, size=len(message), sha256=sha256(message))]
    if materials:
        keeping = Kept(folder, kept, transfer or Transfer())
        await keeping.look({_kept_as(name, digest) for name, digest in materials.items()})
        for name, digest in materials.items():
            size = await keeping.bring(_kept_as(name, digest), partial(pieces, store, digest))
            listed.append(Listed(name=name, size=size, sha256=digest))
    await folder.write(f"{own}/{TASK}", message)
    await folder.write(f"{own}/{MANIFEST}", manifest_of(batch, listed))
    for name, digest in materials.items():
        await folder.put(f"{kept}/{_kept_as(name, digest)}", f"{own}/{name}")
    if not await folder.put(own, f"{TASKS_NEW}/{batch}"):
        await folder.remove(own)
    await folder.remove(kept)


async def take_back(folder: Folder, batch: str) -> None:
    """What there is of it, save for what the department has taken."""
    # In one go first: whoever is about to read it sees all of it or nothing.
    await folder.move(f"{TASKS_NEW}/{batch}", f"{TASKS_TMP}/{_other(batch)}")
    for entry in await folder.entries(TASKS_TMP):
        if entry.name.partition(_OF)[0] == batch:
            await folder.remove(f"{TASKS_TMP}/{entry.name}")


def _kept_as(name: str, digest: str) -> str:
    return f"{digest}.{name}"


def _aside(batch: str, materials: Mapping[str, str]) -> str:
    """Name of a folder for one attempt; by its end another one knows that it is for the same materials."""
    return f"{_other(batch)}.{_told(materials)}"


def _other(batch: str = "") -> str:
    """Name of a folder that nobody else has."""
    return f"{batch}{_OF}{secrets.token_hex(8)}"


def _told(materials: Mapping[str, str]) -> str:
    return sha256(to_json(sorted(materials.items())))[:16]


async def _clear(folder: Folder, batch: str, own: str, materials: Mapping[str, str]) -> None:
    """What earlier attempts on this batch have left, save for the materials; and what others have left that were never
    finished, long ago by the server's clock, which is not ours."""
    entries = await folder.entries(TASKS_TMP, _LOOKED_AT)
    now = await folder.entry(own)
    long_ago = (now.changed if now is not None else 0) - _LEFT_BEHIND
    for entry in entries:
        path = f"{TASKS_TMP}/{entry.name}"
        if path == own or entry.name == f"{batch}{_KEPT}":
            continue
        if entry.name.partition(_OF)[0] == batch:
            await _clear_own(folder, batch, path, materials)
        elif entry.changed < long_ago:
            with suppress(*REFUSALS):  # what is somebody else's, and may not be removed, harms nobody where it is
                aside = f"{TASKS_TMP}/{_other()}"
                await folder.move(path, aside)
                await folder.remove(aside)


async def _clear_own(folder: Folder, batch: str, path: str, materials: Mapping[str, str]) -> None:
    alike = path.endswith(f".{_told(materials)}")
    # In one go first: whoever may still be writing it must not put in place what is only partly there.
    aside = f"{TASKS_TMP}/{_aside(batch, materials) if alike else _other(batch)}"
    await folder.move(path, aside)
    if alike and await folder.entry(aside) is not None:
        await _keep(folder, batch, aside, materials)
    await folder.remove(aside)


async def _keep(folder: Folder, batch: str, aside: str, materials: Mapping[str, str]) -> None:
    """The materials that an attempt had put together when it was cut off: what is there is whole."""
    for entry in await folder.entries(aside):
        if entry.name in materials:
            kept = f"{TASKS_TMP}/{batch}{_KEPT}/{_kept_as(entry.name, materials[entry.name])}"
            await folder.put(f"{aside}/{entry.name}", kept)
