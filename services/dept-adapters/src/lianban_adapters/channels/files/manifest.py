"""The manifest of a batch: each file's name, size and SHA-256. Whatever it does not list is not part of the batch."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError, from_json

from lianban.platform.problems import FieldError, field_errors
from lianban_adapters.channels.files.layout import MANIFEST
from lianban_adapters.channels.incoming.port import Unusable, unusable
from lianban_adapters.channels.incoming.texts import decoded
from lianban_adapters.channels.responses import MAX_ANSWER

MAX_MANIFEST: Final = 256 * 1024
MAX_FILES: Final = 60

_MIB: Final = 1024 * 1024
_FILE_NAME: Final = re.compile(r"(?!\.)[^/\\\x00-\x1f\x7f:*?\"<>|]{1,200}")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _within_the_batch(name: str) -> str:
    if _FILE_NAME.fullmatch(name) is None or name == MANIFEST:
        raise PydanticCustomError("file_name", "应为本批次内的文件名，不得含有路径、控制字符，不得以“.”开头")
    return name


class Listed(BaseModel):
    """A file of the batch; ``size`` in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(_within_the_batch)]
    size: int = Field(strict=True, ge=0)
    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$")


class Manifest(BaseModel):
    """``batch``: name of the folder it was written for."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    batch: str
    created_at: AwareDatetime | None = None
    files: tuple[Listed, ...] = Field(max_length=MAX_FILES)


def manifest_of(batch: str, files: Sequence[Listed]) -> bytes:
    manifest = Manifest(batch=batch, created_at=datetime.now(UTC).replace(microsecond=0), files=tuple(files))
    return manifest.model_dump_json(indent=1).encode()


def read_manifest(content: bytes, batch: str, needed: str) -> Manifest:
    """Of a batch that must have the file ``needed``. Raises :class:`Unusable` with every fault."""
    try:
        manifest = Manifest.model_validate(read_json(content, MANIFEST))
    except ValidationError as error:
        faults = field_errors(error.errors(include_url=False, include_input=False))
        raise Unusable([_in_manifest(fault.pointer, fault.code, fault.message) for fault in faults]) from None
    if faults := tuple(_faults(manifest, batch, needed)):
        raise Unusable(faults)
    return manifest


def read_json(content: bytes, file: str) -> Any:
    """Raises :class:`Unusable`: also for a name that stands twice in one object, for two answers to one question are
    none."""
    try:
        text = decoded(content)
        from_json(text, allow_inf_nan=False)  # knows what is no JSON; what stands twice it does not tell
        return json.loads(text, object_pairs_hook=_once)
    except Unusable as error:
        raise Unusable([FieldError(f"{file}#", fault.code, fault.message) for fault in error.faults]) from None
    except _Twice as twice:
        message = f"同一对象中“{twice.name}”写了不止一次"
        raise unusable("twice", message, f"{file}#") from None
    except ValueError:
        raise unusable("json_invalid", "不是有效的 JSON，可能在传输中被截断", f"{file}#") from None


class _Twice(Exception):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name[:64]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _faults(manifest: Manifest, batch: str, needed: str) -> Iterator[FieldError]:
    if manifest.batch != batch:
        yield _in_manifest("/batch", "other-batch", "与所在目录的名称不同")
    names = [file.name for file in manifest.files]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield _in_manifest(f"/files/{number}/name", "twice", f"{name} 列了不止一次")
    if needed not in names:
        yield _in_manifest("/files", "missing", f"没有列出 {needed}")
    if _total(manifest.files) > MAX_ANSWER:
        yield _in_manifest("/files", "too-large", f"各文件合计不得超过 {MAX_ANSWER // _MIB} MiB")


def _total(files: Iterable[Listed]) -> int:
    return sum(file.size for file in files)


def _in_manifest(pointer: str, code: str, message: str) -> FieldError:
    return FieldError(f"{MANIFEST}#{pointer}", code, message)
