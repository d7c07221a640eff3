"""Writes a batch for the department: elsewhere, piece by piece, and then into its place in one go."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.files.folder import Folder
from lianban_adapters.channels.files.layout import MANIFEST, TASK, TASKS_ANYWHERE, TASKS_NEW, TASKS_TMP
from lianban_adapters.channels.files.manifest import Listed, manifest_of, sha256

_LEFT_BEHIND: Final = timedelta(days=1).total_seconds()
_OF: Final = "~"  # between the batch and what is made for it; no batch is called so


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
    transferred when an attempt was cut off is not transferred again. Raises what the store and the folder do."""
    kept = f"{TASKS_TMP}/{batch}{_OF}files"
    if materials:
        await folder.make(kept)
    sizes = {
        name: await _transferred(folder, store, f"{kept}/{digest}.{name}", digest) for name, digest in materials.items()
    }
    own = f"{TASKS_TMP}/{batch}{_OF}{secrets.token_hex(8)}"
    await folder.make(own)
    for name, digest in materials.items():
        await folder.put(f"{kept}/{digest}.{name}", f"{own}/{name}")
    await folder.write(f"{own}/{TASK}", message)
    listed = [Listed(name=TASK, size=len(message), sha256=sha256(message))]
    listed += [Listed(name=name, size=sizes[name], sha256=digest) for name, digest in materials.items()]
    await folder.write(f"{own}/{MANIFEST}", manifest_of(batch, listed))
    await folder.put(own, f"{TASKS_NEW}/{batch}")
    await _clear(folder, batch)


async def _transferred(folder: Folder, store: ObjectStore, path: str, digest: str) -> int:
    """Size of the material at ``path``: it is there whole, or not at all."""
    known = await folder.entry(path)
    if known is not None:
        return known.size
    part = f"{path}.{secrets.token_hex(4)}"
    size = await folder.write_stream(part, store.stream(digest))
    await folder.put(part, path)
    return size


async def _clear(folder: Folder, batch: str) -> None:
    """What attempts on this batch have left, and what others have left that were never finished."""
    long_ago = datetime.now(UTC).timestamp() - _LEFT_BEHIND
    for entry in await folder.entries(TASKS_TMP):
        if entry.name.partition(_OF)[0] == batch or entry.changed < long_ago:
            await folder.remove(f"{TASKS_TMP}/{entry.name}")
