"""Answer to a file handed in."""

from __future__ import annotations

from pydantic import BaseModel


class StoredMaterial(BaseModel):
    """``digest``: SHA-256 of the content, by which an application names the file. ``size`` in bytes."""

    digest: str
    media_type: str
    size: int
