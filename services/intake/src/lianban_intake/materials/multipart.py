"""The one file of a multipart body (RFC 7578), as a stream: nothing is spooled to disk in the clear on its way."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MAX_OTHER: Final = 64 * 1024
"""Bytes of parts beside the file; they are read and left aside."""


class NotMultipart(Exception):
    """The body is not ``multipart/form-data`` with one file part of the wanted name."""


class FilePart:
    """Yields the content of the part ``field`` of the body. Raises NotMultipart, at the latest at the end."""

    def __init__(self, content_type: str, field: str) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise NotMultipart
        self._field = field.encode()
        self._pieces: deque[bytes] = deque()
        self._found = 0
        self._other = 0
        self._wanted = False
        self._complete = False
        self._header_name = b""
        self._header_value = b""
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_part_data": self._on_part_data,
            "on_end": self._on_end,
        }
        try:
            self._parser = MultipartParser(options[b"boundary"], callbacks)
        except FormParserError:
            raise NotMultipart from None

    async def content(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in body:
            try:
                self._parser.write(chunk)
            except FormParserError:
                raise NotMultipart from None
            while self._pieces:
                yield self._pieces.popleft()
        if self._found != 1 or not self._complete:
            raise NotMultipart

    def _on_part_begin(self) -> None:
        self._wanted = False

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            _, options = parse_options_header(self._header_value)
            if options.get(b"name") == self._field and b"filename" in options:
                self._wanted = True
                self._found += 1
        self._header_name = self._header_value = b""

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._found > 1:
            raise NotMultipart
        if self._wanted:
            self._pieces.append(data[start:end])
            return
        self._other += end - start
        if self._other > _MAX_OTHER:
            raise NotMultipart

    def _on_end(self) -> None:
        self._complete = True
