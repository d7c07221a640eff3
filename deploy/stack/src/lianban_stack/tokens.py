"""Who may be given a token: what no service would accept is refused here already, with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from lianban.platform.auth import Role
from lianban_stack.errors import StackError

_PEOPLE: Final[frozenset[Role]] = frozenset({"officer", "agency_head", "government_head"})
_OF_DEPARTMENTS: Final[frozenset[Role]] = _PEOPLE | {"department"}
_OFFICER: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_IDENTITY_NUMBER: Final = re.compile(r"[0-9]{17}[0-9Xx]")


def check(role: Role, subject: str, department: str | None, departments: Collection[str]) -> None:
    """``departments``: the codes of the directory. Raises :class:`StackError`; its text repeats no subject."""
    codes = ", ".join(sorted(departments))
    if role in _OF_DEPARTMENTS and department is None:
        raise StackError(f"role {role} needs --department, one of: {codes}")
    if department is not None and department not in departments:
        raise StackError(f"there is no department {department} in the directory; --department is one of: {codes}")
    if role in _PEOPLE and (_OFFICER.fullmatch(subject) is None or _IDENTITY_NUMBER.search(subject)):
        raise StackError(
            f"--subject of {role} is a code, such as CG-001: letters, digits, - and _, at most 32; "
            "no name and no identity number"
        )
