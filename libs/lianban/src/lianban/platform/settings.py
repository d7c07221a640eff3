"""Settings every service has. Services subclass :class:`Settings`; an instance is passed, there is no global one."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from environment variables ``LIANBAN_<FIELD>``. Secrets stay out of ``repr`` and of validation errors."""

    model_config = SettingsConfigDict(env_prefix="LIANBAN_", frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(repr=False, description="postgresql+asyncpg://role:password@host:port/database")
    temporal_address: str = Field(description="host:port")
    temporal_namespace: str = "default"
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    objects_url: str = Field(description="object store, e.g. file:///absolute/folder")
    keyring_file: Path = Field(description="data encryption keys")
    token_key_file: Path = Field(description="keys that sign the platform's own tokens")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
