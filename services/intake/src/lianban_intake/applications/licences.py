"""E-licences among the files of an application: whose they may be, and what the library said of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from lianban.catalog.terms import Audience
from lianban.platform.crypto import Keyring
from lianban_intake.applications.repository import Fetched
from lianban_intake.prefill.holders import holder_index
from lianban_intake.sealed import unseal_licence

_NUMBER: Final = re.compile(r"[0-9A-Za-z]{18}")
"""公民身份号码 (GB 11643), 统一社会信用代码 (GB 32100): what cannot be one names nobody."""


def holders_named(keyring: Keyring, values: Iterable[object]) -> set[str]:
    """Those whose numbers the application names, as the prefill knows holders: a licence is nobody else's."""
    numbers = {value for value in values if isinstance(value, str) and _NUMBER.fullmatch(value)}
    return {holder_index(keyring, kind, number) for number in numbers for kind in Audience}


def licence_of(keyring: Keyring, fetched: Mapping[tuple[str, str], Fetched], digest: str, elicence: str | None) -> Any:
    """What the e-licence library said of the file, if it was fetched for this application as that type of licence:
    the departments check by it."""
    found = fetched.get((digest, elicence)) if elicence else None
    if found is None:
        return None
    return {**unseal_licence(keyring, found.details, digest), "fetched_at": found.fetched_at}
