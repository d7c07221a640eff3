"""Remote codec for the Temporal UI: lets an operator's browser read payloads without giving keys to the server.

The UI posts ``{"payloads": [...]}`` as protobuf JSON and gets the same back, opened. Nothing is sealed here: whoever
could have text of their own sealed could pass it off as the platform's.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.middleware.cors import CORSMiddleware
from temporalio.api.common.v1 import Payloads

from lianban.platform.codec import EncryptingCodec
from lianban.platform.crypto import DecryptionFailed, Keyring
from lianban.platform.problems import Problem, install_problem_handlers


def codec_router(keyring: Keyring) -> APIRouter:
    codec = EncryptingCodec(keyring)
    router = APIRouter()

    @router.post("/decode")
    async def decode(request: Request) -> Response:
        try:
            payloads = Parse(await request.body(), Payloads())
            opened = Payloads(payloads=await codec.decode(payloads.payloads))
        except (ParseError, UnicodeDecodeError):
            raise Problem(400, "bad-request", "请求有误", "请求正文应为 Temporal 的 payloads。") from None
        except DecryptionFailed:
            raise Problem(400, "undecodable", "无法解密", "内容不是用本平台的密钥加密的。") from None
        return Response(MessageToJson(opened), media_type="application/json")

    return router


def install_codec(app: FastAPI, keyring: Keyring, ui_origins: Sequence[str], prefix: str = "/codec") -> None:
    """Mounts the codec under ``prefix``; only pages of ``ui_origins`` (the Temporal UI) may read its answers."""
    mounted = FastAPI(title="codec", openapi_url=None)
    install_problem_handlers(mounted)
    mounted.include_router(codec_router(keyring))
    mounted.add_middleware(
        CORSMiddleware,
        allow_origins=list(ui_origins),
        allow_methods=["POST"],
        allow_headers=["content-type", "x-namespace", "authorization"],
        allow_credentials=True,
    )
    app.mount(prefix, mounted)
