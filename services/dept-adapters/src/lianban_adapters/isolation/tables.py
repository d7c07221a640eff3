"""How each department stands, for every process: a row from the first trouble or switch on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lianban_adapters.database import Base
from lianban_adapters.tasks.tables import CODE, INSTANT


class Gate(Base):
    """``openings``: of the circuit, in a row; ``free_at``: until then nothing is sent. ``leased_until``: some process
    works off what waits. ``rejections``: since a message was taken last."""

    __tablename__ = "gates"

    department: Mapped[str] = mapped_column(CODE, primary_key=True)
    switched: Mapped[bool] = mapped_column(Boolean, server_default="false")
    switched_at: Mapped[datetime | None] = mapped_column(INSTANT)
    switched_by: Mapped[str | None] = mapped_column(String(64))
    switch_reason: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    openings: Mapped[int] = mapped_column(Integer, server_default="0")
    free_at: Mapped[datetime | None] = mapped_column(INSTANT)
    failed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    failure: Mapped[str | None] = mapped_column(Text)
    succeeded_at: Mapped[datetime | None] = mapped_column(INSTANT)
    rejected_at: Mapped[datetime | None] = mapped_column(INSTANT)
    rejection: Mapped[str | None] = mapped_column(Text)
    rejections: Mapped[int] = mapped_column(Integer, server_default="0")
    leased_by: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None] = mapped_column(INSTANT)
