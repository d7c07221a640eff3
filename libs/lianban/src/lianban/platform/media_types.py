"""What a file is, told by its content. Names and declared types are not believed."""

from __future__ import annotations

import io
import zipfile
from typing import Final

MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "ofd": "application/ofd",
}
"""Format as the catalogue names it → media type. OFD: GB/T 33190-2016."""

FORMATS: Final = {media_type: name for name, media_type in MEDIA_TYPES.items()}

_SIGNATURES: Final = (
    (b"%PDF-", MEDIA_TYPES["pdf"]),
    (b"\xff\xd8\xff", MEDIA_TYPES["jpeg"]),
    (b"\x89PNG\r\n\x1a\n", MEDIA_TYPES["png"]),
)
_ZIP: Final = b"PK\x03\x04"
_HEAD: Final = 8
_TAIL: Final = 1024 * 1024
_OFD_ENTRY: Final = "OFD.xml"


class UnknownFormat(Exception):
    """None of the formats that are taken."""


class Sniffer:
    """Reads along while a file streams by.

    An OFD file is a zip archive with an entry ``OFD.xml``; an archive's list of entries stands at its end, so of an
    archive the last part (1 to 2 MiB) is kept in memory until the end has come.
    """

    def __init__(self) -> None:
        self._head = b""
        self._tail = bytearray()
        self._type: str | None = None
        self._archive = False

    def feed(self, chunk: bytes) -> None:
        """Raises UnknownFormat as soon as the file cannot be any of the formats."""
        if len(self._head) < _HEAD:
            self._head += chunk[: _HEAD - len(self._head)]
            if len(self._head) == _HEAD:
                self._look_at_head()
        if len(self._head) < _HEAD or self._archive:
            self._tail += chunk
            if len(self._tail) > 2 * _TAIL:
                del self._tail[:-_TAIL]

    def finish(self) -> str:
        """The media type. Raises UnknownFormat."""
        if self._archive and self._is_ofd():
            return MEDIA_TYPES["ofd"]
        if self._type is None:
            raise UnknownFormat
        return self._type

    def _look_at_head(self) -> None:
        self._archive = self._head.startswith(_ZIP)
        self._type = next((kind for signature, kind in _SIGNATURES if self._head.startswith(signature)), None)
        if self._type is None and not self._archive:
            raise UnknownFormat

    def _is_ofd(self) -> bool:
        try:
            # The tail of an archive reads as an archive with a damaged beginning: its list of entries is whole.
            with zipfile.ZipFile(io.BytesIO(self._tail)) as archive:
                return _OFD_ENTRY in archive.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return False


def sniff(data: bytes) -> str | None:
    """Media type of a whole file; None when it is none of the formats that are taken."""
    sniffer = Sniffer()
    try:
        sniffer.feed(data)
        return sniffer.finish()
    except UnknownFormat:
        return None
