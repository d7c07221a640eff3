"""A package: themes with all they refer to, in one file that says whether it is whole and whose it is.

The file is one canonical JSON text, so the same content makes the same bytes, and there is nothing to unpack: no
names of files, no compression. Its manifest holds the SHA-256 of every part; the signature covers the manifest.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, Field

from lianban.catalog.closure import SECTION_MODELS, closure, entry_data
from lianban.catalog.index import theme_index
from lianban.catalog.models import Catalog, DivisionCode
from lianban.publishing.files import canonical
from lianban.replication.refusal import Refused

FORMAT: Final = 1
KIND: Final = "lianban-themes"
_SIGNED: Final = b"lianban-themes signature 1\n"
"""Before the manifest, so that a signature is good for nothing else."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SourceDivision(Part):
    code: DivisionCode
    name: str = Field(max_length=100)


class Manifest(Part):
    """``themes``: code → version; ``parts``: section → SHA-256 of its canonical JSON."""

    kind: Literal["lianban-themes"] = KIND
    format: int = FORMAT
    source: SourceDivision
    themes: dict[str, str] = Field(min_length=1)
    parts: dict[str, str]


class Signature(Part):
    """``key``, ``value``: Base64 of 32 and 64 bytes."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    key: str
    value: str


class Envelope(Part):
    manifest: Manifest
    parts: dict[str, list[dict[str, Any]]]
    signature: Signature | None


@dataclass(frozen=True)
class Package:
    """``signer``: fingerprint of the key that signed it, None when nobody did."""

    manifest: Manifest
    catalog: Catalog
    signer: str | None = None

    @property
    def source(self) -> SourceDivision:
        return self.manifest.source


def collected(catalog: Catalog, themes: Sequence[str]) -> Package:
    """The themes of a sound catalogue with all they refer to. Refused."""
    if unknown := [code for code in themes if code not in catalog.themes]:
        raise Refused("没有导出", [f"没有主题 {code}" for code in unknown])
    chosen = [catalog.themes[code] for code in sorted(set(themes))]
    divisions = sorted({theme.division for theme in chosen})
    if len(divisions) > 1:
        raise Refused("没有导出", [f"主题分属不同区划（{'、'.join(divisions)}），请分别导出"])
    sections: dict[str, dict[str, Any]] = {section: {} for section in SECTION_MODELS}
    for theme in chosen:
        part = closure(catalog, theme)
        for section in SECTION_MODELS:
            sections[section].update(getattr(part, section))
    whole = Catalog.model_validate({section: dict(sorted(entries.items())) for section, entries in sections.items()})
    manifest = Manifest(
        source=SourceDivision(code=divisions[0], name=catalog.divisions[divisions[0]].name),
        themes={theme.code: theme_index(catalog, theme.code).version for theme in chosen},
        parts={section: digest_of(entries) for section, entries in parts_of(whole).items()},
    )
    return Package(manifest, whole)


def packed(package: Package, key: Ed25519PrivateKey | None) -> bytes:
    """The file; the same bytes for the same content and key."""
    signature = None
    if key is not None:
        signature = Signature(
            key=base64.b64encode(key.public_key().public_bytes_raw()).decode(),
            value=base64.b64encode(key.sign(signed_bytes(package.manifest))).decode(),
        )
    envelope = Envelope(manifest=package.manifest, parts=parts_of(package.catalog), signature=signature)
    return canonical(envelope.model_dump(mode="json"))


def parts_of(catalog: Catalog) -> dict[str, list[dict[str, Any]]]:
    """Section → its entries as data, by code; sections with none are left out."""
    found = {
        section: [entry_data(entry) for _, entry in sorted(getattr(catalog, section).items())]
        for section in SECTION_MODELS
    }
    return {section: entries for section, entries in found.items() if entries}


def digest_of(entries: list[dict[str, Any]]) -> str:
    return hashlib.sha256(canonical(entries)).hexdigest()


def signed_bytes(manifest: Manifest) -> bytes:
    return _SIGNED + canonical(manifest.model_dump(mode="json"))
