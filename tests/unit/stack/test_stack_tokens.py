"""Who is given a token."""

from __future__ import annotations

import pytest

from lianban.platform.auth import Role
from lianban_stack.errors import StackError
from lianban_stack.tokens import check

CODES = ("market", "housing")


@pytest.mark.parametrize(
    ("role", "subject", "department"),
    [
        ("officer", "CG-001", "market"),
        ("agency_head", "CG-000", "market"),
        ("department", "market", "market"),
        ("portal", "sandbox-portal", None),
    ],
)
def test_given(role: Role, subject: str, department: str | None) -> None:
    check(role, subject, department, CODES)


@pytest.mark.parametrize(
    ("role", "subject", "department", "told"),
    [
        ("officer", "CG-001", None, "needs --department, one of: housing, market"),
        ("department", "market", None, "needs --department, one of: housing, market"),
        ("officer", "CG-001", "markt", "no department markt in the directory; --department is one of: housing, market"),
        ("officer", "张三", "market", "is a code"),
        ("officer", "", "market", "is a code"),
        ("agency_head", "CG-000", None, "needs --department, one of: housing, market"),
        ("government_head", "李四", "market", "--subject of government_head is a code"),
        ("officer", "x" * 33, "market", "is a code"),
        ("officer", "11010119900307123X", "market", "no identity number"),
    ],
)
def test_refused(role: Role, subject: str, department: str | None, told: str) -> None:
    with pytest.raises(StackError, match=told):
        check(role, subject, department, CODES)
