"""Personal data as it stands in the database: sealed, and bound to its case and column."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from lianban.platform.crypto import Keyring


class Column(StrEnum):
    FORM = "form"
    APPLICANT = "applicant"
    DELIVERY = "delivery"
    MATERIALS = "materials"


def seal(keyring: Keyring, value: Any, case_no: str, column: Column) -> bytes:
    """Any JSON value or model. It opens for this case and column only."""
    return keyring.encrypt_json(value, f"{case_no}/{column}")


def unseal(keyring: Keyring, sealed: bytes, case_no: str, column: Column) -> Any:
    """Raises DecryptionFailed."""
    return keyring.decrypt_json(sealed, f"{case_no}/{column}")
