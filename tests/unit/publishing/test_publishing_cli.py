"""``lianban catalog publish``, ``history`` and ``diff``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fixtures.catalogues import edit, small
from lianban.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small(tmp_path / "catalog")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["catalog", *(str(argument) for argument in arguments)])


def test_publishing_is_told_in_a_line_for_each_new_version(folder: Path, store: Path) -> None:
    result = run("publish", folder, "--store", store)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith("T1 开小店“一件事”　第 1 版 ")
    assert lines[-1].endswith("：主题 2，新版本 2")
    assert "没有变化，仍为第 1 版目录" in run("publish", folder, "--store", store).output


def test_a_broken_catalogue_is_refused_with_every_fault(folder: Path, store: Path) -> None:
    edit(folder, "themes/T1.yaml", "lead: permits", "lead: nobody")
    edit(folder, "departments.yaml", "name: 登记局,", "")
    result = run("publish", folder, "--store", store)
    assert result.exit_code == 1
    assert "部门 nobody 未定义" in result.output
    assert "departments[registry].name: 缺少必填字段" in result.output
    assert "什么也没有写入" in result.output
    assert not store.exists()


def test_history_lists_versions_and_editions(folder: Path, store: Path) -> None:
    assert run("history", "--store", store).output == "没有已发布的目录\n"
    run("publish", folder, "--store", store, "--note", "首版")
    edit(folder, "themes/T1.yaml", "promised: 15", "promised: 16")
    run("publish", folder, "--store", store, "--note", "放宽")
    lines = run("history", "T1", "--store", store).output.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("第 2 版  ")
    assert lines[0].endswith("  现行  放宽  主题：办理时限")
    assert lines[1].endswith("  首版  首次发布")
    lines = run("history", "--store", store).output.splitlines()
    assert lines[0].endswith("  放宽  T1 第 2 版")
    assert lines[1].endswith("  首版  首次发布，主题 2")
    assert "没有发布过主题 T9" in run("history", "T9", "--store", store).output


def test_diff_tells_fields_of_the_theme_and_of_what_it_refers_to(folder: Path, store: Path) -> None:
    run("publish", folder, "--store", store)
    assert run("diff", "T1", "--store", store, "--folder", folder).output.endswith("工作文件夹　没有差异\n")
    edit(folder, "themes/T1.yaml", "promised: 15", "promised: 16")
    edit(folder, "matters/permits.yaml", "material: photo, required: false", "material: photo")
    edit(folder, "departments.yaml", "window: 一楼1号", "window: 二楼2号, phone: '1234'")
    result = run("diff", "T1", "--store", store, "--folder", folder)
    assert result.output.splitlines()[1:] == [
        "～ 主题 开小店“一件事”（T1）",
        "    办理时限：承诺15个工作日、法定45个工作日 → 承诺16个工作日、法定45个工作日",
        "～ 事项 卫生许可（hygiene）",
        "    申请材料 · 店面照片（photo） · 是否必需：否 → 是",
        "～ 部门 许可局（permits）",
        "    窗口：一楼1号 → 二楼2号",
        "    电话：无 → 1234",
    ]


def test_diff_of_two_published_versions(folder: Path, store: Path) -> None:
    run("publish", folder, "--store", store)
    edit(folder, "themes/T1.yaml", "    - {matter: gas-supply, after: [hygiene]}\n", "")
    edit(folder, "themes/T1.yaml", "conditions: [本人经营]", "conditions: [本人经营, 年满十八周岁]")
    run("publish", folder, "--store", store)
    lines = run("diff", "T1", "1", "2", "--store", store).output.splitlines()
    assert "    受理条件 · 年满十八周岁：新增" in lines
    assert "    环节 · 用气报装（gas-supply）：删去（前置环节 卫生许可（hygiene））" in lines
    assert "－ 事项 用气报装（gas-supply）" in lines
    assert "－ 部门 供应公司（supplies）" in lines
    assert "主题 T1 没有版本 3" in run("diff", "T1", "3", "--store", store).output
    assert "没有现行的主题 T9" in run("diff", "T9", "--store", store).output


def test_diff_before_anything_is_published(folder: Path, store: Path) -> None:
    result = run("diff", "T1", "--store", store, "--folder", folder)
    assert result.exit_code == 1
    assert "先用 lianban catalog publish 发布" in result.output
