"""The published edition: in force for the next application, never a broken one; cases keep their version."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from intake_events import accepted, granted, licence, record, started
from intake_world import NOBODY, World, eventually, running, slug

from fixtures.catalogues import edit
from lianban.catalog.faults import CatalogError
from lianban.publishing.files import StoreDamaged
from lianban.publishing.publisher import Outcome, publish
from lianban.publishing.store import NothingPublished, PublishedStore

RARELY = 3600.0


def published(folder: Path, note: str = "") -> Outcome:
    return publish(folder / "catalog", PublishedStore(folder / "store"), note)


@pytest.fixture
def own_folder(intake_folder: Path, tmp_path: Path) -> Path:
    """Keys, a catalogue of one's own, and the store it has been published into once."""
    for name in ("keyring.json", "tokens.json"):
        shutil.copy(intake_folder / name, tmp_path)
    shutil.copytree(intake_folder / "catalog", tmp_path / "catalog")
    published(tmp_path, "首版")
    return tmp_path


@pytest.fixture
async def own(own_folder: Path, intake_url: str) -> World:
    """Looks at the store by itself too rarely to matter: what comes into force does so because somebody asks."""
    settings: dict[str, Any] = {"catalog_dir": None, "catalog_store": own_folder / "store", "catalog_poll": RARELY}
    async with running(own_folder, intake_url, NOBODY, **settings) as world:
        yield world


async def t1(world: World) -> dict[str, Any]:
    theme: dict[str, Any] = (await world.http.get("/v1/themes/T1")).json()
    return theme


async def as_told(world: World, case_no: str) -> list[Any]:
    """All that is told of a case: progress, events, results, and what its departments may see."""
    found = [(await world.get(f"/v1/applications/{case_no}{part}")).json() for part in ("", "/events", "/results")]
    for step in ("owner-check", "hygiene", "gas-supply"):
        response = await world.get(f"/internal/v1/cases/{case_no}/steps/{step}/dossier?purpose=x", "service")
        found.append(response.json())
    return found


async def test_what_is_published_is_in_force_for_the_next_application(own: World, own_folder: Path) -> None:
    first = await own.filed()
    # Names, promise, form, steps and who handles them: all of it changes.
    edit(own_folder / "catalog", "themes/T1.yaml", "开小店“一件事”", "开大店“一件事”")
    edit(own_folder / "catalog", "themes/T1.yaml", "    - {matter: gas-supply, after: [hygiene]}\n", "")
    edit(own_folder / "catalog", "matters/permits.yaml", "name: 卫生许可\n", "name: 新卫生许可\n")
    edit(own_folder / "catalog", "matters/permits.yaml", "name: 卫生许可证, mat", "name: 新许可证, mat")
    edit(own_folder / "catalog", "elements.yaml", "label: 天然气", "label: 管道气")
    edit(own_folder / "catalog", "departments.yaml", "name: 许可局", "name: 审批局")
    outcome = published(own_folder, "改版")
    second = await own.filed()

    cases = [(await own.get(f"/v1/applications/{number}")).json() for number in (first, second)]
    assert [case["theme_name"] for case in cases] == ["开小店“一件事”", "开大店“一件事”"]
    assert [len(case["steps"]) for case in cases] == [4, 3]
    assert cases[1]["catalog_version"] == outcome.edition.themes["T1"].version
    versions = (await own.http.get("/v1/themes/T1/versions")).json()["versions"]
    assert [item["version"] for item in versions] == [case["catalog_version"] for case in reversed(cases)]


async def test_a_case_is_read_as_it_was_filed_whatever_is_published_since(own: World, own_folder: Path) -> None:
    case_no = await own.filed()
    document = await licence(own)
    events = [accepted(1), started(2, "owner-check"), granted(3, "owner-check"), granted(4, "hygiene", document)]
    await record(own, case_no, *events)
    before = await as_told(own, case_no)
    edit(own_folder / "catalog", "themes/T1.yaml", "开小店“一件事”", "开大店“一件事”")
    edit(own_folder / "catalog", "themes/T1.yaml", "    - {matter: gas-supply, after: [hygiene]}\n", "")
    edit(own_folder / "catalog", "elements.yaml", "name: 燃料", "name: 使用的燃料")
    edit(own_folder / "catalog", "elements.yaml", "label: 天然气", "label: 管道气")
    edit(own_folder / "catalog", "materials.yaml", "name: 房屋租赁合同", "name: 租房合同")
    edit(own_folder / "catalog", "departments.yaml", "name: 许可局", "name: 审批局")
    published(own_folder)
    assert (await t1(own))["name"] == "开大店“一件事”"
    own.state.dossiers._cuts.clear()  # as after a restart
    assert await as_told(own, case_no) == before


async def test_a_theme_names_its_version_and_lists_those_published(own: World, own_folder: Path) -> None:
    first = (await t1(own))["version"]
    edit(own_folder / "catalog", "themes/T1.yaml", "promised: 15", "promised: 14")
    published(own_folder, "提速")
    found = (await own.http.get("/v1/themes/T1/versions")).json()
    assert found["version"] == (await t1(own))["version"] != first
    told = [(item["number"], item["note"], item["in_force"], item["changes"]) for item in found["versions"]]
    assert told == [(2, "提速", True, ["主题：办理时限"]), (1, "首版", False, ["首次发布"])]
    assert slug(await own.http.get("/v1/themes/X9/versions")) == "unknown-theme"


async def test_a_working_folder_has_no_published_versions(intake: World) -> None:
    found = (await intake.http.get("/v1/themes/T1/versions")).json()
    assert found == {"theme": "T1", "version": (await t1(intake))["version"], "versions": []}


async def test_a_broken_catalogue_leaves_the_good_edition(own: World, own_folder: Path) -> None:
    edit(own_folder / "catalog", "themes/T1.yaml", "lead: permits", "lead: nobody")
    with pytest.raises(CatalogError):
        published(own_folder)
    assert (await own.file()).status_code == 201


@pytest.mark.parametrize(
    "damage", ["half a pointer", "no pointer", "tampered theme", "missing theme", "missing shared", "missing calendar"]
)
async def test_a_damaged_store_leaves_the_good_edition(
    own: World, own_folder: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    edit(own_folder / "catalog", "themes/T1.yaml", "开小店“一件事”", "开大店“一件事”")
    edit(own_folder / "catalog", "departments.yaml", "name: 许可局", "name: 审批局")
    (own_folder / "catalog" / "calendars" / "2027.yaml").unlink()
    outcome = published(own_folder)
    shared = own_folder / "store" / "shared" / f"{outcome.edition.shared}.json"
    calendar = own_folder / "store" / "calendars" / f"{outcome.edition.calendar}.json"
    pointer = own_folder / "store" / "edition.json"
    theme = own_folder / "store" / "themes" / "T1" / f"{outcome.edition.themes['T1'].record}.json"
    whole = {path: path.read_bytes() for path in (pointer, theme, shared, calendar)}
    match damage:
        case "half a pointer":
            pointer.write_bytes(whole[pointer][:60])
        case "no pointer":
            pointer.unlink()
        case "tampered theme":
            theme.write_bytes(whole[theme].replace("开大店".encode(), "开黑店".encode()))
        case _:
            {"theme": theme, "shared": shared, "calendar": calendar}[damage.removeprefix("missing ")].unlink()
    for _ in range(2):
        assert (await t1(own))["name"] == "开小店“一件事”"
    assert (await own.file()).status_code == 201
    assert caplog.text.count("the changed catalogue is broken") == 1
    # Repaired, it comes into force: by the next request where the pointer changed, else by the watch.
    for path, content in whole.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
    task = asyncio.create_task(own.state.catalogues.watch(0.01))
    try:
        await eventually(lambda: named(own, "开大店“一件事”"))
    finally:
        task.cancel()


async def test_an_edition_out_of_reach_for_a_moment_is_tried_again(
    own: World, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_reach(store: PublishedStore) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    edit(own_folder / "catalog", "themes/T1.yaml", "开小店“一件事”", "开大店“一件事”")
    published(own_folder)
    with monkeypatch.context() as patched:
        patched.setattr(PublishedStore, "load", out_of_reach)
        assert (await t1(own))["name"] == "开小店“一件事”"
    task = asyncio.create_task(own.state.catalogues.watch(0.01))
    try:
        await eventually(lambda: named(own, "开大店“一件事”"))
    finally:
        task.cancel()


async def named(world: World, name: str) -> bool:
    return bool((await t1(world))["name"] == name)


async def test_versions_damaged_since_are_told_as_unavailable(own: World, own_folder: Path) -> None:
    [path] = (own_folder / "store" / "themes" / "T1").iterdir()
    path.write_text("{}")
    response = await own.http.get("/v1/themes/T1/versions")
    assert (response.status_code, slug(response)) == (503, "unavailable")
    assert (await own.file()).status_code == 201


async def test_it_does_not_start_on_an_empty_or_a_damaged_store(own_folder: Path, intake_url: str) -> None:
    [path] = (own_folder / "store" / "calendars").iterdir()
    path.write_text("[]")
    for store, error in ((own_folder / "store", StoreDamaged), (own_folder / "nowhere", NothingPublished)):
        with pytest.raises(error):
            async with running(own_folder, intake_url, NOBODY, catalog_store=store):
                pytest.fail("it started")
