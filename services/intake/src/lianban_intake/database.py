"""The intake's own schema."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import DeclarativeBase

from lianban.platform.database import metadata_for

SCHEMA: Final = "intake"


class Base(DeclarativeBase):
    metadata = metadata_for(SCHEMA)
