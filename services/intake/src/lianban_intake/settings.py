"""Settings of the intake, beyond those every service has."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from lianban.platform.settings import Settings
from lianban_intake.exchange.province import EXCHANGE_URL
from lianban_intake.official_documents.numbering import AUTHORITY_WORD


class IntakeSettings(Settings):
    """Times are in seconds. The catalogue is served from the store where one is named, else from the folder."""

    catalog_dir: Path | None = Field(
        default=None, description="the catalogue, with the calendar's year files in calendars/"
    )
    catalog_store: Path | None = Field(default=None, description="what `lianban catalog publish` publishes into")
    catalog_poll: float = Field(default=5.0, gt=0, description="how often the catalogue is looked at for changes")
    outbox_poll: float = Field(default=2.0, gt=0, description="how often what has not reached its case is looked for")
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="address under which the public reaches the guides; own if none",
    )
    registries_url: str = Field(default="", description="registries that prefill forms; empty: none is connected")
    registries_key_file: Path | None = Field(default=None, description="bearer key for them")
    licences_url: str = Field(default="", description="the e-licence library; empty: none is connected")
    licences_key_file: Path | None = Field(default=None, description="bearer key for it")
    prefill_seconds: float = Field(default=4.0, gt=0, le=30, description="for a registry or the library, in all")
    licence_days: int = Field(
        default=30, ge=1, le=366, description="for how long a fetched licence may be filed as one"
    )
    document_word: str = Field(
        default=AUTHORITY_WORD,
        min_length=1,
        max_length=16,
        description="机关代字: official documents' numbers begin so",
    )
    exchange_url: str = Field(
        default="",
        repr=False,
        pattern=EXCHANGE_URL,
        description="the province's staging tables, postgresql+asyncpg:// or mysql+asyncmy://; empty: nothing is told",
    )
    exchange_poll: float = Field(default=5.0, gt=0, description="how often events not yet told are looked for")
    update_timeout: float = Field(default=10.0, gt=0, le=60, description="for a case to answer")
    redating_poll: float = Field(default=5.0, gt=0, description="how often a new calendar is looked for")
    redating_batch: int = Field(default=100, ge=1, le=1000, description="cases dated anew between two commits")
    redating_at_once: int = Field(
        default=16, ge=1, le=100, description="cases dated anew at a time: those that go on as usual come first"
    )

    @property
    def guides_url(self) -> str:
        """Where ``/guide`` is found from outside, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @model_validator(mode="after")
    def _catalogue_named(self) -> Self:
        if self.catalog_dir is None and self.catalog_store is None:
            raise ValueError("LIANBAN_CATALOG_STORE or LIANBAN_CATALOG_DIR is needed")
        return self
