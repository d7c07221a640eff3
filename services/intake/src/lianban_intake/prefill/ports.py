"""Registries (登记库) and the e-licence library (电子证照库), as the intake asks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lianban.catalog.terms import Audience


class NotHeld(Exception):
    """Nothing is held of this holder."""


class Unavailable(Exception):
    """No usable answer within the time there is. The text is a reason code, free of personal data."""


class NotConnected(Unavailable):
    """The platform has no such system to ask: no setting names one."""


@dataclass(frozen=True)
class Holder:
    """持证人. ``identity``: an identity number (GB 11643) or a credit code (GB 32100); never logged."""

    type: Audience
    identity: str = field(repr=False)


@dataclass(frozen=True)
class Purpose:
    """What the answer is wanted for; the other side logs it. Codes only."""

    theme: str
    matters: tuple[str, ...]


@dataclass(frozen=True)
class Licence:
    """电子证照, as fetched. ``verification``: what the library says of its seal, for whoever wants to check it."""

    number: str = field(repr=False)
    issuer: str
    media_type: str
    content: bytes = field(repr=False)
    verification: Mapping[str, str] = field(repr=False)


class Registries(Protocol):
    async def ask(
        self, registry: str, holder: Holder, elements: Mapping[str, Mapping[str, Any]], purpose: Purpose
    ) -> Mapping[str, Any]:
        """Element code → value, as the registry says, unchecked. ``elements``: code → JSON Schema of the value.
        Raises NotHeld, Unavailable."""


class LicenceLibrary(Protocol):
    async def fetch(self, licence: str, name: str, holder: Holder, purpose: Purpose) -> Licence:
        """The holder's licence of that type (code and name). Raises NotHeld, Unavailable."""


class NoRegistries:
    """No registry is connected."""

    async def ask(
        self, registry: str, holder: Holder, elements: Mapping[str, Mapping[str, Any]], purpose: Purpose
    ) -> Mapping[str, Any]:
        raise NotConnected("not connected")


class NoLicenceLibrary:
    """No library is connected."""

    async def fetch(self, licence: str, name: str, holder: Holder, purpose: Purpose) -> Licence:
        raise NotConnected("not connected")
