"""``POST /v1/themes/{code}/prefill``, and ``POST /v1/prefill-log`` for holders who ask who asked about them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from lianban.platform.auth import Principal, require
from lianban.platform.openapi import problems
from lianban_intake.dependencies import UNKNOWN_THEME, CurrentEdition, Filer, State, ThemeCode
from lianban_intake.prefill.lookup import look_up
from lianban_intake.prefill.schemas import Looked, LookupRequest, Prefilled, PrefillRequest
from lianban_intake.themes import service as themes

router = APIRouter(prefix="/v1", tags=["预填"])

_DESCRIPTION: Final = """经持证人同意，向登记库查询表单内容（免填写），从电子证照库调取证照（免提交）。

- 先取表单，向每位持证人展示 `prefill.consent.text`，征得同意后，连同其版本提交；逐人列明各是哪些信息主体。
  不满十四周岁的，由监护人同意；为成年人同意的监护人，写明其公民身份号码；逝者的信息由近亲属同意。没有同意，不查询任何信息。
- 调取的证照限本系统在本主题下、30 日内（可以另行设置）、作为同一种证照提交；此外只是普通材料。
- `values` 可以直接填入表单，由申请人核对、更正；`materials` 已经存为材料，与上传的材料一样列入申请。
- `not_fetched` 逐项说明没有取得的内容和原因：表单项请自行填写，材料请上传；`retry` 为真的，可以稍后再次调用。
- 库中断或者迟缓，不影响申请：几秒内必有答复，取不到的改为自行填写、上传。手边没有证照原件的，可以稍后重试、
  上传照片或扫描件，或者到综窗由工作人员当场调取、核验原件后拍照上传。
- 重复调用结果相同，不产生重复的材料。每次查询均留有记录。
"""


@router.post(
    "/themes/{code}/prefill",
    summary="预填表单、调取证照",
    description=_DESCRIPTION,
    responses=problems(UNKNOWN_THEME),
)
async def prefill(
    code: ThemeCode, request: PrefillRequest, caller: Filer, edition: CurrentEdition, state: State, response: Response
) -> Prefilled:
    response.headers["Cache-Control"] = "no-store"
    return await state.prefiller.prefill(themes.prepare_for(edition, code, request), request, caller)


_LOG_DESCRIPTION: Final = """供运维、督办人员在持证人依法查阅时使用：先核验其身份，
再列出就其信息作过的每次查询和调取，最近的在前。

- 谁、何时、为办理哪个主题、经谁同意、查了什么、结果如何；不含查得的内容。
- 身份号码只写在请求正文中，不留存；本次查看连同事由留有记录。
"""


@router.post("/prefill-log", summary="查阅预填记录", description=_LOG_DESCRIPTION)
async def prefill_log(
    request: LookupRequest,
    caller: Annotated[Principal, Depends(require("operator", "supervisor"))],
    edition: CurrentEdition,
    state: State,
    response: Response,
) -> Looked:
    response.headers["Cache-Control"] = "no-store"
    return await look_up(state.engine, state.keyring, edition.catalog, request, caller)
