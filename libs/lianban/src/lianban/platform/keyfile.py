"""Key files: ``{"active": "k1", "keys": {"k1": "<base64 of 32 bytes>"}}``, readable by the owner alone."""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, ValidationError, model_validator
from pydantic.functional_validators import BeforeValidator

KEY_BYTES = 32


class KeyFileInvalid(Exception):
    """The key file is missing, malformed or holds a key of the wrong size. Never carries key material."""


def _decode(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


def _right_size(value: bytes) -> bytes:
    if len(value) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return value


Key = Annotated[
    bytes,
    BeforeValidator(_decode),
    AfterValidator(_right_size),
    PlainSerializer(lambda key: base64.b64encode(key).decode(), return_type=str),
]


class KeyFile(BaseModel):
    """A ring of keys: the active one makes new things, the others still open old ones.

    ``index`` names the key lookups are derived from. It stays when ``active`` rotates, or nothing would be found
    any more; it may be left out while there is one key only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    active: str
    keys: dict[str, Key]
    index: str | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        if self.active not in self.keys:
            raise ValueError("the active key is not among the keys")
        if any(not 1 <= len(name.encode()) <= 255 for name in self.keys):
            raise ValueError("a key id has 1 to 255 bytes")
        if (self.index is None and len(self.keys) > 1) or (self.index is not None and self.index not in self.keys):
            raise ValueError("the index key is not among the keys")
        return self

    @property
    def index_key(self) -> bytes:
        return self.keys[self.index or self.active]

    @classmethod
    def generate(cls) -> Self:
        return cls(active="k1", keys={"k1": secrets.token_bytes(KEY_BYTES)}, index="k1")

    @classmethod
    def load(cls, path: Path) -> Self:
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise KeyFileInvalid(f"{path}: {error.strerror}") from None
        except ValidationError as error:
            reasons = "; ".join(fault["msg"] for fault in error.errors(include_input=False, include_context=False))
            raise KeyFileInvalid(f"{path}: {reasons}") from None

    def save(self, path: Path) -> None:
        """Written aside and renamed, so that a reader never meets half a file; mode 0600."""
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self.model_dump_json(exclude_none=True))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)

    def rotated(self) -> Self:
        """The same ring with a fresh active key."""
        number = len(self.keys) + 1
        while f"k{number}" in self.keys:
            number += 1
        name = f"k{number}"
        return self.model_copy(
            update={
                "active": name,
                "keys": {**self.keys, name: secrets.token_bytes(KEY_BYTES)},
                "index": self.index or self.active,
            }
        )
