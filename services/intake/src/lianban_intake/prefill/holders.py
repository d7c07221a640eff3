"""How a holder is written down: by a keyed hash, from which nothing can be read."""

from __future__ import annotations

from typing import Final

from lianban.platform.crypto import Keyring

_PURPOSE: Final = "prefill-holder"


def holder_index(keyring: Keyring, kind: str, identity: str) -> str:
    """``kind``: person or company; ``identity``: 公民身份号码 or 统一社会信用代码."""
    return keyring.blind_index(f"{kind}:{identity}", _PURPOSE)
