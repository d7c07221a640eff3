"""The ports of the stack, each with a name, a default, and the environment variable that sets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self

from lianban_stack import network
from lianban_stack.errors import StackError

_PREFIX = "LIANBAN_PORT_"


@dataclass(frozen=True)
class TakenPort:
    name: str
    port: int
    variable: str


class PortInvalidError(StackError):
    """An environment variable that sets a port holds something else."""


@dataclass(frozen=True)
class Ports:
    postgres: int = 15432
    temporal: int = 17233
    temporal_ui: int = 18233
    intake: int = 18001
    adapters: int = 18002
    notify: int = 18003
    orchestrator: int = 18004
    sandbox_departments: int = 18011
    sandbox_courier: int = 18012
    sandbox_sms: int = 18013
    sandbox_mail_records: int = 18014
    sandbox_registries: int = 18015
    sandbox_licences: int = 18016
    sandbox_sftp: int = 18022
    sandbox_smtp: int = 18025

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Defaults, where ``LIANBAN_PORT_<NAME>`` says nothing else."""
        chosen = {}
        for field in fields(cls):
            value = environment.get(_variable(field.name), "")
            if not value:
                continue
            if not value.isdecimal() or not 0 < int(value) < 65536:
                raise PortInvalidError(f"{_variable(field.name)}={value} 不是端口号")
            chosen[field.name] = int(value)
        return cls(**chosen)

    @classmethod
    def free(cls) -> Self:
        """Ports nobody listens on at this moment."""
        names = [field.name for field in fields(cls)]
        return cls(**dict(zip(names, network.free_ports(len(names)), strict=True)))

    def taken(self) -> list[TakenPort]:
        """Every port that another server holds, or that two names share."""
        named = self.as_dict()
        shared = {port for port in named.values() if list(named.values()).count(port) > 1}
        return [
            TakenPort(name, port, _variable(name))
            for name, port in named.items()
            if port in shared or network.is_taken(port)
        ]

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def url(self, name: str) -> str:
        return f"http://{network.HOST}:{self.as_dict()[name]}"


def _variable(name: str) -> str:
    return _PREFIX + name.upper()
