"""The adapters' own schema."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import DeclarativeBase

from lianban.platform.database import metadata_for
from lianban.platform.relay import RelayRow

SCHEMA: Final = "adapters"


class Base(DeclarativeBase):
    metadata = metadata_for(SCHEMA)


class Relay(RelayRow, Base):
    """Events on their way to the intake."""
