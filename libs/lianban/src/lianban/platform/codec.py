"""Payload codec: everything a case sends through Temporal is sealed before it leaves the process.

An encoded payload keeps two readable marks, ``encoding: binary/encrypted`` and ``encryption-key-id``. Inside, one
byte says whether the original payload follows as it is (0) or deflated (1): plans and calendars shrink to a fifth,
and the server's work grows with bytes written.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from lianban.platform.crypto import Keyring

ENCODING: Final = b"binary/encrypted"
_CONTEXT: Final = b"temporal-payload"
_WORTH_DEFLATING: Final = 1024
_RAW: Final = b"\x00"
_DEFLATED: Final = b"\x01"


class EncryptingCodec(PayloadCodec):
    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Payloads the server made itself were never sealed and pass as they are."""
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        plain = payload.SerializeToString()
        deflated = zlib.compress(plain, 1) if len(plain) >= _WORTH_DEFLATING else plain
        content = _DEFLATED + deflated if len(deflated) < len(plain) else _RAW + plain
        return Payload(
            metadata={"encoding": ENCODING, "encryption-key-id": self._keyring.active.encode()},
            data=self._keyring.encrypt(content, _CONTEXT),
        )

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        content = self._keyring.decrypt(payload.data, _CONTEXT)
        plain = zlib.decompress(content[1:]) if content[:1] == _DEFLATED else content[1:]
        return Payload.FromString(plain)
