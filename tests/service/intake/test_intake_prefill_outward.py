"""What comes back over HTTP that is no answer: each is told as unavailable, none as an error of ours."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientTimeout
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from lianban.catalog.terms import Audience
from lianban.platform.outgoing import open_session
from lianban.platform.serving import listen, serving
from lianban_intake.prefill.http import HttpLicenceLibrary, HttpRegistries
from lianban_intake.prefill.outward import Gateway
from lianban_intake.prefill.ports import Holder, NotHeld, Purpose, Unavailable
from lianban_sandbox.web import url

HOLDER = Holder(Audience.PERSON, "42900619900307006X")
PURPOSE = Purpose("T1", ("owner-check",))
LICENCE = {
    "number": "1",
    "issuer": "公安局",
    "media_type": "application/pdf",
    "content": base64.b64encode(b"%PDF-1").decode(),
    "verification": {"status": "valid"},
}


class Peer:
    """Answers each question as told, first to last; the last answer stays."""

    def __init__(self) -> None:
        self.answers: list[Response] = []
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str] = []

    async def answer(self, request: Request) -> Response:
        self.bodies.append(json.loads(await request.body()))
        self.paths.append(request.url.path)
        self.keys.append(request.headers["authorization"])
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
async def peer() -> Peer:
    return Peer()


@pytest.fixture
async def gateway(peer: Peer) -> AsyncIterator[Gateway]:
    with contextlib.closing(listen("127.0.0.1", 0)) as bound:
        app = Starlette(routes=[Route("/{path:path}", peer.answer, methods=["POST"])])
        async with serving((app, bound)), open_session(ClientTimeout(total=2.0)) as http:
            yield Gateway(url(bound), "secret", http, 2.0, 10_000)


async def ask(gateway: Gateway) -> Any:
    return await HttpRegistries(gateway).ask("population", HOLDER, {"owner_name": {"type": "string"}}, PURPOSE)


async def fetch(gateway: Gateway) -> Any:
    return await HttpLicenceLibrary(gateway).fetch("identity-card", "居民身份证", HOLDER, PURPOSE)


Call = Callable[[Gateway], Awaitable[Any]]


async def test_a_registry_is_asked_with_holder_purpose_and_schemas(gateway: Gateway, peer: Peer) -> None:
    peer.answers = [JSONResponse({"values": {"owner_name": "张三"}, "more": 1})]
    assert await ask(gateway) == {"owner_name": "张三"}
    assert peer.bodies == [
        {
            "holder": {"type": "person", "identity": HOLDER.identity},
            "purpose": {"theme": "T1", "matters": ["owner-check"]},
            "elements": {"owner_name": {"type": "string"}},
        }
    ]
    assert peer.paths == ["/v1/registries/population/query"]
    assert peer.keys == ["Bearer secret"]


async def test_a_licence_comes_with_what_is_known_of_it(gateway: Gateway, peer: Peer) -> None:
    peer.answers = [JSONResponse(LICENCE)]
    licence = await fetch(gateway)
    assert (licence.content, licence.number, licence.issuer) == (b"%PDF-1", "1", "公安局")
    assert peer.paths == ["/v1/licences/identity-card/fetch"]
    assert HOLDER.identity not in repr(licence) + repr(HOLDER)


async def test_nothing_held_is_an_answer(gateway: Gateway, peer: Peer) -> None:
    peer.answers = [JSONResponse({}, 404)]
    for _ in range(5):
        with pytest.raises(NotHeld):
            await ask(gateway)


@pytest.mark.parametrize("call", [ask, fetch])
@pytest.mark.parametrize(
    "response",
    [
        Response(b"not json"),
        Response(b"[]"),
        JSONResponse({"values": [1]}),
        JSONResponse({**LICENCE, "content": "???"}),
        JSONResponse({**LICENCE, "number": ""}),
        Response(b"x" * 20_000),
        RedirectResponse("http://127.0.0.1:1/"),
        JSONResponse({"error": "key"}, 401),
        JSONResponse({}, 500),
    ],
)
async def test_what_is_no_answer_is_unavailable(gateway: Gateway, peer: Peer, call: Call, response: Response) -> None:
    peer.answers = [response]
    with pytest.raises(Unavailable) as raised:
        await call(gateway)
    assert HOLDER.identity not in str(raised.value)


async def test_a_hiccup_is_tried_again(gateway: Gateway, peer: Peer) -> None:
    peer.answers = [JSONResponse({}, 502), JSONResponse({"values": {}})]
    assert await ask(gateway) == {}


@pytest.mark.parametrize("status", [400, 401, 403, 422])
async def test_a_refusal_is_an_answer_not_tried_again_and_no_outage(gateway: Gateway, peer: Peer, status: int) -> None:
    peer.answers = [JSONResponse({}, status)]
    for _ in range(5):
        with pytest.raises(Unavailable, match=f"answered {status}"):
            await ask(gateway)
    assert len(peer.bodies) == 5


async def test_several_holders_of_one_request_trip_nothing(gateway: Gateway, peer: Peer) -> None:
    peer.answers = [JSONResponse({}, 500)]
    await asyncio.gather(*(ask(gateway) for _ in range(4)), return_exceptions=True)
    peer.answers = [JSONResponse({"values": {}})]
    assert await ask(gateway) == {}


async def test_one_type_of_licence_that_fails_leaves_the_others(gateway: Gateway, peer: Peer) -> None:
    peer.answers = [JSONResponse({}, 500)]
    for _ in range(3):
        with pytest.raises(Unavailable):
            await fetch(gateway)
    peer.answers = [JSONResponse(LICENCE)]
    with pytest.raises(Unavailable, match="circuit open"):
        await fetch(gateway)
    other = await HttpLicenceLibrary(gateway).fetch("birth-certificate", "出生医学证明", HOLDER, PURPOSE)
    assert other.number == "1"


async def test_nobody_there() -> None:
    async with open_session(ClientTimeout(total=2.0)) as http:
        gateway = Gateway("http://127.0.0.1:1", "secret", http, 2.0, 10_000)
        with pytest.raises(Unavailable, match="not reached"):
            await ask(gateway)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await ask(gateway)
        with pytest.raises(Unavailable, match="circuit open"):
            await ask(gateway)


async def test_who_accepts_and_says_nothing_is_given_up_in_time() -> None:
    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(10)
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        async with open_session(ClientTimeout(total=1.0)) as http:
            gateway = Gateway(f"http://127.0.0.1:{port}", "secret", http, 0.5, 10_000)
            async with asyncio.timeout(2):
                with pytest.raises(Unavailable, match="too slow"):
                    await ask(gateway)
    finally:
        server.close()
