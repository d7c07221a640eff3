"""What endpoints work with: made by the lifespan, found in the request's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from lianban.platform.crypto import Keyring
from lianban.platform.database import Database
from lianban.platform.directory import Directory
from lianban.platform.objects import ObjectStore
from lianban_adapters.acts.documents import Documents
from lianban_adapters.acts.service import Acts
from lianban_adapters.channels.incoming.runner import Course
from lianban_adapters.dossiers.client import Dossiers
from lianban_adapters.isolation.gates import Gates


@dataclass(frozen=True)
class Services:
    directory: Directory
    keyring: Keyring
    database: Database
    store: ObjectStore
    documents: Documents
    dossiers: Dossiers
    acts: Acts
    gates: Gates
    courses: Mapping[str, Course]
    """How fetching goes, by department, of those whose acts are fetched."""
    public_url: str


async def services(request: Request) -> Services:
    """Dependency. Asynchronous, for FastAPI would call a plain function in a thread of its own."""
    found: Services = request.state.services
    return found
