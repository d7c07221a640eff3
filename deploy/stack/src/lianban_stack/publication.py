"""The stack's catalogue, published when it starts."""

from __future__ import annotations

from pathlib import Path

from lianban.catalog.faults import CatalogError
from lianban.clock.files import CalendarFileError
from lianban.publishing.files import StoreDamaged
from lianban.publishing.publisher import publish
from lianban.publishing.store import NothingPublished, PublishedStore
from lianban_stack.errors import StackError


def publish_or_keep(catalog: Path, folder: Path) -> list[str]:
    """Publish the catalogue into the store in ``folder``; no faults. A broken one leaves the edition published before
    in force, and its faults are returned. StackError where there is no edition to serve."""
    store = PublishedStore(folder)
    try:
        publish(catalog, store, "平台启动时发布")
    except StoreDamaged as error:
        raise StackError(f"{error}\n请从备份恢复 {folder}，或者移走它，另起一个。") from None
    except OSError as error:
        raise StackError(f"目录无法发布到 {folder}：{error}") from None
    except (CatalogError, CalendarFileError) as error:
        try:
            store.load()
        except NothingPublished:
            raise StackError(f"目录无法发布。\n{error}") from None
        except (StoreDamaged, OSError) as damage:
            raise StackError(f"目录无法发布。\n{error}\n{damage}") from None
        return [str(fault) for fault in error.faults]
    return []
