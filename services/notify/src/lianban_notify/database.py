"""Notify's own schema."""

from __future__ import annotations

from typing import Final

from sqlalchemy import DateTime, String
from sqlalchemy.orm import DeclarativeBase

from lianban.platform.database import metadata_for
from lianban.platform.relay import RelayRow

SCHEMA: Final = "notify"

CASE_NO: Final = String(64)
KEY: Final = String(160)
CODE: Final = String(32)
INSTANT: Final = DateTime(timezone=True)


class Base(DeclarativeBase):
    metadata = metadata_for(SCHEMA)


class Relay(RelayRow, Base):
    """Events on their way to the intake."""
