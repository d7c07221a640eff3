"""`python -m lianban_intake.migrate`: brings the schema `intake` up to date."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from lianban.platform.migrations import upgrade


class _Settings(BaseSettings):
    """Only what a migration needs, so that it runs before the service is configured."""

    model_config = SettingsConfigDict(env_prefix="LIANBAN_", extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(repr=False)


def main() -> None:
    upgrade("lianban_intake", _Settings().database_url)


if __name__ == "__main__":
    main()
