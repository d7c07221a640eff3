"""``lianban calendar publish`` and ``history``: a calendar by itself, in an edition of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from calendar_notice import announce
from click.testing import Result

from fixtures.catalogues import edit, snapshot
from lianban.clock.files import CalendarFileError, load_calendar
from lianban.publishing.calendars import calendars, publish_calendar
from lianban.publishing.publisher import publish
from lianban.publishing.store import NothingPublished, PublishedStore

Run = Callable[..., Result]


def test_the_calendar_changes_and_the_themes_stay(folder: Path, store: PublishedStore) -> None:
    before = store.load()
    announce(folder)
    outcome = publish_calendar(folder, store, "2027 年通知", datetime(2026, 11, 25, 1, 2, 3, 4, UTC))
    after = store.load()
    assert outcome.changed
    assert after.calendar == load_calendar(folder)
    assert after.calendar.version == outcome.after.version != before.calendar.version == outcome.before.version
    assert (after.record.themes, after.record.shared) == (before.record.themes, before.record.shared)
    assert (after.record.number, after.record.previous, after.record.note) == (2, before.digest, "2027 年通知")


def test_what_changed_is_told_by_year(run: Run, folder: Path, store: PublishedStore) -> None:
    announce(folder)
    result = run("publish", "--store", store.folder, "--note", "国办发明电〔2026〕9号")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[:-1] == [
        "2027 年  暂定 → 正式",
        "  改为放假  2027-02-09（周二） 至 2027-02-11（周四）",
        "  改为放假  2027-05-03（周一）",
        "  改为放假  2027-10-04（周一）",
        "  改为上班  2027-02-20（周六）",
    ]
    assert lines[-1].startswith("已发布日历 2027.")
    assert lines[-1].endswith("在办办件将重算期限")
    again = run("publish", "--store", store.folder)
    assert again.output.startswith("没有变化，仍为日历 2027.")


def test_a_corrected_source_is_an_edition_and_no_new_version(run: Run, folder: Path, store: PublishedStore) -> None:
    edit(folder, "2026.yaml", "source: ", "source: 更正：")
    result = run("publish", "--store", store.folder)
    assert "期限不受影响，不重算" in result.output
    assert [each.version for each in calendars(store)] == [load_calendar(folder).version] * 2


def test_history_is_kept_newest_first(run: Run, folder: Path, store: PublishedStore) -> None:
    first = load_calendar(folder).version
    announce(folder)
    run("publish", "--store", store.folder, "--note", "通知")
    second = load_calendar(folder).version
    edit(folder.parent / "catalog", "themes/T1.yaml", "promised: 15", "promised: 16")
    publish(folder.parent / "catalog", store)  # no calendar of its own comes with it
    lines = run("history", "--store", store.folder).output.splitlines()
    assert [line.partition("  ")[0] for line in lines] == [second, first]
    assert lines[0].endswith("  现行  2004 年至 2027 年，暂定年份：无  通知（第 2 版目录）")
    assert lines[1].endswith("  2004 年至 2027 年，暂定年份：2027  首版（第 1 版目录）")


def test_faults_are_told_and_nothing_is_written(run: Run, folder: Path, store: PublishedStore) -> None:
    before = snapshot(store.folder)
    edit(folder, "2026.yaml", "2026-10-02: 国庆节", "2026-10-03: 国庆节")
    result = run("publish", "--store", store.folder)
    assert result.exit_code == 1
    assert "2026.yaml: holidays: 2026-10-03 是周末，本来就不上班" in result.output
    assert "2026.yaml: holidays: 2026-10-02 是法定节假日，未列入" in result.output
    assert snapshot(store.folder) == before


def test_a_calendar_is_never_cut_at_its_beginning(folder: Path, store: PublishedStore) -> None:
    """Cases received in such a year are counted from there."""
    (folder / "2004.yaml").unlink()
    with pytest.raises(CalendarFileError, match="已发布的日历始于 2004 年，不得缩短"):
        publish_calendar(folder, store)


def test_nothing_to_publish_into(run: Run, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingPublished):
        publish_calendar(folder, PublishedStore(tmp_path / "none"))
    assert "先用 lianban catalog publish 发布" in run("publish", "--store", tmp_path / "none").output
    assert not (tmp_path / "none").exists()


def test_publishing_themes_from_an_older_folder_leaves_the_notice_in_force(folder: Path, store: PublishedStore) -> None:
    """As a container does when it starts again with the year files of its image."""
    announce(folder)
    version = publish_calendar(folder, store).after.version
    outcome = publish(folder.parent / "catalog", store)
    assert (outcome.changed, outcome.calendar_kept) == (False, True)
    assert store.load().calendar.version == version
    corrected = edit_2027(folder, store)
    outcome = publish(folder.parent / "catalog", store)
    assert outcome.calendar_kept
    assert store.load().calendar.version == corrected


def edit_2027(folder: Path, store: PublishedStore) -> str:
    edit(folder, "2027.yaml", "  2027-10-04: 国庆节\n", "")
    return publish_calendar(folder, store).after.version


def test_going_back_on_purpose(folder: Path, store: PublishedStore) -> None:
    first = store.load().calendar.version
    announce(folder)
    publish_calendar(folder, store, now=datetime(2026, 11, 25, 9, tzinfo=UTC))
    outcome = publish_calendar(
        folder.parent / "catalog" / "calendars", store, now=datetime(2026, 11, 25, 8, tzinfo=UTC)
    )
    assert (outcome.changed, outcome.after.version) == (True, first)
    assert outcome.after.edition.published_at == outcome.before.edition.published_at, "no edition is older than before"
    assert [change.after for change in outcome.changes] == ["provisional"]
