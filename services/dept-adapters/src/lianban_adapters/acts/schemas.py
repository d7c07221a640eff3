"""Acts as departments and officers write them, and what they are answered."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from lianban.catalog.models import Code, ElementCode
from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.rules import Rule
from lianban.contracts.documents import NotAcceptedGround
from lianban.contracts.status import ActKind, ActorKind, Decision, Role

KEY: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"

ActId = Annotated[str, Field(max_length=128, pattern=KEY)]
TaskId = Annotated[str, Field(max_length=160, pattern=KEY)]
MediaType = Literal["application/pdf", "image/jpeg", "image/png", "application/ofd"]


_OFFICER: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_IDENTITY_NUMBER: Final = re.compile(r"[0-9]{17}[0-9Xx]")


def is_officer_code(text: str) -> bool:
    """Letters, digits, ``-`` and ``_``, 32 at most: a code, not a name and not an identity number (GB 11643)."""
    return _OFFICER.fullmatch(text) is not None and _IDENTITY_NUMBER.search(text) is None


def _officer_code(value: str) -> str:
    if not is_officer_code(value):
        raise PydanticCustomError("pattern", "应为工作人员编号：32 位以内的字母、数字、“-”、“_”，不得为姓名、身份证号")
    return value


Officer = Annotated[str, Field(min_length=1), AfterValidator(_officer_code)]
Statement = Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
NamedLine = Annotated[Line, Field(min_length=1)]
Days = Annotated[int, Field(strict=True, ge=1, le=366)]
"""Working days. The bound is beyond every procedure the law knows: what exceeds it is a mistake, or an attack."""


def _decode(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("文件内容应为 Base64 编码") from None
    if not content:
        raise ValueError("文件内容为空")
    return content


def _universal(value: datetime) -> datetime:
    """One instant has one form, whichever offset it was written with."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("时间超出范围") from None


Instant = Annotated[AwareDatetime, AfterValidator(_universal)]


_BASE64: Final = {"type": "string", "format": "byte", "contentEncoding": "base64"}
"""The first word is OpenAPI 3.0's, the second 3.1's: who generates a client may read either."""


class _Written(BaseModel):
    """Unknown fields are faults: a misspelt one would otherwise be lost without a word."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class WrittenFile(_Written):
    """结果文件。"""

    name: NamedLine = Field(description="文件名")
    media_type: MediaType = Field(description="内容类型，与文件内容相符")
    content: Annotated[bytes, BeforeValidator(_decode), WithJsonSchema(_BASE64)] = Field(
        description="文件内容，Base64 编码（RFC 4648 第 4 节）"
    )


class WrittenResult(_Written):
    """办理结果。"""

    code: Annotated[NamedLine, Field(max_length=64)] = Field(description="结果的代码，见任务的 results")
    name: NamedLine = Field(description="结果的名称")
    number: Line | None = Field(default=None, description="证照、文书的编号")
    valid_from: date | None = Field(default=None, description="有效期的第一天")
    valid_until: date | None = Field(default=None, description="有效期的最后一天")
    file: WrittenFile | None = Field(default=None, description="结果文件")


class WrittenMissing(_Written):
    """补正事项。材料、表单项至少写明一个，也可以都写。"""

    material: Code | None = Field(default=None, description="材料的代码，须为卷宗中的")
    element: ElementCode | None = Field(default=None, description="表单项的代码，须为卷宗中的")
    note: Annotated[Statement, Field(min_length=1, max_length=1000)] = Field(
        description="哪里不符、应当怎样补正，原样告知申请人"
    )


class WrittenAct(_Written):
    """办理动作。各种动作各有应填的字段，见《部门系统对接说明》；不属于该种动作的字段不得填写。"""

    kind: ActKind = Field(
        description="accept 受理；not_accept 不予受理；request_supplement 一次性告知补正；stop 转特别程序；"
        "resume 特别程序结束；extend 延长期限；override 督办准许；decide 办结"
    )
    decision: Decision | None = Field(default=None, description="办结：granted 准予（通过），refused 不予（不通过）")
    reason: Statement | None = Field(default=None, description="理由")
    legal_basis: Statement | None = Field(default=None, description="依据")
    remedy: Statement | None = Field(default=None, description="复议、诉讼等救济途径")
    results: tuple[WrittenResult, ...] = Field(default=(), max_length=50, description="办结：办理结果")
    missing: tuple[WrittenMissing, ...] = Field(
        default=(), max_length=100, description="一次性告知补正：需要补正的全部内容"
    )
    ground: NotAcceptedGround | None = Field(
        default=None,
        description="不予受理：not_needed 依法不需要取得许可，not_competent 不属于本机关职权范围",
    )
    competent_body: NamedLine | None = Field(default=None, description="不予受理：不属于本机关职权范围的，写明有权机关")
    procedure: SpecialProcedureKind | None = Field(
        default=None,
        description="特别程序：hearing 听证，tender 招标，auction 拍卖，inspection 检验，testing 检测，"
        "quarantine 检疫，appraisal 鉴定，expert_review 专家评审，own_law 其他法律规定并已列入该事项实施清单的",
    )
    days: Days | None = Field(default=None, description="工作日数：特别程序所需的，或者延长的")
    outcome: Statement | None = Field(default=None, description="特别程序的结果")
    role: Role | None = Field(
        default=None,
        description="批准人的身份：officer 经办人，agency_head 部门负责人；government_head 本级政府负责人、"
        "supervisor 督办，只由本人用自己的令牌在人工收件箱作出",
    )
    overrides: Rule | None = Field(default=None, description="督办准许：准许突破的规则，如 L-ONCE")


class CallbackAct(WrittenAct):
    """业务系统回传的办理动作。"""

    act_id: ActId = Field(description="部门自编的动作编号，与 webhook-id 相同")
    task_id: TaskId = Field(description="任务编号；整个办件的动作写“办件编号:case”")
    actor: ActorKind = Field(description="human 人工，system 系统自动")
    officer: Officer | None = Field(default=None, description="作出动作或者批准的工作人员的编号")
    occurred_at: Instant = Field(description="动作发生的时间，带时区")


class InboxAct(WrittenAct):
    """人工收件箱中的办理动作：任务和工作人员已知，动作编号即请求头 Idempotency-Key。"""

    occurred_at: Instant | None = Field(default=None, description="动作发生的时间，缺省为现在")


class ActAnswer(BaseModel):
    """平台的答复。"""

    status: Literal["applied", "stored", "review"] = Field(
        description="applied 已生效；stored 已收存，平台会送达办件；review 系统的否定答复，已转人工"
    )
    case_status: str | None = Field(default=None, description="办件的状态")
    step_state: str | None = Field(default=None, description="环节的状态")
    detail: str | None = Field(default=None, description="说明")
