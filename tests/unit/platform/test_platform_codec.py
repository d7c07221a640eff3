"""What leaves for Temporal is sealed; the codec server opens it for the UI alone."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from google.protobuf.json_format import MessageToJson, Parse
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from lianban.contracts.acts import Withdrawal
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, EventKind
from lianban.platform.codec import ENCODING, EncryptingCodec
from lianban.platform.codec_server import install_codec
from lianban.platform.crypto import DecryptionFailed, Keyring
from lianban.platform.temporal import _is_loopback, data_converter

RING = Keyring.generate()
UI = "http://127.0.0.1:18233"


@given(st.lists(st.builds(Payload, data=st.binary(max_size=5000)), max_size=3))
async def test_payloads_round_trip(payloads: list[Payload]) -> None:
    codec = EncryptingCodec(RING)
    encoded = await codec.encode(payloads)
    assert await codec.decode(encoded) == payloads
    assert all(payload.metadata["encoding"] == ENCODING for payload in encoded)


async def test_models_round_trip_and_are_unreadable() -> None:
    converter = data_converter(RING)
    event = CaseEvent(
        seq=1,
        at=datetime(2026, 7, 1, tzinfo=UTC),
        kind=EventKind.STEP_STARTED,
        case_status=CaseStatus.IN_PROGRESS,
        step="household-register",
    )
    [payload] = await converter.encode([event])
    assert b"household-register" not in payload.SerializeToString()
    assert await converter.decode([payload], [CaseEvent]) == [event]


async def test_large_payloads_shrink() -> None:
    [payload] = await data_converter(RING).encode(["working-day " * 1000])
    assert len(payload.data) < 500


async def test_failures_keep_their_type_and_hide_their_message() -> None:
    converter = data_converter(RING)
    failure = Failure()
    await converter.encode_failure(ApplicationError("环节已办结", type="step-not-open"), failure)
    assert "环节已办结" not in failure.SerializeToString().decode("utf-8", "ignore")
    assert failure.application_failure_info.type == "step-not-open"
    opened = await converter.decode_failure(failure)
    assert isinstance(opened, ApplicationError)
    assert opened.message == "环节已办结"


async def test_payloads_of_the_server_itself_pass() -> None:
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b"1")
    assert await EncryptingCodec(RING).decode([plain]) == [plain]


async def test_payloads_of_another_ring_are_refused() -> None:
    encoded = await EncryptingCodec(Keyring.generate()).encode([Payload(data=b"1")])
    with pytest.raises(DecryptionFailed):
        await EncryptingCodec(RING).decode(encoded)


@pytest.fixture
def browser() -> httpx.AsyncClient:
    app = FastAPI()
    install_codec(app, RING, [UI])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://codec", headers={"origin": UI})


async def test_the_ui_reads_payloads(browser: httpx.AsyncClient) -> None:
    sealed = Payloads(payloads=await data_converter(RING).encode([Withdrawal(act_id="w1")]))
    async with browser:
        answer = await browser.post("/codec/decode", content=MessageToJson(sealed))
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == UI
        opened = Parse(answer.content, Payloads())
        assert opened.payloads[0].data == b'{"act_id":"w1"}'


async def test_nobody_has_anything_sealed(browser: httpx.AsyncClient) -> None:
    async with browser:
        answer = await browser.post("/codec/encode", content=MessageToJson(Payloads(payloads=[Payload(data=b"1")])))
    assert answer.status_code == 404


async def test_other_pages_do_not(browser: httpx.AsyncClient) -> None:
    preflight = {"origin": "http://elsewhere", "access-control-request-method": "POST"}
    async with browser:
        answer = await browser.options("/codec/decode", headers=preflight)
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("body", [b"", b"{", b'{"payloads": 1}', b"\xff\xfe"])
async def test_nonsense_is_a_problem(browser: httpx.AsyncClient, body: bytes) -> None:
    async with browser:
        answer = await browser.post("/codec/decode", content=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_foreign_payloads_are_a_problem(browser: httpx.AsyncClient) -> None:
    foreign = Payloads(payloads=await data_converter(Keyring.generate()).encode([1]))
    async with browser:
        answer = await browser.post("/codec/decode", content=MessageToJson(foreign))
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:lianban:problem:undecodable"


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1:7233", True), ("localhost:7233", True), ("[::1]:7233", True), ("temporal.example:7233", False)],
)
def test_compression_is_left_out_on_loopback_only(address: str, loopback: bool) -> None:
    assert _is_loopback(address) is loopback
