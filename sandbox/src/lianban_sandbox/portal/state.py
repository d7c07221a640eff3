"""Where a running stack is, and the keys to it: the state folder, as whoever runs the stack may read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianban.platform.auth import TokenAuthority
from lianban_sandbox.portal.client import PortalClient


class NoStack(Exception):
    """The folder holds no stack that has been started."""


@dataclass(frozen=True)
class RunningStack:
    """``urls`` by the name of the service; ``ports`` likewise."""

    urls: dict[str, str]
    ports: dict[str, int]
    authority: TokenAuthority

    @classmethod
    def read(cls, folder: Path) -> RunningStack:
        """Raises :class:`NoStack`."""
        try:
            described: dict[str, Any] = json.loads((folder / "stack.json").read_text(encoding="utf-8"))
            authority = TokenAuthority.load(folder / "secrets" / "token-keys.json")
        except OSError as error:
            raise NoStack(f"{folder}: {error.strerror}") from None
        return cls(described["urls"], described["ports"], authority)

    def portal(self, system: str = "sandbox-portal") -> PortalClient:
        return PortalClient.signed_in(self.urls["intake"], self.authority, system=system)
