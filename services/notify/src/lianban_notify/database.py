"""Notify's own schema."""

from __future__ import annotations

from typing import Final

from sqlalchemy import DateTime, String
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import DeclarativeBase

from lianban.platform.database import SessionFactory, metadata_for, session_factory
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


class Database:
    """``transactions`` for what must happen together, ``statements`` for single statements, which commit themselves:
    two round trips fewer each, several times a message."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.transactions: SessionFactory = session_factory(engine)
        self.statements: SessionFactory = session_factory(engine.execution_options(isolation_level="AUTOCOMMIT"))
