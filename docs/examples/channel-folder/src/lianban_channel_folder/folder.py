"""The folder both sides have. Whatever goes wrong there means "not now"."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from lianban_adapters.channels.incoming.port import Unfinished
from lianban_adapters.channels.port import Unavailable


class Folder:
    """Blocks while it works: call it in a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, *path: str, content: bytes) -> None:
        """Whole or not at all: written under another name, put in its place when it is on the disk."""
        place = self._root.joinpath(*path)
        unfinished = place.with_name(f".{place.name}.part")
        try:
            place.parent.mkdir(exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(place)
        except OSError as error:
            raise _out_of_reach(error) from None

    def names(self, part: str) -> list[str]:
        """Of finished files, sorted."""
        try:
            with os.scandir(self._root / part) as entries:
                return sorted(e.name for e in entries if e.name.endswith(".json") and not e.name.startswith("."))
        except FileNotFoundError:
            if self._root.is_dir():
                return []  # nobody has written anything yet
            raise Unavailable("交换文件夹不存在") from None
        except OSError as error:
            raise _out_of_reach(error) from None

    def read(self, *path: str, limit: int) -> bytes | None:
        """At most ``limit`` bytes and one more; None for what is no plain file. Raises :class:`Unfinished` for what is
        there no more."""
        try:
            with open(self._root.joinpath(*path), "rb", opener=_not_followed) as file:
                return file.read(limit + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
        except FileNotFoundError:
            raise Unfinished from None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EISDIR):
                return None
            raise _out_of_reach(error) from None

    def move(self, name: str, source: str, target: str) -> None:
        """What is not there any more has been moved by an earlier attempt."""
        try:
            (self._root / target).mkdir(exist_ok=True)
            (self._root / source / name).replace(self._root / target / name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _out_of_reach(error) from None


def _not_followed(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _out_of_reach(error: OSError) -> Unavailable:
    return Unavailable(f"交换文件夹无法使用（{type(error).__name__}）")
