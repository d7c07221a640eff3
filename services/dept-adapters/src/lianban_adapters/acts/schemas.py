"""Acts as departments and officers write them, and what they are answered."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from lianban.contracts.status import ActKind, ActorKind, Decision

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


class _Written(BaseModel):
    """Unknown fields are faults: a misspelt one would otherwise be lost without a word."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class WrittenFile(_Written):
    name: NamedLine
    media_type: MediaType
    content: Annotated[bytes, BeforeValidator(_decode)]


class WrittenResult(_Written):
    code: Annotated[NamedLine, Field(max_length=64)]
    name: NamedLine
    number: Line | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    file: WrittenFile | None = None


class WrittenAct(_Written):
    """What an act says, whoever sends it."""

    kind: ActKind
    decision: Decision | None = None
    reason: Statement | None = None
    legal_basis: Statement | None = None
    remedy: Statement | None = None
    results: tuple[WrittenResult, ...] = Field(default=(), max_length=50)


class CallbackAct(WrittenAct):
    """By a department's system. ``actor`` tells whether a person stands behind it, ``officer`` who."""

    act_id: ActId
    task_id: TaskId
    actor: ActorKind
    officer: Officer | None = None
    occurred_at: Instant


class InboxAct(WrittenAct):
    """By an officer in the inbox: who and which task are known, the act's id is the idempotency key."""

    occurred_at: Instant | None = None


class ActAnswer(BaseModel):
    """``applied``: the case has it. ``stored``: the case will get it. ``review``: a system's refusal, which is left
    to a person."""

    status: Literal["applied", "stored", "review"]
    case_status: str | None = None
    step_state: str | None = None
    detail: str | None = None
