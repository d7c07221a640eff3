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


def seal_licence(keyring: Keyring, details: Any, digest: str) -> bytes:
    """What the e-licence library said of the file of that digest."""
    return keyring.encrypt_json(details, f"{digest}/licence")


def unseal_licence(keyring: Keyring, sealed: bytes, digest: str) -> Any:
    """Raises DecryptionFailed."""
    return keyring.decrypt_json(sealed, f"{digest}/licence")


def seal_supplement(keyring: Keyring, content: Any, act_id: str) -> bytes:
    """What was handed in by that act, whose id is derived from its case."""
    return keyring.encrypt_json(content, f"{act_id}/supplement")


def unseal_supplement(keyring: Keyring, sealed: bytes, act_id: str) -> Any:
    """Raises DecryptionFailed."""
    return keyring.decrypt_json(sealed, f"{act_id}/supplement")


def unseal(keyring: Keyring, sealed: bytes, case_no: str, column: Column) -> Any:
    """Raises DecryptionFailed."""
    return keyring.decrypt_json(sealed, f"{case_no}/{column}")
