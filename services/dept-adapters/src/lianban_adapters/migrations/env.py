"""Alembic environment of the adapters."""

from __future__ import annotations

from lianban.platform.migrations import run
from lianban_adapters.acts import tables as _acts  # noqa: F401  (declares its tables)
from lianban_adapters.database import Base
from lianban_adapters.isolation import tables as _isolation  # noqa: F401  (declares its tables)
from lianban_adapters.tasks import tables as _tasks  # noqa: F401  (declares its tables)

run(Base.metadata)
