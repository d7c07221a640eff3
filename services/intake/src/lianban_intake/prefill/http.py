"""Registries and the e-licence library over HTTP.

``POST {url}/v1/registries/{registry}/query`` with ``{holder: {type, identity}, purpose: {theme, matters}, elements}``
answers ``{values: {element: value}}``. ``POST {url}/v1/licences/{type}/fetch`` with ``{name, holder, purpose}``
answers ``{number, issuer, media_type, content, verification}``, the content in base64. Each registry and each type
of licence is a peer of its own: behind the library stand the systems of many issuers. Either
answers 404 when nothing is held. Identities stand in bodies, never in addresses, which get logged.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lianban_intake.prefill.outward import Gateway
from lianban_intake.prefill.ports import Holder, Licence, Purpose, Unavailable

MAX_VALUES: Final = 256 * 1024
"""Bytes of a registry's answer."""

MAX_LICENCE: Final = 28 * 1024 * 1024
"""Bytes of the library's answer: a file of 20 MiB in base64."""


def _decoded(value: object) -> bytes:
    """Base64, and nothing else."""
    if not isinstance(value, str):
        raise ValueError("not text")
    return b64decode(value, validate=True)


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Values(_Said):
    values: dict[str, Any]


class _Fetched(_Said):
    number: str = Field(min_length=1, max_length=128)
    issuer: str = Field(min_length=1, max_length=200)
    media_type: str = Field(max_length=100)
    content: Annotated[bytes, BeforeValidator(_decoded), Field(min_length=1)]
    verification: dict[str, str] = Field(default={}, max_length=20)


class HttpRegistries:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def ask(
        self, registry: str, holder: Holder, elements: Mapping[str, Mapping[str, Any]], purpose: Purpose
    ) -> Mapping[str, Any]:
        question = {"holder": holder, "purpose": purpose, "elements": elements}
        content = await self._gateway.ask(registry, f"/v1/registries/{quote(registry)}/query", question)
        try:
            return _Values.model_validate_json(content).values
        except ValidationError:  # neither its text nor its cause: both may quote the answer
            raise Unavailable("answered something else") from None


class HttpLicenceLibrary:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def fetch(self, licence: str, name: str, holder: Holder, purpose: Purpose) -> Licence:
        question = {"name": name, "holder": holder, "purpose": purpose}
        content = await self._gateway.ask(licence, f"/v1/licences/{quote(licence)}/fetch", question)
        try:
            # In a thread: tens of megabytes are many milliseconds, in which nobody else would be served.
            said = await asyncio.to_thread(_Fetched.model_validate_json, content)
        except ValidationError:
            raise Unavailable("answered something else") from None
        return Licence(**dict(said))
