"""Batches in an exchange folder: what a department's programmer writes by the guide, over the department's own disk."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianban_sandbox.departments.answers import Act


class Damaged(Exception):
    """The batch is not what its manifest says. The text is Chinese."""


@dataclass(frozen=True)
class ExchangeFolder:
    path: Path

    def new_tasks(self) -> Sequence[Path]:
        """Batches not yet taken, by name: those of one task are in order."""
        folder = self.path / "tasks" / "new"
        return sorted(folder.iterdir()) if folder.is_dir() else ()

    def settle(self, batch: Path, reason: str | None = None) -> None:
        """Taken, or put aside with a reason."""
        place = batch.parent.parent / ("done" if reason is None else "quarantine")
        place.mkdir(exist_ok=True)
        if reason is not None:
            (place / f"{batch.name}.reason.txt").write_text(reason + "\n", encoding="utf-8")
        batch.rename(place / batch.name)

    def write_act(self, batch: str, act: Act) -> None:
        """Elsewhere first, then renamed into its place. One that is there already is not written again."""
        place = self.path / "acts" / "new" / batch
        made = self.path / "acts" / "tmp" / f"{batch}-{secrets.token_hex(4)}"
        if place.exists() or self._receipt(batch).exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        made.mkdir(parents=True)
        files = [_written(made, name, content) for name, content in _contents(act).items()]
        _written(made, "manifest.json", _json({"batch": batch, "files": files}))
        made.rename(place)

    def take_receipt(self, batch: str) -> dict[str, Any] | None:
        """Read and cleared away; None while there is none."""
        path = self._receipt(batch)
        with contextlib.suppress(FileNotFoundError):
            receipt: dict[str, Any] = json.loads(path.read_bytes())
            path.unlink()
            return receipt
        return None

    def _receipt(self, batch: str) -> Path:
        return self.path / "acts" / "receipts" / f"{batch}.json"


def message(batch: Path) -> Any:
    """What the platform says, once every file of the batch is what the manifest says. Raises :class:`Damaged`."""
    try:
        manifest = json.loads((batch / "manifest.json").read_bytes())
        for file in manifest["files"]:
            content = (batch / file["name"]).read_bytes()
            if (len(content), hashlib.sha256(content).hexdigest()) != (file["size"], file["sha256"]):
                raise Damaged(f"{file['name']}：与清单不符")
        return json.loads((batch / "task.json").read_bytes())
    except (ValueError, KeyError, TypeError, FileNotFoundError, NotADirectoryError):
        raise Damaged("清单或者任务读不出来，或者缺少文件") from None


def _contents(act: Act) -> dict[str, bytes]:
    """Files of the batch by name: the files of results stand beside the act."""
    contents: dict[str, bytes] = {}
    results = []
    for number, result in enumerate(act.get("results", ()), 1):
        file = dict(result.get("file") or {})
        if content := file.pop("content", None):
            file["stored_as"] = f"{number:02d}-{result['code']}{Path(file['name']).suffix}"
            contents[file["stored_as"]] = base64.b64decode(content)
            result = {**result, "file": file}
        results.append(result)
    return {"act.json": _json(act | {"results": results} if results else act), **contents}


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _written(folder: Path, name: str, content: bytes) -> dict[str, Any]:
    """As the manifest lists it."""
    (folder / name).write_bytes(content)
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
