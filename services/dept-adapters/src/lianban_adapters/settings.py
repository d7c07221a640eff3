"""Settings of the adapters, beyond those every service has."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from lianban.platform.settings import Settings


class AdapterSettings(Settings):
    """Times are in seconds."""

    directory_file: Path = Field(description="the departments served, and how each is reached")
    intake_url: str = Field(pattern=r"^https?://", description="internal address of the intake")
    public_url: str = Field(pattern=r"^https?://", description="address under which departments reach this service")
    catalog_store: Path | None = Field(
        default=None, description="the published catalogue, for its calendar: where departments keep working hours"
    )
    send_timeout: float = Field(default=20.0, gt=0, le=45, description="for a department to take a task, all in all")
    update_timeout: float = Field(default=5.0, gt=0, le=30, description="for a case to answer; after it 202")
