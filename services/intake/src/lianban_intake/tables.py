"""Every table of the intake, for what needs them all: migrations."""

from __future__ import annotations

from lianban_intake.applications.tables import Application, StoredCompilation
from lianban_intake.cases.tables import Case, CaseStep
from lianban_intake.database import Base
from lianban_intake.dossiers.tables import DossierAccess
from lianban_intake.events.tables import Event
from lianban_intake.exchange.tables import ExchangeCase, ExchangeMark
from lianban_intake.materials.tables import Material
from lianban_intake.official_documents.tables import OfficialDocument
from lianban_intake.outbox.tables import PendingStart
from lianban_intake.prefill.tables import FetchedLicence, PrefillConsent, PrefillLookup, PrefillQuery
from lianban_intake.redating.tables import RedatedCase, Redating, RunningCase
from lianban_intake.supplements.tables import PendingSupplement, SupplementRow

__all__ = [
    "Application",
    "Base",
    "Case",
    "CaseStep",
    "DossierAccess",
    "Event",
    "ExchangeCase",
    "ExchangeMark",
    "FetchedLicence",
    "Material",
    "OfficialDocument",
    "PendingStart",
    "PendingSupplement",
    "PrefillConsent",
    "PrefillLookup",
    "PrefillQuery",
    "RedatedCase",
    "Redating",
    "RunningCase",
    "StoredCompilation",
    "SupplementRow",
]
