"""HTTP to other systems: one session for each purpose, kept open as long as the service."""

from __future__ import annotations

from typing import Final

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

_IDLE: Final = 4.0
"""Seconds. Most servers end an idle connection after five: a POST must not meet one that is just being ended, for it
would not be known whether it arrived."""


def open_session(timeout: ClientTimeout, connections: int = 100) -> ClientSession:
    """To be closed by the caller. No cookies, nothing from the environment (proxies, .netrc); certificates are verified
    against the system's. Redirects are the caller's to refuse (``allow_redirects=False``): a signed message or a
    token goes where it was addressed and nowhere else."""
    return ClientSession(
        connector=TCPConnector(limit=connections, keepalive_timeout=_IDLE),
        cookie_jar=DummyCookieJar(),
        timeout=timeout,
        trust_env=False,
    )
