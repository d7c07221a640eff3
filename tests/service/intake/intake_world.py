"""The intake under test: the real application over a real database, and a portal that files with it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from fixtures.described import as_described
from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban_intake.app import build_app
from lianban_intake.settings import IntakeSettings
from lianban_intake.state import Intake

HERE = Path(__file__).resolve().parent
CALENDARS = HERE.parents[2] / "catalog" / "calendars"
NOBODY = "127.0.0.1:1"
"""An address at which no Temporal answers."""

PORTAL = "portal-a"
IDENTITY_NUMBER = "42900619900307006X"
CREDIT_CODE = "91110000600037341L"
PDF = b"%PDF-1.7\n" + b"x" * 100
CARD = b"\xff\xd8\xff\xe0" + b"x" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100

_numbers = count(1)


@dataclass
class World:
    app: FastAPI
    http: httpx.AsyncClient
    authority: TokenAuthority
    settings: IntakeSettings

    @property
    def state(self) -> Intake:
        state: Intake = self.app.state.intake
        return state

    def auth(self, role: Any = "portal", subject: str = PORTAL) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.authority.issue(subject, (role,))}"}

    async def upload(self, content: bytes = PDF, **auth: Any) -> httpx.Response:
        return await self.http.post("/v1/materials", files={"file": ("文件.pdf", content)}, headers=self.auth(**auth))

    async def application(self, **changes: Any) -> dict[str, Any]:
        """A sound application for theme T1; ``changes`` replace its members."""
        lease, card = [(await self.upload(content)).json()["digest"] for content in (PDF, CARD)]
        number = next(_numbers)
        return {
            "source": {"system": PORTAL, "number": f"A-{number}"},
            "theme": "T1",
            "division": "429006001",
            "channel": "portal",
            "answers": {"sign": "wanted"},
            "form": {
                "shop_name": "早春面馆",
                "shop_area": 60.5,
                "seats": 12,
                "opening_date": "2026-09-01",
                "outdoor": True,
                "fuel": "gas",
                "owner_name": "张三",
                "owner_number": IDENTITY_NUMBER,
                "owner_mobile": "13800000000",
            },
            "materials": [
                {"material": "lease", "digest": lease, "name": "张三租赁合同.pdf"},
                {"material": "identity-card", "digest": card, "name": "身份证.jpg"},
            ],
            "applicant": {"name": "张三", "identity_number": IDENTITY_NUMBER, "mobile": "13800000000"},
            "delivery": {
                "mode": "courier",
                "address": "天门市竟陵街道人民路1号",
                "recipient": "张三",
                "mobile": "13800000000",
            },
            **changes,
        }

    async def file(
        self, application: dict[str, Any] | None = None, *, key: str | None = None, **auth: Any
    ) -> httpx.Response:
        headers = {**self.auth(**auth), "Idempotency-Key": key or f"key-{next(_numbers)}"}
        body = application if application is not None else await self.application()
        return await self.http.post("/v1/applications", json=body, headers=headers)

    async def filed(self, application: dict[str, Any] | None = None) -> str:
        """Number of a case just filed."""
        response = await self.file(application)
        assert response.status_code == 201, response.text
        return str(response.json()["case_no"])

    async def get(self, path: str, role: Any = "portal", subject: str = PORTAL) -> httpx.Response:
        return await self.http.get(path, headers=self.auth(role, subject))

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.state.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(query), parameters)).mappings()]


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    """Waits until it is so."""
    for _ in range(1500):
        if await check():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it has not come about")


def slug(response: httpx.Response) -> str:
    """Problem type of an answer, without its prefix."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    return str(response.json()["type"]).removeprefix("urn:lianban:problem:")


def faults(response: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def prepare_folder(folder: Path, keyring: Keyring) -> None:
    """Keys and a catalogue with the real calendars."""
    keyring.save(folder / "keyring.json")
    TokenAuthority.generate().save(folder / "tokens.json")
    shutil.copytree(HERE / "catalog", folder / "catalog")
    shutil.copytree(CALENDARS, folder / "catalog" / "calendars")


@asynccontextmanager
async def running(folder: Path, database_url: str, temporal_address: str, **settings: Any) -> AsyncIterator[World]:
    """The application with its background work, called in process."""
    given = IntakeSettings(
        database_url=database_url,
        temporal_address=temporal_address,
        port=0,
        objects_url=(folder / "objects").as_uri(),
        keyring_file=folder / "keyring.json",
        token_key_file=folder / "tokens.json",
        **{"catalog_dir": folder / "catalog", **settings},
    )
    app = build_app(given)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://intake", event_hooks=as_described(app)) as http,
    ):
        yield World(app, http, TokenAuthority.load(given.token_key_file), given)
