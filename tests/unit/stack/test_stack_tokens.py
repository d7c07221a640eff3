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
        ("officer", "CG-001", None, "须写明 --department，可以是：housing, market"),
        ("department", "market", None, "须写明 --department，可以是：housing, market"),
        ("officer", "CG-001", "markt", "名录中没有部门 markt；--department 可以是：housing, market"),
        ("officer", "张三", "market", "是工作人员编号"),
        ("officer", "", "market", "是工作人员编号"),
        ("agency_head", "CG-000", None, "须写明 --department，可以是：housing, market"),
        ("government_head", "李四", "market", "government_head 的 --subject 是工作人员编号"),
        ("officer", "x" * 33, "market", "是工作人员编号"),
        ("officer", "11010119900307123X", "market", "不得为姓名、身份证号"),
    ],
)
def test_refused(role: Role, subject: str, department: str | None, told: str) -> None:
    with pytest.raises(StackError, match=told):
        check(role, subject, department, CODES)
