"""What has been handed in: one row per content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, func
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CODE, INSTANT
from lianban_intake.database import Base


class Material(Base):
    """A file in the object store. File names are personal data and stay with the application."""

    __tablename__ = "materials"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(CODE)
    size: Mapped[int] = mapped_column(BigInteger)
    uploaded_by: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
