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
    registries_url: str = Field(default="", description="registries that prefill forms; empty: none is connected")
    registries_key_file: Path | None = Field(default=None, description="bearer key for them")
    licences_url: str = Field(default="", description="the e-licence library; empty: none is connected")
    licences_key_file: Path | None = Field(default=None, description="bearer key for it")
    prefill_seconds: float = Field(default=4.0, gt=0, le=30, description="for a registry or the library, in all")
    update_timeout: float = Field(default=10.0, gt=0, le=60, description="for a case to answer a withdrawal")
