"""Publishing: immutable versions, one pointer, nothing broken ever in force."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.catalogues import edit, small, snapshot
from lianban.catalog.faults import CatalogError
from lianban.catalog.index import theme_index
from lianban.catalog.loader import load_catalog
from lianban.clock.files import CalendarFileError, load_calendar
from lianban.publishing import files, publisher
from lianban.publishing.files import StoreDamaged, canonical, keep
from lianban.publishing.publisher import publish
from lianban.publishing.store import NothingPublished, PublishedStore, UnknownVersion, catalog_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small(tmp_path / "catalog")


@pytest.fixture
def store(tmp_path: Path) -> PublishedStore:
    return PublishedStore(tmp_path / "store")


def versions(store: PublishedStore, theme: str = "T1") -> list[int]:
    found = store.in_force()
    assert found
    return [record.number for _, record in store.history(theme, found[1].themes[theme].latest)]


def test_what_is_published_is_what_was_checked(folder: Path, store: PublishedStore) -> None:
    outcome = publish(folder, store, "首版", datetime(2026, 3, 2, 1, 0, 0, 5, UTC))
    catalog, loaded = load_catalog(folder), store.load()
    for section in ("elements", "materials", "matters", "themes", "divisions", "departments", "licences"):
        assert getattr(loaded.catalog, section) == {
            code: entry for code, entry in getattr(catalog, section).items() if code in getattr(loaded.catalog, section)
        }
    assert loaded.catalog.themes.keys() == catalog.themes.keys()
    assert list(loaded.catalog.departments) == list(catalog.departments)
    assert loaded.calendar == load_calendar(folder / "calendars")
    assert loaded.digest == outcome.digest
    for code, theme in loaded.record.themes.items():
        assert theme.version == theme_index(catalog, code).version
        record = store.version(code, theme.record)
        assert (record.number, record.note, record.changes) == (1, "首版", ("首次发布",))
        assert record.published_at == datetime(2026, 3, 2, 1, tzinfo=UTC)
        assert theme_index(catalog_of(record), code).version == theme.version


def test_only_themes_that_changed_get_a_version(folder: Path, store: PublishedStore) -> None:
    publish(folder, store)
    edit(folder, "elements.yaml", "燃料", "使用的燃料")
    outcome = publish(folder, store, "改名")
    assert [(record.theme, record.number, record.changes) for record in outcome.made] == [
        ("T1", 2, ("修改数据元：使用的燃料",))
    ]
    assert (versions(store), versions(store, "T2")) == ([2, 1], [1])


def test_publishing_the_same_again_changes_nothing(folder: Path, store: PublishedStore) -> None:
    first = publish(folder, store)
    before = snapshot(store.folder)
    again = publish(folder, store, "再来")
    assert (again.changed, again.digest) == (False, first.digest)
    assert snapshot(store.folder) == before


def test_earlier_versions_never_change(folder: Path, store: PublishedStore) -> None:
    publish(folder, store)
    before = snapshot(store.folder)
    edit(folder, "themes/T1.yaml", "promised: 15", "promised: 16")
    publish(folder, store)
    after = snapshot(store.folder)
    assert {name for name in before if after[name] != before[name]} == {"edition.json"}


def test_a_theme_put_back_is_its_earlier_version(folder: Path, store: PublishedStore) -> None:
    publish(folder, store)
    edit(folder, "themes/T1.yaml", "promised: 15", "promised: 16")
    publish(folder, store)
    edit(folder, "themes/T1.yaml", "promised: 16", "promised: 15")
    outcome = publish(folder, store)
    assert (outcome.restored, outcome.made) == (["T1"], [])
    assert outcome.edition.themes["T1"].number == 1
    assert versions(store) == [2, 1]
    edit(folder, "themes/T1.yaml", "promised: 15", "promised: 17")
    publish(folder, store)
    assert versions(store) == [3, 2, 1]


def test_a_theme_taken_away_keeps_its_past(folder: Path, store: PublishedStore) -> None:
    publish(folder, store)
    text = (folder / "themes" / "T2.yaml").read_text()
    (folder / "themes" / "T2.yaml").unlink()
    assert publish(folder, store).retired == ["T2"]
    assert store.load().catalog.themes.keys() == {"T1"}
    assert store.find("T2", "1").theme == "T2"
    (folder / "themes" / "T2.yaml").write_text(text.replace("装一块招牌", "装两块招牌"))
    publish(folder, store)
    assert versions(store, "T2") == [2, 1]


def test_a_new_calendar_is_a_new_edition(folder: Path, store: PublishedStore) -> None:
    publish(folder, store)
    (folder / "calendars" / "2027.yaml").unlink()
    outcome = publish(folder, store)
    assert (outcome.changed, outcome.made, outcome.edition.number) == (True, [], 2)
    assert store.load().calendar == load_calendar(folder / "calendars")


def test_a_broken_catalogue_writes_nothing(folder: Path, store: PublishedStore) -> None:
    publish(folder, store)
    before = snapshot(store.folder)
    edit(folder, "themes/T1.yaml", "lead: permits", "lead: nobody")
    edit(folder, "themes/T2.yaml", "matter: signboard", "matter: nothing")
    with pytest.raises(CatalogError) as raised:
        publish(folder, store)
    assert {fault.file for fault in raised.value.faults} >= {"themes/T1.yaml", "themes/T2.yaml"}
    assert snapshot(store.folder) == before


def test_a_broken_calendar_writes_nothing(folder: Path, store: PublishedStore) -> None:
    (folder / "calendars" / "2026.yaml").write_text("year: 2026")
    with pytest.raises(CalendarFileError):
        publish(folder, store)
    assert not store.folder.exists()


@pytest.mark.parametrize("kind", ["themes/T1", "editions", "shared", "calendars"])
def test_a_tampered_file_is_refused_by_name(folder: Path, store: PublishedStore, kind: str) -> None:
    publish(folder, store)
    [path] = (store.folder / kind).iterdir()
    path.write_text(path.read_text().replace("2026", "2062").replace("天门市", "仙桃市").replace("小店", "大店"))
    with pytest.raises(StoreDamaged, match=path.name):
        store.load()


@pytest.mark.parametrize("kind", ["themes/T1", "editions", "shared", "calendars"])
def test_a_missing_file_is_refused_by_name(folder: Path, store: PublishedStore, kind: str) -> None:
    publish(folder, store)
    [path] = (store.folder / kind).iterdir()
    path.unlink()
    with pytest.raises(StoreDamaged, match=f"{path.name}: 文件不存在"):
        store.load()


@pytest.mark.parametrize("text", ["", '{"format": 1, "edi', "[]", '{"format": 2}'])
def test_half_a_pointer_is_refused(folder: Path, store: PublishedStore, text: str) -> None:
    publish(folder, store)
    store.pointer_file.write_text(text)
    with pytest.raises(StoreDamaged, match=r"edition\.json"):
        store.load()
    with pytest.raises(StoreDamaged):
        publish(folder, store)


def test_a_pointer_that_says_otherwise_than_its_edition_is_refused(folder: Path, store: PublishedStore) -> None:
    publish(folder, store)
    pointer = json.loads(store.pointer_file.read_text())
    pointer["themes"]["T1"] = "0" * 16
    store.pointer_file.write_text(json.dumps(pointer))
    with pytest.raises(StoreDamaged, match="不一致"):
        store.load()


def test_cut_off_before_the_pointer_the_old_edition_stays(
    folder: Path, store: PublishedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(folder, store)
    edit(folder, "themes/T1.yaml", "promised: 15", "promised: 16")

    def power_cut(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(publisher, "replace", power_cut)
    with pytest.raises(KeyboardInterrupt):
        publish(folder, store)
    assert store.load().digest == first.digest
    monkeypatch.undo()
    assert publish(folder, store).edition.themes["T1"].number == 2
    assert versions(store) == [2, 1]


def test_publishers_at_the_same_time_come_one_after_another(folder: Path, store: PublishedStore) -> None:
    script = (
        "import sys, pathlib\n"
        "from lianban.publishing.publisher import publish\nfrom lianban.publishing.store import PublishedStore\n"
        "publish(pathlib.Path(sys.argv[1]), PublishedStore(pathlib.Path(sys.argv[2])))\n"
    )
    folders = [folder]
    for number in range(2):
        other = small(folder.parent / f"catalog-{number}")
        edit(other, "themes/T1.yaml", "promised: 15", f"promised: {16 + number}")
        folders.append(other)
    folders.append(folder)
    running = [subprocess.Popen([sys.executable, "-c", script, str(each), str(store.folder)]) for each in folders]
    assert [process.wait() for process in running] == [0] * len(running)
    assert versions(store) == [3, 2, 1]
    numbers = [record.number for _, record in store.editions()]
    assert numbers == list(range(len(numbers), 0, -1))
    store.load()
    assert not [path for path in store.folder.rglob(".*") if path.name != ".lock"]


def test_whoever_waited_publishes_what_is_there_then(
    folder: Path, store: PublishedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(folder, store)

    @contextlib.contextmanager
    def waited(path: Path) -> Iterator[None]:
        edit(folder, "themes/T1.yaml", "promised: 15", "promised: 16")
        yield

    monkeypatch.setattr(publisher, "locked", waited)
    publish(folder, store)
    assert store.load().catalog.themes["T1"].limit.promised == 16


@pytest.mark.parametrize("kind", ["shared", "calendar"])
@pytest.mark.parametrize(
    "content",
    [b"{", b"1", b"[1]", b'["ab"]', b'[["divisions", 1]]', b'[["divisions", {"code": []}]]', b"\xff", b"[" * 99999],
)
def test_what_is_whole_and_yet_no_such_content_is_damage(
    folder: Path, store: PublishedStore, kind: str, content: bytes
) -> None:
    """Under a hash that is right, as a newer program or a faulty one may have written it."""
    publish(folder, store)
    pointer = json.loads(store.pointer_file.read_bytes())
    edition = json.loads((store.folder / "editions" / f"{pointer['edition']}.json").read_bytes())
    edition[kind] = keep(store.folder / {"calendar": "calendars"}.get(kind, kind), content)
    pointer["edition"] = keep(store.folder / "editions", canonical(edition))
    store.pointer_file.write_bytes(canonical(pointer))
    with pytest.raises(StoreDamaged):
        store.load()


def test_a_file_out_of_reach_is_not_taken_for_damage(
    folder: Path, store: PublishedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(folder, store)

    def out_of_reach(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(files.os, "open", out_of_reach)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        store.load()
    monkeypatch.undo()
    [path] = (store.folder / "shared").iterdir()
    path.rename(store.folder / "moved")
    path.symlink_to(store.folder / "moved")
    with pytest.raises(StoreDamaged, match="不是普通文件"):
        store.load()


def test_versions_are_found_by_number_and_by_hash(folder: Path, store: PublishedStore) -> None:
    with pytest.raises(NothingPublished):
        store.find("T1", "1")
    with pytest.raises(NothingPublished):
        store.load()
    publish(folder, store)
    record = store.find("T1", "1")
    assert store.find("T1", record.version[:6]) == record
    for unknown in ("2", "0", "zzzz", record.version[:3]):
        with pytest.raises(UnknownVersion):
            store.find("T1", unknown)
