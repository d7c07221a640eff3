"""Settings of the intake, beyond those every service has."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from lianban.platform.settings import Settings


class IntakeSettings(Settings):
    """Times are in seconds."""

    catalog_dir: Path = Field(description="the catalogue, with the calendar's year files in calendars/")
    catalog_poll: float = Field(default=5.0, gt=0, description="how often the folder is looked at for changes")
    outbox_poll: float = Field(default=2.0, gt=0, description="how often cases left unstarted are looked for")
    update_timeout: float = Field(default=10.0, gt=0, le=60, description="for a case to answer a withdrawal")
