"""``/v1/materials``."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from lianban.platform.auth import Principal, require
from lianban.platform.openapi import problems
from lianban_intake.dependencies import State
from lianban_intake.materials import repository, service
from lianban_intake.materials.schemas import StoredMaterial

router = APIRouter(prefix="/v1/materials", tags=["材料"])

BODY_LIMIT: Final = 1024**4
"""Bytes, for the shell around the application: it is the service that refuses a large file, and says so as such."""

_UPLOAD: Final = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "PDF、JPEG、PNG、OFD 文件，20 MB 以内",
                    }
                },
            }
        }
    }
}


@router.post(
    "",
    status_code=201,
    summary="上传材料",
    description="答复文件的摘要，申请、补正时凭摘要列入。同一文件可以重复上传，摘要相同。",
    response_description="已保存",
    responses=problems({413: "文件过大", 415: "文件类型不符"}),
    openapi_extra={"requestBody": _UPLOAD},
)
async def upload(
    request: Request, state: State, caller: Annotated[Principal, Depends(require("portal", "window"))]
) -> StoredMaterial:
    service.check_declared(request.headers.get("content-length", ""))
    stored = await service.store(state.objects, request.headers.get("content-type", ""), request.stream())
    async with state.direct.connect() as connection:  # only now: none is held open while a file arrives
        await repository.add(connection, stored, caller.subject)
    return stored
