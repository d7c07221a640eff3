"""What endpoints ask for, and what several of them may answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Annotated, Final, cast

from fastapi import Depends, Header, Path, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.platform.auth import Principal, forbidden, require
from lianban_intake.state import Intake
from lianban_intake.themes.edition import Edition


# Dependencies are coroutines even where they wait for nothing: FastAPI sends plain functions to a thread each.
async def state(request: Request) -> Intake:
    return cast(Intake, request.app.state.intake)


State = Annotated[Intake, Depends(state)]


async def edition(state: State) -> Edition:
    """The catalogue in force when the request came in."""
    return await state.catalogues.latest()


CurrentEdition = Annotated[Edition, Depends(edition)]


@dataclass
class Unit:
    """A request's transaction. Whoever works in it never commits; ``committed`` is called once it has been."""

    connection: AsyncConnection
    committed: list[Callable[[], object]] = field(default_factory=list)


async def unit(state: State) -> AsyncIterator[Unit]:
    async with state.engine.begin() as connection:
        current = Unit(connection)
        yield current
    for call in current.committed:
        call()


async def connection(state: State) -> AsyncIterator[AsyncConnection]:
    """For single statements that read."""
    async with state.direct.connect() as connection:
        yield connection


# "function": ended before the answer leaves. A slow reader holds no connection, and what is acknowledged is committed.
Connection = Annotated[AsyncConnection, Depends(connection, scope="function")]
Transaction = Annotated[Unit, Depends(unit, scope="function")]

Filer = Annotated[Principal, Depends(require("portal", "window"))]
Reader = Annotated[Principal, Depends(require("portal", "window", "operator", "supervisor"))]


async def own_service(caller: Annotated[Principal, Depends(require("service"))]) -> Principal:
    """One of the platform's own services, which belong to no department: a department reads only what is submitted
    to it, whatever roles its token names. Otherwise the problem 403 ``forbidden``."""
    if caller.department is not None:
        raise forbidden()
    return caller


Service = Annotated[Principal, Depends(own_service)]

_SEES_ALL = frozenset({"window", "operator", "supervisor"})


def source_of(caller: Principal) -> str | None:
    """The one source system whose cases the caller sees; None: all. A portal's token is issued to its system."""
    return None if _SEES_ALL & caller.roles else caller.subject


CaseNo = Annotated[str, Path(max_length=40, pattern=r"^[0-9A-Z]+$", description="办件编号")]
ThemeCode = Annotated[str, Path(description="主题代码，如 B4")]

UNKNOWN_CASE: Final = {404: "没有这个办件"}
UNKNOWN_THEME: Final = {404: "没有这个主题"}

IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,128}$", description="同一请求重试时须相同")
]
