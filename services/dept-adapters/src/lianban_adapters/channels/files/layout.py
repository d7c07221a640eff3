"""Where things lie in the folder, and what they are called. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from lianban.platform.media_types import FORMATS
from lianban_adapters.dossiers.models import DossierMaterial

MANIFEST: Final = "manifest.json"
TASK: Final = "task.json"
ACT: Final = "act.json"

TASKS_TMP: Final = "tasks/tmp"
TASKS_NEW: Final = "tasks/new"
ACTS_NEW: Final = "acts/new"
ACTS_DONE: Final = "acts/done"
ACTS_QUARANTINE: Final = "acts/quarantine"
RECEIPTS: Final = "acts/receipts"
TASKS_ANYWHERE: Final = (TASKS_NEW, "tasks/done", "tasks/quarantine")
"""Where a batch of ours may be, in the order in which the department moves it."""

FOLDERS: Final = (TASKS_TMP, *TASKS_ANYWHERE, "acts/tmp", ACTS_NEW, ACTS_DONE, ACTS_QUARANTINE, RECEIPTS)

_BATCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_UNFINISHED: Final = (".tmp", ".part", ".filepart")  # what transfer programs call a file that is on its way
_OTHER: Final = re.compile(r"[^A-Za-z0-9-]")
_SHORT: Final = 80


def batch_name(key: str) -> str:
    """Of a message of ours: one name for one key, sorted as the messages of a task follow each other, and possible on
    every file system."""
    case, *parts = (_OTHER.sub(lambda found: f"_{ord(found[0]):x}_", part) for part in key.split(":"))
    return ".".join((case, *(part.zfill(6) if part.isdigit() else part for part in parts)))


def material_name(number: int, material: DossierMaterial) -> str:
    """Within its batch. What the applicant called the file stands in the task."""
    return f"{number:02d}-{_OTHER.sub('_', material.code)}.{FORMATS.get(material.media_type, 'bin')}"


def is_on_its_way(name: str) -> bool:
    """Whether the name says that it is still being written."""
    return name.startswith(".") or name.lower().endswith(_UNFINISHED)


def is_batch_name(name: str) -> bool:
    return _BATCH.fullmatch(name) is not None


def safe_name(name: str) -> str:
    """For what is written about a batch, whatever it is called itself."""
    if is_batch_name(name):
        return name
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
    return f"{re.sub(r'[^A-Za-z0-9._-]', '_', name).strip('.')[:_SHORT]}-{digest[:8]}"
