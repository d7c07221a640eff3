"""What a guide is sent as: bytes made once, with what lets a reader keep them and ask only whether they changed."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from lianban_intake.guides.pages import POLICY

_LIFETIME: Final = "public, max-age=300"
"""A new edition of the catalogue is with every reader after five minutes."""


@dataclass(frozen=True)
class Made:
    """A page or document. ``name``: of the file it is saved as."""

    content: bytes
    media_type: str
    name: str | None = None

    @cached_property
    def etag(self) -> str:
        """Weak, for it stands for the compressed form as well. Of the content and not of the theme's version: what
        the program shows of a version changes with the program."""
        return f'W/"{hashlib.sha256(self.content).hexdigest()[:24]}"'

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, 6, mtime=0)

    @cached_property
    def headers(self) -> dict[str, str]:
        found = {
            "ETag": self.etag,
            "Cache-Control": _LIFETIME,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        if self.media_type == HTML:
            found["Content-Security-Policy"] = POLICY
        if self.name:
            found["Content-Disposition"] = f'inline; filename="{self.name}"'
        return found


HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
PDF: Final = "application/pdf"


def respond(request: Request, made: Made, status: int = 200) -> Response:
    """The answer, 304 where the reader has it already."""
    if status == 200 and _has(request.headers.get("if-none-match", ""), made.etag):
        return Response(status_code=304, headers=made.headers)
    if made.media_type == PDF:  # compressed in itself
        return Response(made.content, status, made.headers, made.media_type)
    headers = {**made.headers, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(made.compressed, status, headers, made.media_type)
    return Response(made.content, status, headers, made.media_type)


def _has(condition: str, etag: str) -> bool:
    """If-None-Match (RFC 9110, 13.1.2), compared weakly."""
    tags = (tag.strip().removeprefix("W/") for tag in condition.split(","))
    return condition.strip() == "*" or etag.removeprefix("W/") in tags
