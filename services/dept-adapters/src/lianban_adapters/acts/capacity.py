"""In what capacity an act is approved, and what a department's own key proves of it: the department, and nobody above
it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lianban.contracts.names import CASE_STEP
from lianban.contracts.status import ACT_ZH, ROLE_ZH, ActKind, Role
from lianban.platform.problems import FieldError
from lianban_adapters.acts.kinds import kind_of, rule_of

_BY_TOKEN: Final = (Role.SUPERVISOR, Role.GOVERNMENT_HEAD)
"""Who is above the department: only their own tokens prove them."""


def unproven(written: Mapping[str, Any]) -> Iterator[FieldError]:
    """The fault of an act that a department's system sent for somebody above the department, whatever it wrote as
    ``role``. ``written``: at least ``kind``, ``role`` and ``task_id``, of any type."""
    kind = kind_of(written)
    if kind not in (ActKind.EXTEND, ActKind.OVERRIDE):
        return
    approver = _approver(kind, written)
    if approver in _BY_TOKEN:
        message = (
            f"部门的密钥只证明部门，不能证明“{ROLE_ZH[approver]}”。“{ACT_ZH[kind]}”须由其用本人的令牌"
            f"（{approver.value}）在人工收件箱作出：POST /v1/inbox/tasks/{{task_id}}/acts"
        )
        yield FieldError("/role", "wrong-role", message, rule=rule_of(kind, written))


def _approver(kind: ActKind, written: Mapping[str, Any]) -> Role | None:
    """Who has to approve it, where that does not depend on the role written; else that role."""
    if kind is ActKind.OVERRIDE:
        return Role.SUPERVISOR
    if str(written.get("task_id", "")).endswith(f":{CASE_STEP}"):
        return Role.GOVERNMENT_HEAD
    role = written.get("role")
    return Role(role) if isinstance(role, str) and role in set(Role) else None
