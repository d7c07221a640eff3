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
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="address under which the public reaches the guides; own if none",
    )
    update_timeout: float = Field(default=10.0, gt=0, le=60, description="for a case to answer a withdrawal")

    @property
    def guides_url(self) -> str:
        """Where ``/guide`` is found from outside, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
