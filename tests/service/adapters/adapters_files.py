"""A department's SFTP server, and the department at work in its folder: what it writes and what it finds there."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

import asyncssh
from adapters_world import World, decision

from lianban.platform.directory import FilesSettings
from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.files.connection import FilesConnection
from lianban_adapters.channels.port import DossierSource
from lianban_adapters.dossiers.models import Dossier, DossierMaterial

USER = "lianban"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class _Sftp(asyncssh.SFTPServer):
    def __init__(self, channel: asyncssh.SSHServerChannel, served: FolderServer) -> None:
        super().__init__(channel, chroot=os.fsencode(served.root))
        self._served = served
        self._there: set[int] = set()

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        self._served.listed[path.decode(errors="surrogateescape")] += 1
        self._check(path)
        async for name in super().scandir(path):
            self._served.named += 1
            yield name

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        is_there = not pflags & asyncssh.FXF_CREAT
        self._refuse("open", is_there and bool(pflags & asyncssh.FXF_WRITE))
        opened = super().open(path, pflags, attrs)
        (self._there.add if is_there else self._there.discard)(id(opened))  # one that is closed leaves its id to others
        return opened

    def _refuse(self, what: str, concerned: bool) -> None:
        if concerned and self._served.refused == what:
            raise asyncssh.SFTPPermissionDenied("forbidden")

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        self._check(oldpath)
        if self._served.breaks_at is not None and self._served.breaks_at in newpath.decode(errors="surrogateescape"):
            self._served.breaks_at = None
            self._break()
        return super().rename(oldpath, newpath)

    def remove(self, path: bytes) -> Any:
        self._check(path)
        removed = super().remove(path)
        if self._served.on_removal:
            self._served.on_removal()
        return removed

    def _check(self, path: bytes) -> None:
        if os.path.basename(path).decode(errors="surrogateescape") in self._served.forbidden:
            raise asyncssh.SFTPPermissionDenied("forbidden")

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        self._refuse("read", id(file_obj) in self._there)
        await self._served.readable.wait()
        content = super().read(file_obj, offset, size)
        assert isinstance(content, bytes)
        self._served.read += len(content)
        return content

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        self._refuse("write", id(file_obj) in self._there)
        await self._served.open.wait()
        if self._served.rate is not None:
            async with self._served.line:
                await asyncio.sleep(len(data) / self._served.rate)
        self._served.written += len(data)
        if self._served.breaks_after is not None and self._served.written > self._served.breaks_after:
            self._served.breaks_after = None
            self._break()
        written = super().write(file_obj, offset, data)
        assert isinstance(written, int)
        return written

    def _break(self) -> None:
        self.channel.get_connection().abort()
        raise asyncssh.SFTPConnectionLost("broken")


class FolderServer:
    """``root``: what its one user sees. ``logins``: connections that got in. ``listed``: how often each folder was,
    ``named``: entries that were told.

    ``open`` is cleared to let every write hang, ``readable`` every read; ``rate``: bytes a second that may be written.
    ``breaks_after``: bytes after which the connection breaks, once, and ``breaks_at`` a part of the path to which
    something is renamed then. ``forbidden``: names of what its user may neither look into nor move nor
    remove. ``refused``:
    what may not be done with a file that is there: to open it for writing, to read or to write. ``on_removal``: called
    after each file that was removed."""

    def __init__(self, root: Path, host_key: asyncssh.SSHKey, client_key: asyncssh.SSHKey) -> None:
        self.root = root
        self.host_key = host_key
        self._client_key = client_key
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self.port = 0
        self.logins = 0
        self.listed: Counter[str] = Counter()
        self.named = 0
        self.open = asyncio.Event()
        self.open.set()
        self.readable = asyncio.Event()
        self.readable.set()
        self.written = 0
        self.read = 0
        self.rate: float | None = None
        self.line = asyncio.Lock()
        self.breaks_after: int | None = None
        self.breaks_at: str | None = None
        self.forbidden: set[str] = set()
        self.refused: str | None = None
        self.on_removal: Callable[[], None] | None = None

    async def start(self) -> None:
        served = self

        class Server(asyncssh.SSHServer):
            def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
                self.connection = conn

            def auth_completed(self) -> None:
                served.logins += 1
                served._connections.add(self.connection)

            def connection_lost(self, exc: Exception | None) -> None:
                served._connections.discard(self.connection)

        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=Server,
            server_host_keys=[self.host_key],
            authorized_client_keys=asyncssh.import_authorized_keys(self._client_key.export_public_key().decode()),
            sftp_factory=lambda channel: _Sftp(channel, served),
            config=None,
        )
        self.port = self._acceptor.get_port()

    async def stop(self) -> None:
        acceptor, self._acceptor = self._acceptor, None
        if acceptor is not None:
            acceptor.close()
            await acceptor.wait_closed()
        await self.hang_up()

    async def hang_up(self) -> None:
        """Every connection ends; the server goes on."""
        gone = list(self._connections)
        for connection in gone:
            connection.abort()
        await asyncio.gather(*(connection.wait_closed() for connection in gone))


class DepartmentFolder:
    """The exchange folder as the department has it on its own disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def batch(self, key: str, place: str = "new") -> Path:
        """Of a message the platform has sent."""
        return self.path / "tasks" / place / key.replace(":", ".")

    def task(self, key: str) -> dict[str, Any]:
        return dict(json.loads((self.batch(key) / "task.json").read_bytes()))

    def receipt(self, batch: str) -> dict[str, Any] | None:
        path = self.path / "acts" / "receipts" / f"{batch}.json"
        return json.loads(path.read_bytes()) if path.exists() else None

    def reason(self, batch: str) -> str:
        return (self.path / "acts" / "quarantine" / f"{batch}.reason.txt").read_text(encoding="utf-8")

    def forget(self, batch: str) -> None:
        """The department has read the receipt."""
        (self.path / "acts" / "receipts" / f"{batch}.json").unlink(missing_ok=True)

    def write(self, batch: str, act: Any, files: dict[str, bytes] | None = None, **changes: Any) -> Path:
        """As the guide says: elsewhere first, then renamed."""
        made = self.path / "acts" / "tmp" / f"{batch}-{secrets.token_hex(4)}"
        fill(made, batch, act, files, **changes)
        target = self.path / "acts" / "new" / batch
        made.rename(target)
        return target


def fill(
    folder: Path, batch: str, act: Any, files: dict[str, bytes] | None = None, manifest: Any = None, **listed: Any
) -> None:
    """``act``: an object, or bytes. ``manifest``: instead of the right one; ``listed``: instead of what it says of a
    file, by name."""
    folder.mkdir(parents=True)
    content = act if isinstance(act, bytes) else json.dumps(act, ensure_ascii=False).encode()
    contents = {"act.json": content, **(files or {})}
    for name, written in contents.items():
        (folder / name).write_bytes(written)
    if manifest is None:
        entries = [{**entry_of(name, content), **listed.get(name, {})} for name, content in contents.items()]
        manifest = {"batch": batch, "files": entries}
    text = manifest if isinstance(manifest, bytes) else json.dumps(manifest, ensure_ascii=False).encode()
    (folder / "manifest.json").write_bytes(text)


def entry_of(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def certificate(content: bytes = PDF, **changes: Any) -> dict[str, Any]:
    """A result with its file in the batch."""
    file = {"name": "许可证.pdf", "media_type": "application/pdf", "stored_as": "licence.pdf", **changes}
    return {"code": "licence", "name": "许可证", "number": "样〔2026〕1号", "file": file}


def act_of(case_no: str, step: str, **changes: Any) -> dict[str, Any]:
    """An officer grants the step."""
    return decision(case_no, step, **{"officer": "HX-0007", **changes})


@asynccontextmanager
async def served(root: Path) -> AsyncIterator[tuple[FolderServer, dict[str, Any]]]:
    """With the settings the platform needs for it."""
    root.mkdir()
    host_key, client_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    key_file = root.parent / f"{root.name}.key"
    client_key.write_private_key(key_file)
    server = FolderServer(root, host_key, client_key)
    await server.start()
    try:
        yield server, settings_of(server, key_file)
    finally:
        await server.stop()
        shutil.rmtree(root)


def settings_of(server: FolderServer, key_file: Path, host_key: asyncssh.SSHKey | None = None) -> dict[str, Any]:
    key = (host_key or server.host_key).export_public_key().decode()
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "user": USER,
        "private_key_file": str(key_file),
        "known_hosts": f"[127.0.0.1]:{server.port} {key}",
        "folder": "exchange",
        "interval": 0.1,
        "batch": 5,
        "settle": 0.3,
    }


async def receipt(world: World, folder: DepartmentFolder, batch: str, seconds: float = 20) -> dict[str, Any]:
    """Of the batch, once it is settled and has been moved away."""

    async def there() -> bool:
        return folder.receipt(batch) is not None and not (folder.path / "acts" / "new" / batch).exists()

    await world.until(there, seconds)
    found = folder.receipt(batch)
    assert found is not None
    return found


@asynccontextmanager
async def connected(
    settings: dict[str, Any], timeout: float = 10.0, at_once: int = 5
) -> AsyncIterator[FilesConnection]:
    connection = FilesConnection(FilesSettings.model_validate(settings), at_once, timeout)
    try:
        yield connection
    finally:
        await connection.close()


class Piecewise:
    """A store that gives no object as a whole."""

    def __init__(self, store: ObjectStore) -> None:
        self.put = store.put
        self.stream = store.stream


async def dossier_of(store: ObjectStore, *contents: bytes) -> DossierSource:
    digests = [await store.put(content) for content in contents]

    async def dossier() -> Dossier:
        material = {"code": "deed", "name": "不动产权证", "media_type": "application/pdf", "file_name": "证.pdf"}
        materials = tuple(DossierMaterial(digest=digest, **material) for digest in digests)
        return Dossier(elements={}, materials=materials, applicant={})

    return dossier


def whole(batch: Path) -> bool:
    """Everything the manifest lists is there, as it says; beside it nothing."""
    listed = json.loads((batch / "manifest.json").read_bytes())["files"]
    found = [entry_of(path.name, path.read_bytes()) for path in batch.iterdir() if path.name != "manifest.json"]
    return sorted(found, key=itemgetter("name")) == sorted(listed, key=itemgetter("name"))


@asynccontextmanager
async def served_elsewhere(root: Path) -> AsyncIterator[dict[str, Any]]:
    """By a process of its own, whose work is not ours. Ends with its input."""
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        str(root),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},  # what tests share is found there as it is here
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield json.loads(await server.stdout.readline())
    finally:
        server.stdin.close()
        await server.wait()


async def _serve(root: Path) -> None:
    async with served(root) as (_, settings):
        sys.stdout.write(json.dumps(settings) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
