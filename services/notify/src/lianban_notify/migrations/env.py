"""Run by Alembic, through :mod:`lianban.platform.migrations`."""

from lianban.platform.migrations import run
from lianban_notify.tables import Base

run(Base.metadata)
