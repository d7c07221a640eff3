"""Applications as they were filed. A row never changes after it is written."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, LargeBinary, Sequence, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CASE_NO, Case
from lianban_intake.database import Base

CASE_NUMBERS: Final = Sequence("case_numbers", maxvalue=9_999_999, cycle=True, metadata=Base.metadata)
"""The seven digits of a case number. It may go round: the number carries the day as well."""


class StoredCompilation(Base):
    """What a theme was compiled to for one set of answers, by content hash: thousands of applications share one.

    Codes and names only. ``form`` is the specification of the form, not what anybody filled in.
    """

    __tablename__ = "compilations"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    dossiers: Mapped[dict[str, Any]] = mapped_column(JSON)
    form: Mapped[dict[str, Any]] = mapped_column(JSON)


class Application(Base):
    """申请. What is personal is sealed (bytea), bound to its case number and column.

    ``body_hash`` is keyed, so that nobody can find out a body by trying; ``client`` is who holds the idempotency key.
    """

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("source_system", "source_no"),
        UniqueConstraint("client", "idempotency_key"),
    )

    case_no: Mapped[str] = mapped_column(CASE_NO, ForeignKey(Case.case_no), primary_key=True)
    source_system: Mapped[str] = mapped_column(String(64))
    source_no: Mapped[str] = mapped_column(String(128))
    client: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str] = mapped_column(String(128))
    body_hash: Mapped[str] = mapped_column(String(64))
    compilation: Mapped[str] = mapped_column(String(64), ForeignKey(StoredCompilation.digest))
    form: Mapped[bytes] = mapped_column(LargeBinary)
    applicant: Mapped[bytes] = mapped_column(LargeBinary)
    delivery: Mapped[bytes] = mapped_column(LargeBinary)
    materials: Mapped[bytes] = mapped_column(LargeBinary)
