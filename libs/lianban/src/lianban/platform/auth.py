"""The platform's own bearer tokens: JWT, HS256 (RFC 7519), under a ring of keys."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from lianban.platform.keyfile import KeyFile
from lianban.platform.problems import Problem

Role = Literal[
    "portal",
    "window",
    "officer",
    "agency_head",
    "government_head",
    "supervisor",
    "service",
    "operator",
    "department",
]
"""``service``: one of the platform's own. ``department``: a department's system, which is not one of them.
``agency_head`` and ``government_head`` approve what an officer may not; the capacities of officers are those of
:class:`lianban.contracts.status.Role`, by the same names."""
ROLES: Final[frozenset[str]] = frozenset(get_args(Role))

_ISSUER: Final = "lianban"
_ALGORITHM: Final = "HS256"
_LEEWAY: Final = timedelta(seconds=30)
_REMEMBERED: Final = 4096
_REQUIRED: Final = ("sub", "iat", "exp", "iss", "aud")


@dataclass(frozen=True)
class Principal:
    """Who calls: a program or a person, what it may do, and the department an officer or system belongs to."""

    subject: str
    roles: frozenset[str]
    department: str | None = None


class TokenAuthority:
    """Issues and verifies tokens. The active key signs; every key of the ring is still accepted.

    A token that was found good is remembered until it expires: its callers send it with every request.
    """

    def __init__(self, file: KeyFile) -> None:
        self._file = file
        self._known: dict[str, tuple[Principal, float]] = {}

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls(KeyFile.load(path))

    @classmethod
    def generate(cls) -> Self:
        return cls(KeyFile.generate())

    def save(self, path: Path) -> None:
        self._file.save(path)

    def issue(
        self,
        subject: str,
        roles: tuple[Role, ...],
        department: str | None = None,
        ttl: timedelta = timedelta(hours=1),
    ) -> str:
        now = datetime.now(UTC)
        claims: dict[str, Any] = {
            "sub": subject,
            "roles": list(roles),
            "iss": _ISSUER,
            "aud": _ISSUER,
            "iat": now,
            "exp": now + ttl,
        }
        if department is not None:
            claims["department"] = department
        return jwt.encode(claims, self._file.keys[self._file.active], _ALGORITHM, {"kid": self._file.active})

    def verify(self, token: str) -> Principal:
        """Raises the problem 401 ``unauthenticated``."""
        if known := self._known.get(token):
            caller, expires = known
            if time.time() < expires:
                return caller
            self._known.pop(token, None)
        caller, expires = self._read(token)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        if time.time() < expires:  # and not within the leeway after it
            self._known[token] = caller, expires
        return caller

    def _read(self, token: str) -> tuple[Principal, float]:
        try:
            key = self._file.keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=_ISSUER,
                issuer=_ISSUER,
                leeway=_LEEWAY,
                options={"require": list(_REQUIRED)},
            )
            roles = frozenset(str(role) for role in claims.get("roles", ())) & ROLES
        except (jwt.PyJWTError, KeyError, TypeError):
            raise _unauthenticated("令牌无效或已过期。") from None
        return Principal(str(claims["sub"]), roles, claims.get("department")), float(claims["exp"])


_bearer = HTTPBearer(auto_error=False, description="平台令牌（JWT）")


# Coroutines, though they wait for nothing: FastAPI sends a plain function to a thread, which costs more than it does.
async def principal(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    """Dependency: the caller. The authority is the one given to :func:`lianban.platform.service.create_app`."""
    if credentials is None:
        raise _unauthenticated("请在 Authorization 头中提供令牌。")
    authority: TokenAuthority = request.app.state.authority
    return authority.verify(credentials.credentials)


def require(*roles: Role) -> Callable[[Principal], Awaitable[Principal]]:
    """Dependency factory: the caller, who must have one of ``roles``; otherwise the problem 403 ``forbidden``."""
    allowed = frozenset(roles)

    async def check(caller: Annotated[Principal, Depends(principal)]) -> Principal:
        if not allowed & caller.roles:
            raise forbidden()
        return caller

    return check


def forbidden() -> Problem:
    return Problem(403, "forbidden", "没有权限", "当前身份不能办理此操作。")


def _unauthenticated(detail: str) -> Problem:
    return Problem(401, "unauthenticated", "未通过身份认证", detail, headers={"WWW-Authenticate": "Bearer"})
