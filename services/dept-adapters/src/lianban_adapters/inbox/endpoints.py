"""The officers' API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from lianban.contracts.status import ActorKind, Role
from lianban.platform.auth import Principal, require
from lianban.platform.openapi import problems, request_body
from lianban_adapters.acts import repository as acts
from lianban_adapters.acts.endpoints import read_json
from lianban_adapters.acts.openapi import inbox_examples
from lianban_adapters.acts.problems import already_claimed, not_claimed, step_not_open
from lianban_adapters.acts.schemas import KEY, ActAnswer, InboxAct
from lianban_adapters.acts.submission import of_officer
from lianban_adapters.acts.validation import parse
from lianban_adapters.channels.port import INBOX
from lianban_adapters.dossiers.reading import is_open_to_reading, read_dossier
from lianban_adapters.inbox.access import check_capacity, own_code, own_department, visible_task
from lianban_adapters.inbox.schemas import (
    TaskDetail,
    TaskItem,
    TaskList,
    officer_dossier,
    task_act,
    task_item,
)
from lianban_adapters.services import Services, services
from lianban_adapters.tasks import repository as tasks
from lianban_adapters.tasks.states import OPEN, TaskState

router = APIRouter(prefix="/v1/inbox/tasks")

Officer = Annotated[Principal, Depends(require("officer"))]
Releaser = Annotated[Principal, Depends(require("officer", "supervisor"))]
Reader = Annotated[Principal, Depends(require("officer", "agency_head", "government_head", "supervisor"))]
Own = Annotated[Services, Depends(services)]
TaskId = Annotated[str, Path(pattern=KEY, max_length=160, description="任务编号")]
_UNKNOWN: Final = {403: "令牌的身份不能办理此操作，或者不是本部门的任务", 404: "没有这项任务"}
_TAKES_AN_ACT: Final[dict[str, Any]] = {
    "response_model_exclude_none": True,
    "description": "由领取任务的经办人作出，需要批准的由批准人作出；以 Idempotency-Key 为动作编号，重发结果相同。",
    "response_description": "已生效",
    "responses": {
        202: {"description": "stored 已收存，平台会送达办件"},
        **problems(
            {
                **_UNKNOWN,
                409: "没有领取任务，任务已办结或收回，或者办件现在不能接受这个动作",
                410: "任务办结满 30 日，不再提供卷宗，不能核对补正内容",
                503: "暂时不能核对，请用同一编号再发",
            }
        ),
    },
    "openapi_extra": {"requestBody": request_body(InboxAct, inbox_examples())},
}
Key = Annotated[str, Header(alias="Idempotency-Key", pattern=KEY, max_length=128, description="动作编号，重发时不变")]


@router.get("", summary="任务列表", description="本部门的任务，期限近的在前；督办人员可见全部部门的。")
async def list_tasks(
    caller: Reader,
    own: Own,
    state: Annotated[list[TaskState] | None, Query(description="状态，缺省为未办结的")] = None,
    channel: Annotated[Literal["inbox", "any"], Query(description="any：含业务系统正在办理的")] = "inbox",
    department: Annotated[str | None, Query(pattern=KEY, max_length=64, description="部门，供督办人员筛选")] = None,
    after: Annotated[str | None, Query(pattern=KEY, max_length=160, description="上一页的 next")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="至多列出多少项")] = 50,
) -> TaskList:
    async with own.database.statements() as session:
        found = await tasks.search(
            session,
            department=department if "supervisor" in caller.roles else own_department(caller),
            states=tuple(state or OPEN),
            channel=INBOX if channel == "inbox" else None,
            after=after,
            limit=limit + 1,
        )
    page = found[:limit]
    return TaskList(tasks=[task_item(task) for task in page], next=page[-1].id if len(found) > limit else None)


@router.get(
    "/{task_id}",
    summary="任务详情和卷宗",
    description="任务、已有的办理动作和卷宗；查阅卷宗留有记录。",
    responses=problems({**_UNKNOWN, 503: "暂时取不到卷宗"}),
)
async def read_task(task_id: TaskId, caller: Reader, own: Own) -> TaskDetail:
    async with own.database.statements() as session:
        task = await visible_task(session, caller, task_id)
        done = await acts.of_task(session, task_id)
    dossier = None
    if is_open_to_reading(task):
        fetched = await read_dossier(own.dossiers, task, f"人工收件箱查阅：{caller.subject}")
        dossier = officer_dossier(task, fetched, own.public_url)
    documents = [await own.documents.read(act.document) if act.document else None for act in done]
    return TaskDetail(
        **dict(task_item(task)),
        dossier=dossier,
        acts=[task_act(act, document) for act, document in zip(done, documents, strict=True)],
    )


@router.post(
    "/{task_id}/claim",
    summary="领取任务",
    description="领取后由本人办理。重复领取结果相同。",
    responses=problems({**_UNKNOWN, 409: "任务已被他人领取，已办结或收回，或者由业务系统办理"}),
)
async def claim_task(task_id: TaskId, caller: Officer, own: Own) -> TaskItem:
    """Claiming again what one holds changes nothing."""
    async with own.database.statements() as session:
        await visible_task(session, caller, task_id)
        claimed = await tasks.claim(session, task_id, own_code(caller), INBOX)
        task = claimed or await visible_task(session, caller, task_id)
    if claimed is None and task.state != TaskState.CLAIMED:
        raise step_not_open()
    if task.claimed_by != caller.subject:
        raise already_claimed()
    return task_item(task)


@router.post(
    "/{task_id}/release",
    summary="放回任务",
    description="由领取人放回；领取人不能放回的，由督办人员放回。",
    responses=problems({**_UNKNOWN, 409: "任务未由您领取"}),
)
async def release_task(task_id: TaskId, caller: Releaser, own: Own) -> TaskItem:
    """By its holder; by a supervisor, when the holder cannot."""
    async with own.database.statements() as session:
        await visible_task(session, caller, task_id)
        released = await tasks.release(session, task_id, None if "supervisor" in caller.roles else caller.subject)
    if released is None:
        raise not_claimed()
    return task_item(released)


@router.post("/{task_id}/acts", summary="办理动作", **_TAKES_AN_ACT)
@router.post("/{task_id}/decide", summary="办理动作（沿用的地址，与 acts 相同）", deprecated=True, **_TAKES_AN_ACT)
async def act_on_task(
    task_id: TaskId, caller: Reader, own: Own, key: Key, request: Request, response: Response
) -> ActAnswer:
    """The act of the officer who holds the task, or of whoever approves what an officer may not; the idempotency key
    is the act's id."""
    officer, now = own_code(caller), datetime.now(UTC)
    known = {"actor": ActorKind.HUMAN, "officer": officer, "task_id": task_id}
    act = parse(InboxAct, read_json(await request.body()), now, known)
    if check_capacity(caller, act) is Role.SUPERVISOR:
        async with own.database.statements() as session:
            department = (await visible_task(session, caller, task_id)).department
    else:
        department = own_department(caller)
    answer = await own.acts.take(of_officer(department, task_id, key, officer, act, now, own.keyring))
    response.status_code = answer.status
    return answer.body
