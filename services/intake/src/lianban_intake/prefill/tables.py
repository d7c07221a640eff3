"""Who asked what of whom, by whose consent, and what came of it. Holders stand here as keyed hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Identity, Index, LargeBinary, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CODE, INSTANT
from lianban_intake.database import Base
from lianban_intake.materials.tables import Material


class PrefillConsent(Base):
    """同意 of one holder to one request. ``asked_by``: subject of the token of the portal or window. ``guardian``
    (a keyed hash, as ``holder`` is): who consented for an adult."""

    __tablename__ = "prefill_consents"
    __table_args__ = (Index(None, "holder"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    asked_by: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(CODE)
    holder: Mapped[str] = mapped_column(String(64))
    holder_type: Mapped[str] = mapped_column(CODE)
    subjects: Mapped[list[str]] = mapped_column(JSON)
    theme: Mapped[str] = mapped_column(CODE)
    division: Mapped[str] = mapped_column(String(12))
    text_version: Mapped[str] = mapped_column(String(64))
    given_by: Mapped[str] = mapped_column(CODE)
    guardian: Mapped[str | None] = mapped_column(String(64))
    given_at: Mapped[datetime] = mapped_column(INSTANT)


class PrefillQuery(Base):
    """One question to a registry or to the library, written before it is sent. ``outcome`` is absent until it ends,
    and stays absent if the intake was stopped meanwhile."""

    __tablename__ = "prefill_queries"
    __table_args__ = (Index(None, "consent"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    consent: Mapped[int] = mapped_column(BigInteger, ForeignKey(PrefillConsent.id))
    kind: Mapped[str] = mapped_column(CODE)
    source: Mapped[str] = mapped_column(CODE)
    asked: Mapped[list[str]] = mapped_column(JSON)
    matters: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    outcome: Mapped[str | None] = mapped_column(CODE)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)


class FetchedLicence(Base):
    """What the library said of a licence whose file is a material: number, issuer, seal. Sealed, bound to the file.

    It holds for the application it was fetched for: of that theme, by who asked, as that type. The same file may have
    been fetched by several, each under a consent of its own.
    """

    __tablename__ = "fetched_licences"

    digest: Mapped[str] = mapped_column(String(64), ForeignKey(Material.digest), primary_key=True)
    type: Mapped[str] = mapped_column(CODE, primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(64), primary_key=True)
    theme: Mapped[str] = mapped_column(CODE, primary_key=True)
    holder: Mapped[str] = mapped_column(String(64), primary_key=True)
    consent: Mapped[int] = mapped_column(BigInteger, ForeignKey(PrefillConsent.id))
    details: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())


class PrefillLookup(Base):
    """Who read the log of one holder, and why. Rows are only ever added."""

    __tablename__ = "prefill_lookups"
    __table_args__ = (Index(None, "holder"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    subject: Mapped[str] = mapped_column(String(64))
    holder: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(Text)
