"""Settings of the orchestrator: a Temporal client and a port for health and codec."""

from __future__ import annotations

from pydantic import Field

from lianban.platform.settings import Settings


class OrchestratorSettings(Settings):
    database_url: str = Field(default="", repr=False, description="not used: the orchestrator has no database")
    objects_url: str = Field(default="", description="not used: the orchestrator reads no files")
    ui_origins: tuple[str, ...] = ("http://127.0.0.1:18233", "http://localhost:18233")
    """Origins of the Temporal UI that may ask for decoding."""
