"""Where the first message is not taken the report says the one cause and what to do about it, and that is all."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conformance_polled import TOKEN, Polled
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lianban.platform.serving import listen, serving
from lianban.platform.webhooks import new_secret
from lianban_adapters.conformance.checks.model import Outcome
from lianban_adapters.conformance.kit import Patience
from lianban_adapters.conformance.report import Report
from lianban_adapters.conformance.runner import Kind, Order, conform
from lianban_stack import network


async def report_of(endpoint: str, kind: Kind = "rest", secret: str = "") -> Report:
    with contextlib.closing(listen("127.0.0.1", 0)) as platform:
        url = f"http://127.0.0.1:{platform.getsockname()[1]}"
        order = Order("market", kind, endpoint, secret or new_secret(), url, Patience(1.0, 0.1), answer_timeout=5.0)
        return await conform(order, platform)


def said(report: Report) -> str:
    """The cause and what to do, where it is the only thing found."""
    outcomes = {check.id: verdict for check, verdict in report.found}
    assert not report.conforms
    assert report.cause is not None
    assert outcomes.pop("task-taken").outcome is Outcome.FAILED
    assert {verdict.outcome for verdict in outcomes.values()} == {Outcome.UNPLAYED}
    assert {verdict.seen for verdict in outcomes.values()} == {"见“原因”"}
    assert len(report.evidence.sent) == 1
    text = "\n".join(report.lines())
    assert text.startswith(f"原因：{report.cause.seen}。\n请先解决：{report.cause.advice}。")
    assert text.count(report.cause.advice) == 1
    return f"{report.cause.seen} {report.cause.advice}"


def address(bound: socket.socket, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{bound.getsockname()[1]}"


@contextlib.asynccontextmanager
async def answering(status: int, headers: dict[str, str] | None = None) -> AsyncIterator[str]:
    """A department that answers everything so; its address."""

    async def answer(_: Request) -> Response:
        return Response(status_code=status, headers=headers)

    with contextlib.closing(listen("127.0.0.1", 0)) as bound:
        async with serving((Starlette(routes=[Route("/{path:path}", answer, methods=["POST", "PUT"])]), bound)):
            yield f"{address(bound)}/tasks"


@pytest.mark.parametrize(
    ("status", "headers", "advice"),
    [
        (401, {}, "密钥不同，或者部门的时钟与平台相差 5 分钟以上"),
        (404, {}, "核对 --endpoint 的路径"),
        (308, {"location": "/elsewhere"}, "不跟随跳转"),
        (422, {}, "用 --task 换成本部门的事项"),
        (503, {}, "看它自己的日志"),
    ],
)
async def test_an_answer_that_takes_nothing(status: int, headers: dict[str, str], advice: str) -> None:
    async with answering(status, headers) as endpoint:
        text = said(await report_of(endpoint))
    assert f"业务系统返回 {status}" in text
    assert advice in text


async def test_nothing_listens() -> None:
    [port] = network.free_ports(1)
    text = said(await report_of(f"http://127.0.0.1:{port}/tasks"))
    assert f"127.0.0.1:{port} 没有程序在监听" in text
    assert said(await report_of(f"http://127.0.0.1:{port}/api", "polling", TOKEN)) == text
    assert f"localhost:{port} 没有程序在监听" in said(await report_of(f"http://localhost:{port}/tasks"))


async def test_a_host_nobody_knows() -> None:
    assert "找不到主机 market.invalid" in said(await report_of("http://market.invalid/tasks"))


async def test_a_wrong_token() -> None:
    with contextlib.closing(listen("127.0.0.1", 0)) as own:
        async with serving((Polled(None).app, own)):
            text = said(await report_of(f"{address(own)}/api", "polling", "another-token-of-ours"))
    assert "应为部门发给平台的令牌" in text


async def test_https_where_there_is_none() -> None:
    async with answering(200) as endpoint:
        assert "TLS 握手没有成功" in said(await report_of(endpoint.replace("http:", "https:")))


async def test_a_certificate_nobody_vouches_for(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(tmp_path))

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    with contextlib.closing(listen("127.0.0.1", 0)) as bound:
        async with await asyncio.start_server(hang_up, sock=bound, ssl=context):
            text = said(await report_of(f"{address(bound, 'https')}/tasks"))
    assert "TLS 证书不能核验" in text


async def test_what_does_not_speak_http() -> None:
    async def mumble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    with contextlib.closing(listen("127.0.0.1", 0)) as bound:
        async with await asyncio.start_server(mumble, sock=bound):
            assert "没有得到 HTTP 答复" in said(await report_of(f"{address(bound)}/tasks"))


def own_certificate(folder: Path) -> Path:
    """Signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "market.example")])
    today = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(today).not_valid_after(today + timedelta(days=1))
    written = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    written += key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(written)
    return folder / "both.pem"
