"""The departments the platform serves, how it reaches them, and whom it tells when a limit is near.

One YAML file; passwords and people stay out of ``repr`` and of error texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_CLOCK_TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_KIND: Final = r"^[a-z][a-z0-9-]{0,31}$"
_HOST_KEY: Final = r"(?m)^(@cert-authority +)?[^\s#@]\S* +[a-z][a-z0-9@.-]+ +[A-Za-z0-9+/=]{16,}"

M = TypeVar("M", bound=BaseModel)


class DirectoryInvalid(Exception):
    """The file is missing or wrong. Says where, never what stands there."""


class Channel(StrEnum):
    """The kinds that come with the platform. Further ones come with packages of others: only the adapters know them
    all, whoever else reads the directory takes any word."""

    REST = "rest"  # tasks are posted to the department's system, which calls back
    POLLING = "polling"  # the department's system is only ever called: it calls nobody back
    STAGING = "staging"  # tables in a database of the department's
    FILES = "files"  # folders on an SFTP server of the department's
    INBOX = "inbox"  # officers work in the manual inbox


CHANNEL_ZH: Final[Mapping[str, str]] = {
    Channel.REST: "推送和回调",
    Channel.POLLING: "轮询",
    Channel.STAGING: "前置库表",
    Channel.FILES: "文件交换",
    Channel.INBOX: "人工收件箱",
}


def channel_zh(kind: str) -> str:
    """One that another package brings (docs/channels.zh-CN.md) is called what the directory calls it."""
    return CHANNEL_ZH.get(kind, kind)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OpeningHours(_Entry):
    """When a department's system takes tasks, local time."""

    opens: str = Field(default="08:30", pattern=_CLOCK_TIME)
    closes: str = Field(default="17:30", pattern=_CLOCK_TIME)
    working_days_only: bool = True

    @field_validator("closes")
    @classmethod
    def _after_opening(cls, value: str, info: ValidationInfo) -> str:
        if value <= info.data.get("opens", ""):
            raise PydanticCustomError("hours", "must be later than opens")
        return value


class CircuitSettings(_Entry):
    """When a department's system is left alone: after ``failures`` in a row, or ``share`` of the last ``window``
    attempts. Seconds: ``pause`` until one task is tried, twice as long after every try that fails, ``longest`` at the
    most."""

    failures: int = Field(default=5, ge=1, le=1000)
    share: float = Field(default=0.5, gt=0, le=1, allow_inf_nan=False)
    window: int = Field(default=20, ge=2, le=1000)
    pause: float = Field(default=30.0, gt=0, le=3600, allow_inf_nan=False)
    longest: float = Field(default=300.0, gt=0, le=3600, allow_inf_nan=False)


class FetchSettings(_Entry):
    """For what is fetched from a department: seconds between two looks, and how many acts are listed at a time."""

    interval: float = Field(default=5.0, ge=0.05, le=3600, allow_inf_nan=False)
    batch: int = Field(default=50, ge=1, le=500)


class PollingSettings(FetchSettings):
    """``token`` is what the department's system knows us by."""

    base_url: str = Field(pattern=r"^https?://[^?#]+$")
    token: str = Field(min_length=16, max_length=4096, pattern=r"^[\x21-\x7e]+$", repr=False)


class StagingSettings(FetchSettings):
    """``files``: whether the files of materials are written into the tables or only named there, to be fetched from
    us; larger ones than ``inline_mib`` are only named in any case. ``tls``: verified against the system's roots."""

    database_url: str = Field(pattern=r"^(postgresql\+asyncpg|mysql\+asyncmy)://[^/]+/[^/?]+", repr=False)
    db_schema: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")
    tls: bool = False
    files: Literal["inline", "link"] = "inline"
    inline_mib: int = Field(default=7, ge=1, le=64)


class FilesSettings(FetchSettings):
    """``known_hosts``: the server's keys in the form of OpenSSH's file; no other key is ever believed. ``folder`` is
    relative to where the user lands. ``settle``: seconds a faulty batch must have lain unchanged before it counts as
    written and wrong."""

    host: str = Field(pattern=r"^[A-Za-z0-9:-]{1,63}(\.[A-Za-z0-9-]{1,63})*$", max_length=253)
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1, max_length=128)
    private_key_file: Path | None = None
    password: str | None = Field(default=None, min_length=1, repr=False)
    known_hosts: str = Field(pattern=_HOST_KEY, max_length=65536)
    folder: str = Field(default=".", pattern=r"^[^\x00-\x1f\x7f]+$", max_length=255)
    settle: float = Field(default=30.0, ge=0.05, le=3600, allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.private_key_file is None) == (self.password is None):
            raise PydanticCustomError("way_in", "either private_key_file or password is needed")
        return self


class DepartmentEntry(_Entry):
    """What the channel needs must be there; what another one would need may be, so that a department can be switched
    to the inbox and back by one word.

    ``name``: what operators know the department by; the code tells programs.

    ``settings``: for a kind of somebody else's, whose package checks them.

    ``rate_per_second`` and ``concurrency``: what the department's system can bear, tasks handed to it in a second
    and at a time; no rate: as fast as they come."""

    name: str | None = Field(default=None, min_length=1, max_length=64)
    channel: str = Field(pattern=_KIND)
    endpoint: str | None = Field(default=None, pattern=r"^https?://")
    polling: PollingSettings | None = Field(default=None, validate_default=True)
    staging: StagingSettings | None = Field(default=None, validate_default=True)
    files: FilesSettings | None = Field(default=None, validate_default=True)
    settings: dict[str, Any] = Field(default={}, repr=False)
    secret: str = Field(pattern=r"^whsec_", repr=False)
    duty_email: str | None = Field(default=None, repr=False)
    duty_mobile: str | None = Field(default=None, repr=False)
    rate_per_second: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    concurrency: int = Field(default=20, ge=1)
    hours: OpeningHours | None = Field(default=None, description="none: always open")
    circuit: CircuitSettings = CircuitSettings()

    @field_validator("polling", "staging", "files")
    @classmethod
    def _settings_of_the_channel(cls, value: FetchSettings | None, info: ValidationInfo) -> FetchSettings | None:
        if value is None and info.data.get("channel") == info.field_name:
            raise PydanticCustomError("missing", "settings of the channel are missing")
        return value

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.channel == Channel.REST and self.endpoint is None:
            raise ValueError("channel rest needs an endpoint")
        return self

    def own_settings(self, model: type[M]) -> M:
        """``settings`` as the package that brings the kind describes them. Raises :class:`ValidationError`."""
        return model.model_validate(self.settings)


class Contact(_Entry):
    email: str | None = Field(default=None, repr=False)
    mobile: str | None = Field(default=None, repr=False)


class Directory(_Entry):
    departments: dict[str, DepartmentEntry]
    supervisor: Contact


def load_directory(path: Path) -> Directory:
    """Raises :class:`DirectoryInvalid`."""
    try:
        return Directory.model_validate(YAML(typ="safe").load(path))
    except OSError as error:
        raise DirectoryInvalid(f"{path}: {error.strerror}") from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DirectoryInvalid(f"{path}: not YAML" + (f", line {mark.line + 1}" if mark else "")) from None
    except ValidationError as error:
        raise DirectoryInvalid(f"{path}: " + "; ".join(faults_of(error))) from None


def faults_of(error: ValidationError, *above: str) -> list[str]:
    """Every fault with the path of its field, ``above`` going before it."""
    return [
        ".".join((*above, *(str(part) for part in fault["loc"]))) + ": " + fault["msg"]
        for fault in error.errors(include_url=False, include_input=False)
    ]
