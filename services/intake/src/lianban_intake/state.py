"""What the parts of the running service share. Made once by the lifespan, passed to whoever needs it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from lianban.platform.crypto import Keyring
from lianban.platform.objects import ObjectStore
from lianban_intake.dossiers.service import DossierReader
from lianban_intake.events.recorder import Recorder
from lianban_intake.guides.service import Guides
from lianban_intake.official_documents.service import OfficialDocuments
from lianban_intake.outbox.starter import Starter
from lianban_intake.prefill.service import Prefiller
from lianban_intake.settings import IntakeSettings
from lianban_intake.supplements.service import SupplementDesk
from lianban_intake.themes.watch import Catalogues


@dataclass(frozen=True)
class Intake:
    """``engine`` is for transactions, ``direct`` for single statements: each is a transaction of its own there, and
    saves the round trips of beginning and committing one. Both have the same connections.

    ``temporal`` connects with its first call, so it may be down while this is made.
    """

    settings: IntakeSettings
    keyring: Keyring
    objects: ObjectStore
    engine: AsyncEngine
    direct: AsyncEngine
    catalogues: Catalogues
    temporal: Client
    starter: Starter
    recorder: Recorder
    dossiers: DossierReader
    supplements: SupplementDesk
    documents: OfficialDocuments
    guides: Guides
    prefiller: Prefiller
    kept_compilations: set[str] = field(default_factory=set)
