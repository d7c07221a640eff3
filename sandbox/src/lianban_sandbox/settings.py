"""Settings of the sandbox: where its servers listen, whom they call back, and how lively they are."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SandboxSettings(BaseSettings):
    """Read from ``LIANBAN_*`` variables. Port 0 takes any free port. Durations are in seconds of real time."""

    model_config = SettingsConfigDict(env_prefix="LIANBAN_", frozen=True, extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port_sandbox_departments: int = Field(default=18011, ge=0, le=65535)
    port_sandbox_courier: int = Field(default=18012, ge=0, le=65535)
    port_sandbox_sms: int = Field(default=18013, ge=0, le=65535)
    port_sandbox_smtp: int = Field(default=18025, ge=0, le=65535)
    port_sandbox_mail_records: int = Field(default=18014, ge=0, le=65535)

    port_sandbox_registries: int = Field(default=18015, ge=0, le=65535)
    port_sandbox_licences: int = Field(default=18016, ge=0, le=65535)
    port_sandbox_sftp: int = Field(default=18022, ge=0, le=65535)

    adapters_url: str = "http://127.0.0.1:18002"
    notify_url: str = "http://127.0.0.1:18003"
    directory_file: Path = Field(description="departments and their secrets")
    courier_secret_file: Path = Field(description="whsec_… the courier signs its tracking callbacks with")
    sms_key_file: Path = Field(description="bearer key of the SMS gateway")

    registries_key_file: Path = Field(description="bearer key of the registries")
    licences_key_file: Path = Field(description="bearer key of the e-licence library")

    sandbox_staging_urls: dict[str, str] = Field(
        default={}, repr=False, description="own databases of departments played by staging tables, by department"
    )
    sandbox_sftp_folder: Path | None = Field(
        default=None, description="keys and disks of departments played by files; none: nobody is"
    )
    sandbox_decision_seconds: float = Field(
        default=1.0, ge=0, description="from task to decision, until told otherwise"
    )
    sandbox_parcel_seconds: float = Field(default=2.0, ge=0, description="between two states of a parcel")
    sandbox_callbacks: int = Field(default=16, ge=1, description="callbacks at a time, of all departments together")
    sandbox_records: int = Field(default=5000, ge=1, description="tasks, parcels, messages … kept, of each")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
