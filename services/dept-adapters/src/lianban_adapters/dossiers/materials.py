"""Files of a dossier as our own store has them. What is wrong with them says nothing of the department they are for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

from lianban.platform.objects import ObjectCorrupt, ObjectMissing, ObjectStore
from lianban_adapters.dossiers.client import DossierUnavailable


async def content(store: ObjectStore, digest: str) -> bytes:
    """Raises :class:`DossierUnavailable`."""
    with _ours():
        return await store.get(digest)


async def pieces(store: ObjectStore, digest: str) -> AsyncGenerator[bytes, None]:
    """As the store's own. Raises :class:`DossierUnavailable`, perhaps only after the last piece."""
    with _ours():
        async with aclosing(store.stream(digest)) as stream:
            async for piece in stream:
                yield piece


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except (ObjectMissing, ObjectCorrupt, OSError) as error:
        raise DossierUnavailable(f"material not read: {type(error).__name__}") from None
