"""Encryption of data at rest: AES-256-GCM (NIST SP 800-38D) under a ring of keys, and blind indexes for lookups.

Sealed form: version (1 byte, 1), length of the key id (1 byte), key id (UTF-8), nonce (12 bytes), ciphertext with
its 16-byte tag. Header and context are authenticated, so a value cannot be moved to another row or purpose.
Nonces are random: a key is to be rotated before 2**32 values have been sealed under it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from typing import Any, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic_core import from_json, to_json

from lianban.platform.keyfile import KEY_BYTES, KeyFile

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class DecryptionFailed(Exception):
    """Not sealed by this ring, sealed for another context, or altered. Carries nothing of the value."""


class Keyring:
    """Seals and opens values. The active key seals; every key of the ring opens."""

    def __init__(self, file: KeyFile) -> None:
        self._file = file
        self._ciphers = {name: AESGCM(key) for name, key in file.keys.items()}
        active = file.active.encode()
        self._header = bytes((_VERSION, len(active))) + active
        self._index_keys: dict[str, bytes] = {}

    @classmethod
    def generate(cls) -> Self:
        return cls(KeyFile.generate())

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls(KeyFile.load(path))

    def save(self, path: Path) -> None:
        self._file.save(path)

    def rotated(self) -> Self:
        """A ring with a fresh active key that still opens everything this one opens."""
        return type(self)(self._file.rotated())

    @property
    def active(self) -> str:
        """Id of the key that seals."""
        return self._file.active

    def encrypt(self, data: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._file.active].encrypt(nonce, data, self._header + context)
        return b"".join((self._header, nonce, sealed))

    def decrypt(self, data: bytes, context: bytes) -> bytes:
        """Raises :class:`DecryptionFailed`."""
        if len(data) < 2 or data[0] != _VERSION:
            raise DecryptionFailed("not a sealed value")
        end = 2 + data[1]
        header, nonce, sealed = data[:end], data[end : end + _NONCE_BYTES], data[end + _NONCE_BYTES :]
        cipher = self._ciphers.get(header[2:].decode("utf-8", "replace"))
        if cipher is None:
            raise DecryptionFailed("the key is not in the ring")
        if len(sealed) < _TAG_BYTES:
            raise DecryptionFailed("not a sealed value")
        try:
            return cipher.decrypt(nonce, sealed, header + context)
        except InvalidTag:
            raise DecryptionFailed("the value does not belong here or was altered") from None

    def encrypt_json(self, value: Any, context: str) -> bytes:
        """Seals any JSON value or pydantic model."""
        return self.encrypt(to_json(value), context.encode())

    def decrypt_json(self, data: bytes, context: str) -> Any:
        return from_json(self.decrypt(data, context.encode()))

    def blind_index(self, value: str, context: str) -> str:
        """HMAC-SHA-256 in hex: equal values of one context can be found without opening the column."""
        key = self._index_keys.get(context)
        if key is None:
            kdf = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=b"blind-index:" + context.encode())
            key = self._index_keys[context] = kdf.derive(self._file.index_key)
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
