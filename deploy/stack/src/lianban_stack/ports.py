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
    """Environment variables that set ports are none that are known, hold something else, or the same."""


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
        """Defaults, where ``LIANBAN_PORT_<NAME>`` says nothing else. Raises :class:`PortInvalidError` with every
        fault."""
        names = {_variable(field.name): field.name for field in fields(cls)}
        given = {variable: value for variable, value in environment.items() if variable.startswith(_PREFIX) and value}
        chosen = {names[one]: int(value) for one, value in given.items() if one in names and _is_port(value)}
        ports = cls(**chosen)
        faults = [f"没有 {variable} 这个名称" for variable in sorted(given.keys() - names)]
        if faults:
            faults.append(f"可以设置的有 {'、'.join(names)}")
        faults += [f"{one}={value} 不是端口号" for one, value in given.items() if one in names and not _is_port(value)]
        faults += ports._shared()
        if faults:
            raise PortInvalidError("\n".join(faults))
        return ports

    @classmethod
    def free(cls) -> Self:
        """Ports nobody listens on at this moment."""
        names = [field.name for field in fields(cls)]
        return cls(**dict(zip(names, network.free_ports(len(names)), strict=True)))

    def taken(self) -> list[TakenPort]:
        """Every port that another server holds."""
        return [
            TakenPort(name, port, _variable(name)) for name, port in self.as_dict().items() if network.is_taken(port)
        ]

    def _shared(self) -> list[str]:
        """A fault for each port that several names share."""
        by_port: dict[int, list[str]] = {}
        for name, port in self.as_dict().items():
            by_port.setdefault(port, []).append(_variable(name))
        return [f"{'、'.join(names)} 同为 {port}，请各选一个" for port, names in by_port.items() if len(names) > 1]

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def url(self, name: str) -> str:
        return f"http://{network.HOST}:{self.as_dict()[name]}"


def _is_port(value: str) -> bool:
    return value.isdecimal() and 0 < int(value) < 65536


def _variable(name: str) -> str:
    return _PREFIX + name.upper()
