"""Tokens: who may call what."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import jwt
import pytest
from fastapi import Depends

from lianban.platform.auth import Principal, TokenAuthority, require
from lianban.platform.keyfile import KeyFile
from lianban.platform.problems import Problem
from lianban.platform.service import create_app

FILE = KeyFile.generate()
AUTHORITY = TokenAuthority(FILE)


def forged(key: bytes | None = FILE.keys["k1"], algorithm: str = "HS256", kid: str = "k1", **changes: Any) -> str:
    now = datetime.now(UTC)
    claims = {
        "sub": "someone",
        "roles": ["operator"],
        "iss": "lianban",
        "aud": "lianban",
        "iat": now,
        "exp": now + timedelta(hours=1),
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm, {"kid": kid})


def test_a_token_says_who_and_what() -> None:
    token = AUTHORITY.issue("officer-7", ("officer",), department="market")
    assert AUTHORITY.verify(token) == Principal("officer-7", frozenset({"officer"}), "market")
    system = AUTHORITY.issue("market-system", ("department",), department="market")
    assert AUTHORITY.verify(system) == Principal("market-system", frozenset({"department"}), "market")
    assert AUTHORITY.verify(forged()) == Principal("someone", frozenset({"operator"}))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        forged(key=b"x" * 32),
        forged(kid="k2"),
        forged(exp=datetime.now(UTC) - timedelta(minutes=5)),
        forged(exp=None),
        forged(sub=None),
        forged(iss="elsewhere"),
        forged(aud="elsewhere"),
        forged(key=None, algorithm="none"),
        forged(key=FILE.keys["k1"] * 2, algorithm="HS512"),
        AUTHORITY.issue("x", ("operator",))[:-2],
    ],
)
def test_anything_else_is_unauthenticated(token: str) -> None:
    with pytest.raises(Problem) as caught:
        AUTHORITY.verify(token)
    assert (caught.value.status, caught.value.slug) == (401, "unauthenticated")


def test_a_good_token_is_read_once_and_forgotten_when_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    authority, reads = TokenAuthority(FILE), []
    decode = jwt.decode
    monkeypatch.setattr(jwt, "decode", lambda *given, **options: reads.append(given) or decode(*given, **options))
    token = authority.issue("x", ("operator",), ttl=timedelta(hours=1))
    assert authority.verify(token) is authority.verify(token)
    assert len(reads) == 1
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    authority.verify(token)
    assert len(reads) == 2
    for _ in range(2):
        with pytest.raises(Problem):
            authority.verify(token + "x")
    assert len(reads) == 4, "a bad token is never remembered"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianban.platform.auth._REMEMBERED", 3)
    authority = TokenAuthority(FILE)
    for number in range(10):
        assert authority.verify(authority.issue(f"p-{number}", ("portal",))).subject == f"p-{number}"
        assert len(authority._known) <= 3


def test_roles_nobody_knows_are_dropped() -> None:
    assert AUTHORITY.verify(forged(roles=["operator", "root"])).roles == {"operator"}


def test_rotation_keeps_issued_tokens(tmp_path: Path) -> None:
    old = AUTHORITY.issue("x", ("service",))
    FILE.rotated().save(tmp_path / "keys.json")
    rotated = TokenAuthority.load(tmp_path / "keys.json")
    assert rotated.verify(old).subject == "x"
    with pytest.raises(Problem):
        AUTHORITY.verify(rotated.issue("x", ("service",)))


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app("test", authority=AUTHORITY)

    @app.get("/desk")
    async def desk(caller: Annotated[Principal, Depends(require("window", "officer"))]) -> str:
        return caller.subject

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    ("authorization", "status", "slug"),
    [
        (None, 401, "unauthenticated"),
        ("Basic abc", 401, "unauthenticated"),
        ("Bearer nonsense", 401, "unauthenticated"),
        (f"Bearer {AUTHORITY.issue('p', ('portal',))}", 403, "forbidden"),
    ],
)
async def test_endpoints_refuse(client: httpx.AsyncClient, authorization: str | None, status: int, slug: str) -> None:
    answer = await client.get("/desk", headers={"authorization": authorization} if authorization else {})
    assert answer.status_code == status
    assert answer.json()["type"] == f"urn:lianban:problem:{slug}"
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_endpoints_let_in(client: httpx.AsyncClient) -> None:
    token = AUTHORITY.issue("clerk", ("window",))
    assert (await client.get("/desk", headers={"authorization": f"Bearer {token}"})).json() == "clerk"
