"""What a guide is sent as: bytes made once, with what lets a reader keep them and ask only whether they changed."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from starlette.requests import Request
from starlette.responses import Response

from lianban_intake.guides.pages import POLICY

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
PDF: Final = "application/pdf"
_LIFETIME: Final = "public, max-age=300"
"""A new edition of the catalogue is with every reader after five minutes."""


@dataclass(frozen=True)
class Made:
    """A page or document as it is kept. Text is kept compressed, a fifth of its size, as nearly every reader takes it.

    The ETag is weak, for it stands for both forms, and of the content and not of the theme's version: what the program
    shows of a version changes with the program.
    """

    stored: bytes
    compressed: bool
    media_type: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, content: bytes, media_type: str, name: str | None = None) -> Self:
        """``name``: of the file it is saved as."""
        headers = {
            "ETag": f'W/"{hashlib.sha256(content).hexdigest()[:24]}"',
            "Cache-Control": _LIFETIME,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        if media_type == HTML:
            headers["Content-Security-Policy"] = POLICY
        if name:
            headers["Content-Disposition"] = f'inline; filename="{name}"'
        if media_type == PDF:  # compressed in itself
            return cls(content, False, media_type, headers)
        return cls(gzip.compress(content, 6, mtime=0), True, media_type, {**headers, "Vary": "Accept-Encoding"})


def respond(request: Request, made: Made, status: int = 200) -> Response:
    """The answer, 304 where the reader has it already."""
    if status == 200 and _has(request.headers.get("if-none-match", ""), made.headers["ETag"]):
        return Response(status_code=304, headers=made.headers)
    if not made.compressed:
        return Response(made.stored, status, made.headers, made.media_type)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(made.stored, status, {**made.headers, "Content-Encoding": "gzip"}, made.media_type)
    return Response(gzip.decompress(made.stored), status, made.headers, made.media_type)


def _takes_gzip(accepted: str) -> bool:
    """Accept-Encoding (RFC 9110, 12.5.3): named, or by ``*``, and not refused with a weight of zero."""
    weights = {}
    for item in accepted.lower().split(","):
        coding, _, parameter = item.partition(";")
        weights[coding.strip()] = parameter.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return weights.get("gzip", weights.get("*", False))


def _has(condition: str, etag: str) -> bool:
    """If-None-Match (RFC 9110, 13.1.2), compared weakly."""
    tags = (tag.strip().removeprefix("W/") for tag in condition.split(","))
    return condition.strip() == "*" or etag.removeprefix("W/") in tags
