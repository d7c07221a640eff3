"""Alembic environment of the schema ``intake``."""

from __future__ import annotations

from lianban.platform.migrations import run
from lianban_intake.tables import Base

run(Base.metadata)
