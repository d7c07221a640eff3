"""``lianban catalog key``, ``export``, ``mapping`` and ``import``, as two divisions use them."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from replication_samples import XIANTAO, second, written

from fixtures.catalogues import SMALL, snapshot
from lianban.cli import main


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
