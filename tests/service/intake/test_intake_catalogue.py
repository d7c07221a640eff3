"""The catalogue is read at the start and again when its folder changes; a broken one never replaces a good one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from intake_world import NOBODY, World, eventually, running

from lianban.catalog.faults import CatalogError


@pytest.fixture
async def own(intake_folder: Path, intake_url: str, tmp_path: Path) -> World:
    """An intake with a catalogue of its own, looked at often."""
    for name in ("keyring.json", "tokens.json"):
        shutil.copy(intake_folder / name, tmp_path)
    shutil.copytree(intake_folder / "catalog", tmp_path / "catalog")
    async with running(tmp_path, intake_url, NOBODY, catalog_poll=0.05) as world:
        yield world


def rewrite(world: World, file: str, old: str, new: str) -> None:
    path = world.settings.catalog_dir / file
    aside = path.with_name(f".{path.name}")
    aside.write_text(path.read_text().replace(old, new))
    os.replace(aside, path)


async def name_of_t1(world: World) -> str:
    return str((await world.http.get("/v1/themes/T1")).json()["name"])


async def until_named(world: World, name: str) -> None:
    async def named() -> bool:
        return await name_of_t1(world) == name

    await eventually(named)


async def until_logged(caplog: pytest.LogCaptureFixture, message: str) -> None:
    async def logged() -> bool:
        return message in caplog.text

    await eventually(logged)


async def test_change_comes_into_force_without_a_restart(own: World) -> None:
    rewrite(own, "themes/T1.yaml", "开小店“一件事”", "开大店“一件事”")
    await until_named(own, "开大店“一件事”")


async def test_broken_change_leaves_the_good_edition(own: World, caplog: pytest.LogCaptureFixture) -> None:
    rewrite(own, "themes/T1.yaml", "lead: permits", "lead: nobody")
    await until_logged(caplog, "the changed catalogue is broken")
    assert await name_of_t1(own) == "开小店“一件事”"
    assert (await own.file()).status_code == 201
    rewrite(own, "themes/T1.yaml", "lead: nobody", "lead: registry")
    rewrite(own, "themes/T1.yaml", "开小店“一件事”", "修好了“一件事”")
    await until_named(own, "修好了“一件事”")


async def test_broken_calendar_leaves_the_good_edition(own: World, caplog: pytest.LogCaptureFixture) -> None:
    edition = own.state.catalogues.current
    rewrite(own, "calendars/2026.yaml", "year:", "yeer:")
    await until_logged(caplog, "the changed catalogue is broken")
    assert own.state.catalogues.current is edition


async def test_running_case_keeps_the_version_it_was_filed_under(own: World) -> None:
    first = await own.filed()
    rewrite(own, "themes/T1.yaml", "开小店“一件事”", "新名字“一件事”")
    await until_named(own, "新名字“一件事”")
    second = await own.filed()
    progress = [(await own.get(f"/v1/applications/{number}")).json() for number in (first, second)]
    assert [case["theme_name"] for case in progress] == ["开小店“一件事”", "新名字“一件事”"]
    assert progress[0]["catalog_version"] != progress[1]["catalog_version"]


async def test_service_does_not_start_on_a_broken_catalogue(
    intake_folder: Path, intake_url: str, tmp_path: Path
) -> None:
    for name in ("keyring.json", "tokens.json"):
        (tmp_path / name).write_bytes((intake_folder / name).read_bytes())
    (tmp_path / "catalog").mkdir()
    with pytest.raises(CatalogError):
        async with running(tmp_path, intake_url, NOBODY):
            pytest.fail("it started")


async def test_guides_are_those_of_the_new_edition(own: World) -> None:
    paths = ("/guide", "/guide/T1", "/guide/T1.pdf", "/guide/T1/poster", "/guide/T1.json")
    before = [await own.http.get(path) for path in paths]
    rewrite(own, "themes/T1.yaml", "开小店“一件事”", "开大店“一件事”")
    await until_named(own, "开大店“一件事”")
    for path, old in zip(paths, before, strict=True):
        new = await own.http.get(path, headers={"If-None-Match": old.headers["etag"]})
        assert new.status_code == 200, path
        assert "开大店“一件事”".encode() in new.content, path
