"""``lianban catalog key``, ``export``, ``mapping`` and ``import``, as two divisions use them."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from replication_samples import XIANTAO, forged, second, written

from fixtures.catalogues import SMALL, small, snapshot
from lianban.catalog.loader import load_catalog
from lianban.cli import main
from lianban.replication.package import collected, packed


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["catalog", *(str(argument) for argument in arguments)])


def test_from_one_division_to_the_other(tmp_path: Path) -> None:
    key, file, folder = tmp_path / "tianmen.key", tmp_path / "T1.json", second(tmp_path / "xiantao")
    public = f"{key}.pub"
    assert "公钥" in run("key", key).output
    result = run("export", "T1", "--folder", SMALL, "--out", file, "--key", key)
    assert result.exit_code == 0, result.output
    assert "来源 天门市（429006），签名密钥指纹" in result.output
    assert "  permits: permits  # 许可局" in run("mapping", file).output.splitlines()

    given = ["--into", folder, "--division", "429004", "--mapping", written(tmp_path, XIANTAO), "--trust", public]
    before = snapshot(folder)
    result = run("import", file, *given, "--dry-run")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "签名有效，密钥指纹" in lines[0]
    assert "＋ 主题 开小店“一件事”（T1）" in lines
    assert "＋ 部门 仙桃市审批局（shenpi）" in lines
    assert lines[-1].startswith("试运行，没有写入：新增 ")
    assert snapshot(folder) == before
    assert "已引入：新增" in run("import", file, *given).output
    assert run("check", folder).exit_code == 0
    assert "已引入：新增 0 项，更新 0 项" in run("import", file, *given).output


def test_refusals_are_told_without_a_traceback(tmp_path: Path) -> None:
    file, folder = tmp_path / "T1.json", second(tmp_path / "xiantao")
    mapping = written(tmp_path, "departments: {}\n")
    run("key", tmp_path / "other.key")
    given = ["--into", folder, "--division", "429004", "--mapping", mapping]
    assert "没有主题 T9" in run("export", "T9", "--folder", SMALL, "--out", file).output
    assert "未签名" in run("export", "T1", "--folder", SMALL, "--out", file).output
    for arguments, told in (
        (given, "部门 许可局（permits）没有映射"),
        ([*given, "--trust", f"{tmp_path}/other.key.pub"], "没有签名，而 --trust 要求签名"),
        ([*given, "--trust", tmp_path / "other.key"], "不是 Ed25519 公钥文件"),
    ):
        result = run("import", file, *arguments)
        assert (result.exit_code, told in result.output) == (1, True), result.output


def test_mistakes_with_files_are_told_in_chinese(tmp_path: Path) -> None:
    file, plain = tmp_path / "T1.json", written(tmp_path, "x", "plain")
    run("export", "T1", "--folder", SMALL, "--out", file)
    mapping = written(tmp_path, run("mapping", file).output)
    for arguments, told in (
        (["key", tmp_path / "missing" / "a.key"], "a.key: 没有这个文件或文件夹"),
        (["export", "T1", "--folder", SMALL, "--out", plain / "x" / "T1.json"], "上级不是文件夹"),
        (["export", "T1", "--folder", SMALL, "--out", plain / "T1.json"], "不是文件夹"),
        (["publish", small(tmp_path / "catalog"), "--store", plain / "store"], "不是文件夹"),
        (["import", file, "--into", plain / "x", "--division", "429006", "--mapping", mapping], "上级不是文件夹"),
    ):
        result = run(*arguments)
        assert (result.exit_code, told in result.output) == (1, True), result.output
        assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_what_may_not_be_written_is_told_in_chinese(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a folder that is not writable; root, who may run this, may write anywhere."""
    file = tmp_path / "T1.json"
    run("export", "T1", "--folder", SMALL, "--out", file)
    mapping, folder, catalog = written(tmp_path, XIANTAO), second(tmp_path / "xiantao"), small(tmp_path / "catalog")

    def refused(*_: object, dir: Path, **__: object) -> str:
        raise OSError(number, os.strerror(number), str(dir))

    monkeypatch.setattr(tempfile, "mkdtemp", refused)
    monkeypatch.setattr(tempfile, "mkstemp", refused)
    told = {errno.EACCES: "没有权限", errno.EROFS: "文件系统只读"}[number]
    for arguments in (
        ["import", file, "--into", folder, "--division", "429004", "--mapping", mapping],
        ["publish", catalog, "--store", tmp_path / "store"],
    ):
        result = run(*arguments)
        assert (result.exit_code, told in result.output) == (1, True), result.output


def test_a_package_does_not_steer_the_terminal(tmp_path: Path) -> None:
    def named(content: Any) -> None:
        content["manifest"]["source"]["name"] = "天\x1b[2J门\n签名有效\u202e"

    data = packed(collected(load_catalog(SMALL), ["T1"]), None)
    file = tmp_path / "T1.json"
    file.write_bytes(forged(data, named))
    shown = run("mapping", file).output
    assert shown.splitlines()[0] == "# 天[2J门 签名有效（429006）主题包的映射：右边改为本地的代码、定义或 null。"
    given = ["--into", second(tmp_path / "xiantao"), "--division", "429004", "--mapping", written(tmp_path, XIANTAO)]
    result = run("import", file, *given, "--dry-run")
    assert result.output.splitlines()[0] == "来源 天[2J门 签名有效（429006），没有签名，来源无法核实"
    assert not set("\x1b\u202e") & set(result.output)
