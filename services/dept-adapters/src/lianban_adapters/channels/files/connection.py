"""The way to a department's SFTP server: one connection, kept, and opened anew after it has failed. The server is
theirs: whatever goes wrong there means "not now"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncssh

from lianban.platform.directory import FilesSettings
from lianban_adapters.channels.files.folder import Folder
from lianban_adapters.channels.files.layout import FOLDERS
from lianban_adapters.channels.port import Unavailable

_KEEPALIVE: Final = 30  # seconds: firewalls forget idle connections
_MISSED: Final = 3
_GRACE: Final = 2.0  # seconds
_FAILURES: Final = (asyncssh.Error, asyncssh.KeyImportError, OSError, TimeoutError)
_ANEW: Final = (
    asyncssh.SFTPNoConnection,
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPBadMessage,
    asyncssh.SFTPNoSuchFile,  # somebody has taken away a folder of the layout: it is made with the next connection
    asyncssh.SFTPNoSuchPath,
)


@dataclass
class _Link:
    connection: asyncssh.SSHClientConnection
    folder: Folder
    users: int = 0

    @property
    def is_open(self) -> bool:
        return not self.connection.is_closed()


class FilesConnection:
    """``at_once``: how many may use it at a time; ``timeout``: seconds for whatever is done in one go, waiting and
    connecting included. Raises ValueError when ``known_hosts`` cannot be read: :mod:`.way_in` tells it before."""

    def __init__(self, settings: FilesSettings, at_once: int, timeout: float) -> None:
        self._settings = settings
        self._known_hosts = asyncssh.import_known_hosts(settings.known_hosts)
        self._timeout = timeout
        self._slots = asyncio.Semaphore(at_once)
        self._opening = asyncio.Lock()
        self._link: _Link | None = None

    @property
    def server(self) -> str:
        return self._settings.host

    async def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.connection.abort()
            await link.connection.wait_closed()

    @asynccontextmanager
    async def folder(self) -> AsyncIterator[Folder]:
        """Raises :class:`Unavailable`."""
        with _reaching():
            async with asyncio.timeout(self._timeout) as limit, self._slots, self._linked(limit) as folder:
                yield folder

    @asynccontextmanager
    async def _linked(self, limit: asyncio.Timeout) -> AsyncIterator[Folder]:
        async with self._opening:
            if self._link is None or not self._link.is_open:
                self._link = await self._open()
            link = self._link
        link.users += 1
        # What is interrupted still closes what it had opened, and asks the server to; one that hangs never answers.
        end = asyncio.get_running_loop().call_at((limit.when() or 0.0) + _GRACE, link.connection.abort)
        try:
            yield link.folder
        except BaseException as error:
            # What was interrupted, by the clock above all, says that the server may not answer any more. Others who
            # are in the midst of something may still come to its end.
            if self._link is link and not _is_an_answer(error):
                self._link = None
            raise
        finally:
            end.cancel()
            link.users -= 1
            if link is not self._link and link.users == 0:
                link.connection.abort()

    async def _open(self) -> _Link:
        settings = self._settings
        way_in: dict[str, Any] = (
            {"client_keys": [settings.private_key_file], "preferred_auth": "publickey"}
            if settings.private_key_file is not None
            else {"client_keys": None, "password": settings.password, "preferred_auth": "password,keyboard-interactive"}
        )
        connection = await asyncssh.connect(
            settings.host,
            settings.port,
            username=settings.user,
            known_hosts=self._known_hosts,
            config=None,  # what the account we run under has in its home is nobody's business here
            agent_path=None,
            gss_auth=False,
            gss_kex=False,
            disable_trivial_auth=True,
            keepalive_interval=_KEEPALIVE,
            keepalive_count_max=_MISSED,
            **way_in,
        )
        try:
            folder = Folder(await connection.start_sftp_client(), settings.folder)
            for path in FOLDERS:
                await folder.make(path)
        except BaseException:
            connection.abort()
            raise
        return _Link(connection, folder)


def _is_an_answer(error: BaseException) -> bool:
    """Whether the server has merely said no, or the error is not of its making."""
    if isinstance(error, asyncssh.SFTPError):
        return not isinstance(error, _ANEW)
    return isinstance(error, Exception) and not isinstance(error, _FAILURES)


@contextmanager
def _reaching() -> Iterator[None]:
    """Names the error, never quotes it: it may repeat the name of a file."""
    try:
        yield
    except asyncssh.HostKeyNotVerifiable:
        raise Unavailable("SFTP 服务器的主机密钥与登记的不符，没有登录") from None
    except asyncssh.PermissionDenied:
        raise Unavailable("SFTP 服务器不接受登记的账号") from None
    except _FAILURES as error:
        raise Unavailable(f"SFTP 目录无法使用（{type(error).__name__}）") from None
