"""``POST /v1/themes/{code}/prefill``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from lianban_intake.dependencies import CurrentEdition, Filer, State
from lianban_intake.prefill.schemas import Prefilled, PrefillRequest
from lianban_intake.themes import service as themes

router = APIRouter(prefix="/v1/themes", tags=["预填"])

_DESCRIPTION: Final = """经持证人同意，向登记库查询表单内容（免填写），从电子证照库调取证照（免提交）。

- 先取表单，向每位持证人展示 `prefill.consent.text`，征得同意后，连同其版本提交；逐人列明各是哪些信息主体。
  不满十四周岁的，由监护人同意。没有同意，不查询任何信息。
- `values` 可以直接填入表单，由申请人核对、更正；`materials` 已经存为材料，与上传的材料一样列入申请。
- `not_fetched` 逐项说明没有取得的内容和原因：表单项请自行填写，材料请上传；`retry` 为真的，可以稍后再次调用。
- 库中断或者迟缓，不影响申请：几秒内必有答复，取不到的改为自行填写、上传。手边没有证照原件的，可以稍后重试、
  上传照片或扫描件，或者到综窗由工作人员当场调取、核验原件后拍照上传。
- 重复调用结果相同，不产生重复的材料。每次查询均留有记录。
"""


@router.post("/{code}/prefill", summary="预填表单、调取证照", description=_DESCRIPTION)
async def prefill(
    code: str, request: PrefillRequest, caller: Filer, edition: CurrentEdition, state: State, response: Response
) -> Prefilled:
    response.headers["Cache-Control"] = "no-store"
    return await state.prefiller.prefill(themes.prepare_for(edition, code, request), request, caller)
