"""Writes a batch for the department: elsewhere, piece by piece, and then into its place in one go."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.files.folder import Folder
from lianban_adapters.channels.files.layout import MANIFEST, TASK, TASKS_ANYWHERE, TASKS_NEW, TASKS_TMP
from lianban_adapters.channels.files.manifest import Listed, manifest_of, sha256
from lianban_adapters.dossiers.materials import pieces

_LEFT_BEHIND: Final = 24 * 60 * 60  # seconds
_OF: Final = "~"  # between the batch and what is made for it; no batch is called so
_KEPT: Final = f"{_OF}files"
_PART: Final = ".part"


async def is_there(folder: Folder, batch: str) -> bool:
    """Whether it was put in place before, wherever the department has moved it since."""
    for place in TASKS_ANYWHERE:
        if await folder.entry(f"{place}/{batch}") is not None:
            return True
    return False


async def put_in_place(
    folder: Folder, store: ObjectStore, batch: str, message: bytes, materials: Mapping[str, str]
) -> None:
    """``materials``: names in the batch, and the objects' digests. Put again, it is there once. What had been
    transferred when an attempt was cut off is not transferred again. Raises what the folder does, and
    :class:`~lianban_adapters.dossiers.client.DossierUnavailable`."""
    kept = f"{TASKS_TMP}/{batch}{_KEPT}"
    own = f"{TASKS_TMP}/{batch}{_OF}{secrets.token_hex(8)}"
    await folder.make(own)
    await _clear(folder, batch, own)
    if materials:
        await folder.make(kept)
    listed = [Listed(name=TASK, size=len(message), sha256=sha256(message))]
    for name, digest in materials.items():
        size = await _transferred(folder, store, f"{kept}/{digest}.{name}", digest)
        listed.append(Listed(name=name, size=size, sha256=digest))
    for name, digest in materials.items():
        await folder.put(f"{kept}/{digest}.{name}", f"{own}/{name}")
    await folder.write(f"{own}/{TASK}", message)
    await folder.write(f"{own}/{MANIFEST}", manifest_of(batch, listed))
    await folder.put(own, f"{TASKS_NEW}/{batch}")
    await folder.remove(kept)


async def _transferred(folder: Folder, store: ObjectStore, path: str, digest: str) -> int:
    """Size of the material at ``path``: it is there whole, or not at all."""
    known = await folder.entry(path)
    if known is not None:
        return known.size
    part = f"{path}.{secrets.token_hex(4)}{_PART}"
    size = await folder.write_stream(part, pieces(store, digest))
    await folder.put(part, path)
    return size


async def _clear(folder: Folder, batch: str, own: str) -> None:
    """What earlier attempts on this batch have left, save for materials that are whole, lest a disk that is full be
    filled further by every attempt; and what others have left that were never finished, long ago by the server's
    clock, which is not ours."""
    entries = await folder.entries(TASKS_TMP)
    long_ago = max((entry.changed for entry in entries if own.endswith(f"/{entry.name}")), default=0) - _LEFT_BEHIND
    for entry in entries:
        path = f"{TASKS_TMP}/{entry.name}"
        if entry.name == f"{batch}{_KEPT}":
            for part in await folder.entries(path):
                if part.name.endswith(_PART):
                    await folder.remove(f"{path}/{part.name}")
        elif path != own and (entry.name.partition(_OF)[0] == batch or entry.changed < long_ago):
            await _take_away(folder, path, f"{TASKS_TMP}/{batch}{_OF}{secrets.token_hex(8)}")


async def _take_away(folder: Folder, path: str, aside: str) -> None:
    """In one go first: whoever may still be writing it must not put in place what is only partly removed."""
    await folder.move(path, aside)
    await folder.remove(aside)
