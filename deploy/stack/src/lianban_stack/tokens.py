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
        raise StackError(f"身份 {role} 须写明 --department，可以是：{codes}")
    if department is not None and department not in departments:
        raise StackError(f"名录中没有部门 {department}；--department 可以是：{codes}")
    if role in _PEOPLE and (_OFFICER.fullmatch(subject) is None or _IDENTITY_NUMBER.search(subject)):
        raise StackError(
            f"身份 {role} 的 --subject 是工作人员编号，如 CG-001：32 位以内的字母、数字、“-”、“_”，不得为姓名、身份证号"
        )
