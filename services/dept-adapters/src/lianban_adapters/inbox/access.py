"""Who may see and handle a task: officers and the heads of its department; supervisors may see all, and act on all."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from lianban.contracts.acts import rule_of
from lianban.contracts.names import CASE_STEP
from lianban.contracts.status import ROLE_ZH, ActKind, Role
from lianban.platform.auth import Principal
from lianban.platform.problems import Problem
from lianban_adapters.acts.problems import foreign_step, unknown_task
from lianban_adapters.acts.schemas import WrittenAct, is_officer_code
from lianban_adapters.tasks import repository
from lianban_adapters.tasks.tables import Task

_APPROVED: Final = (ActKind.EXTEND, ActKind.OVERRIDE)
"""What an officer may not do alone: the act says in what capacity it is approved."""


def own_department(caller: Principal) -> str:
    """Raises the problem 403 when the token names none."""
    if caller.department is None:
        raise Problem(403, "forbidden", "没有权限", "令牌未写明所属部门。")
    return caller.department


def own_code(caller: Principal) -> str:
    """The officer's code, which goes with every act. Raises the problem 403 when the token names a person otherwise."""
    if not is_officer_code(caller.subject):
        raise Problem(403, "forbidden", "没有权限", "令牌的主体应为工作人员编号。")
    return caller.subject


def check_capacity(caller: Principal, act: WrittenAct) -> Role:
    """In what capacity the act is done, which the token has to claim; else the problem 403."""
    capacity = act.role if act.kind in _APPROVED and act.role is not None else Role.OFFICER
    if capacity.value not in caller.roles:
        step = CASE_STEP if capacity is Role.GOVERNMENT_HEAD else ""
        raise Problem(
            403,
            "forbidden",
            "没有权限",
            f"令牌未写明身份“{ROLE_ZH[capacity]}”（{capacity.value}）。",
            extra={"rule": rule_of(act.kind, step, act.decision).value},
        )
    return capacity


async def visible_task(session: AsyncSession, caller: Principal, task_id: str) -> Task:
    """Raises the problem 404 ``unknown-task`` or 403 ``foreign-step``."""
    task = await repository.by_id(session, task_id)
    if task is None or task.details is None:
        raise unknown_task()
    if "supervisor" not in caller.roles and task.department != own_department(caller):
        raise foreign_step()
    return task
