"""A file on its way from the request to the object store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from lianban.platform.media_types import Sniffer, UnknownFormat
from lianban.platform.objects import ObjectStore, ObjectTooLarge
from lianban.platform.problems import FieldError, Problem
from lianban_intake.materials.multipart import FilePart, NotMultipart
from lianban_intake.materials.schemas import StoredMaterial

MAX_SIZE: Final = 20 * 1024 * 1024
FIELD: Final = "file"

_AROUND: Final = 1024 * 1024  # bytes that multipart may add to a file

_NOT_A_FILE = FieldError("/file", "missing", "请以 multipart/form-data 上传一个名为 file 的文件")


def check_declared(content_length: str) -> None:
    """Refuses what says itself that it is too large, before a byte of it is read."""
    if content_length.isdecimal() and int(content_length) > MAX_SIZE + _AROUND:
        raise _too_large()


async def store(objects: ObjectStore, content_type: str, body: AsyncIterator[bytes]) -> StoredMaterial:
    """Stores the file while it arrives; nothing is kept of one that is refused.

    Raises the problems 413 ``material-too-large``, 415 ``material-type``, 422 ``invalid-request``.
    """
    sniffer = Sniffer()
    try:
        content = FilePart(content_type, FIELD).content(body)
        digest, size = await objects.put_stream(_sniffed(content, sniffer), MAX_SIZE)
    except ObjectTooLarge:
        raise _too_large() from None
    except UnknownFormat:
        detail = "只接收 PDF、JPEG、PNG、OFD 文件；类型按文件内容判定，不看扩展名。"
        raise Problem(415, "material-type", "材料文件类型不符", detail) from None
    except NotMultipart:
        raise Problem(422, "invalid-request", "请求内容有误", errors=[_NOT_A_FILE]) from None
    return StoredMaterial(digest=digest, media_type=sniffer.finish(), size=size)


async def _sniffed(content: AsyncIterator[bytes], sniffer: Sniffer) -> AsyncIterator[bytes]:
    """Passes the content on; fails before the store has seen its end, so that a refused file is not adopted."""
    async for piece in content:
        sniffer.feed(piece)
        yield piece
    sniffer.finish()


def _too_large() -> Problem:
    return Problem(413, "material-too-large", "材料文件过大", "单个文件不得超过 20 MB。")
