"""Materials go to a department piece by piece, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import httpx
import pytest
from adapters_world import World

from lianban.contracts import names
from lianban.platform.objects import SEGMENT, FolderStore


async def material(world: World, content: bytes) -> tuple[str, str]:
    """Address of a file of that content, and its digest."""
    digest = await world.store.put(content)
    file = {"code": "plan", "name": "图纸", "digest": digest, "media_type": "application/pdf", "file_name": "图纸.pdf"}
    world.intake.dossier["materials"] = [file]
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    return f"/v1/departments/health/tasks/{task}/materials/plan", digest


def stored(world: World, digest: str) -> Path:
    assert isinstance(world.store, FolderStore)
    return world.store._path(digest)


async def test_a_file_of_many_pieces_arrives_whole(world: World) -> None:
    content = os.urandom(3 * SEGMENT + 17)
    address, digest = await material(world, content)
    answer = await world.http.get(address, headers=world.bearer("li"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert hashlib.sha256(answer.content).hexdigest() == digest


async def test_a_file_that_is_damaged_further_on_breaks_off(world: World) -> None:
    """Nobody takes what arrived for the whole file."""
    address, digest = await material(world, os.urandom(3 * SEGMENT))
    path = stored(world, digest)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(httpx.RemoteProtocolError):
        await world.http.get(address, headers=world.bearer("li"))


async def test_a_file_that_is_not_there_is_said_so(world: World) -> None:
    address, digest = await material(world, os.urandom(100))
    stored(world, digest).unlink()
    assert (await world.http.get(address, headers=world.bearer("li"))).status_code == 404
