"""What the stack serves when its catalogue is sound, and when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.catalogues import edit, small
from lianban.publishing.store import PublishedStore
from lianban_stack.errors import StackError
from lianban_stack.publication import publish_or_keep


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small(tmp_path / "catalog")


def test_a_sound_catalogue_is_published(folder: Path, tmp_path: Path) -> None:
    assert publish_or_keep(folder, tmp_path / "store") == []
    assert PublishedStore(tmp_path / "store").load().record.number == 1


def test_a_broken_one_leaves_what_was_published(folder: Path, tmp_path: Path) -> None:
    publish_or_keep(folder, tmp_path / "store")
    edit(folder, "themes/T1.yaml", "lead: permits", "lead: nobody")
    [fault] = publish_or_keep(folder, tmp_path / "store")
    assert "部门 nobody 未定义" in fault
    assert PublishedStore(tmp_path / "store").load().catalog.themes["T1"].lead == "permits"


def test_with_nothing_to_serve_the_stack_does_not_start(folder: Path, tmp_path: Path) -> None:
    edit(folder, "themes/T1.yaml", "lead: permits", "lead: nobody")
    with pytest.raises(StackError, match="部门 nobody 未定义"):
        publish_or_keep(folder, tmp_path / "store")


@pytest.mark.parametrize("sound", [True, False])
def test_a_damaged_store_is_told_by_file(folder: Path, tmp_path: Path, sound: bool) -> None:
    publish_or_keep(folder, tmp_path / "store")
    [path] = (tmp_path / "store" / "themes" / "T1").iterdir()
    path.write_text("{}")
    if not sound:
        edit(folder, "themes/T1.yaml", "lead: permits", "lead: nobody")
    with pytest.raises(StackError, match=path.name):
        publish_or_keep(folder, tmp_path / "store")
