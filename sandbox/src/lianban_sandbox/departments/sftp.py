"""The SFTP server of the departments that are played by files: each sees its own folder and nothing else."""

from __future__ import annotations

import asyncio
import hmac
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncssh

from lianban.platform.directory import FilesSettings

HOST_KEY: Final = "host.key"
CLIENT_KEY: Final = "client.key"


@dataclass(frozen=True)
class Account:
    """``folder``: what is seen of the disk. One of the others is how its user gets in."""

    folder: Path
    key: asyncssh.SSHKey | None = None
    password: str | None = field(default=None, repr=False)


def new_keys(folder: Path, host: str, port: int) -> tuple[Path, str]:
    """For whoever sets the sandbox up: the platform's key file, and the line that makes the server known. Keys that
    are there stay; one is there whole or not at all, also when setting up was cut off."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (HOST_KEY, CLIENT_KEY):
        if not (folder / name).exists():
            content = asyncssh.generate_private_key("ssh-ed25519").export_private_key()
            unfinished = folder / f"{name}.new"
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            unfinished.rename(folder / name)
    public = asyncssh.read_private_key(folder / HOST_KEY).export_public_key().decode().strip()
    return folder / CLIENT_KEY, f"[{host}]:{port} {public}"


def account_of(settings: FilesSettings, folder: Path) -> Account:
    """As the platform gets in: the sandbox reads the same directory."""
    if settings.private_key_file is None:
        return Account(folder, password=settings.password)
    return Account(folder, asyncssh.read_private_key(settings.private_key_file).convert_to_public())


class _Door(asyncssh.SSHServer):
    def __init__(self, accounts: Mapping[str, Account], inside: set[asyncssh.SSHServerConnection]) -> None:
        self._accounts = accounts
        self._inside = inside

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._inside.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._inside.discard(self._connection)

    def public_key_auth_supported(self) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        account = self._accounts.get(username)
        return account is not None and account.key is not None and account.key == key

    def validate_password(self, username: str, password: str) -> bool:
        account = self._accounts.get(username)
        known = account.password if account is not None else None
        return known is not None and hmac.compare_digest(known.encode(), password.encode())


@asynccontextmanager
async def serving_files(accounts: Mapping[str, Account], host_key: Path, bound: socket.socket) -> AsyncIterator[None]:
    """``accounts`` by user, on a socket that is bound. For the length of the block."""

    def session(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        account = accounts[str(channel.get_extra_info("username"))]
        return asyncssh.SFTPServer(channel, chroot=os.fsencode(account.folder))

    inside: set[asyncssh.SSHServerConnection] = set()
    for account in accounts.values():
        account.folder.mkdir(parents=True, exist_ok=True)
    server = await asyncssh.listen(
        sock=bound,
        server_factory=lambda: _Door(accounts, inside),
        server_host_keys=[host_key],
        sftp_factory=session,
        config=None,
    )
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()
        left = list(inside)
        for connection in left:
            connection.abort()
        await asyncio.gather(*(connection.wait_closed() for connection in left))
