"""Taking a package in: mapped, told beforehand, whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from replication_samples import XIANTAO, identity, package_of, second, written

from fixtures.catalogues import SMALL, edit, snapshot
from lianban.catalog.compiler import compile_theme
from lianban.catalog.faults import CatalogError, Fault
from lianban.catalog.index import theme_index
from lianban.catalog.loader import load_catalog, read_catalog
from lianban.replication import taking_in
from lianban.replication.mapping import read_mapping
from lianban.replication.package import Package, collected, packed
from lianban.replication.refusal import Refused
from lianban.replication.taking_in import Taken, take_in
from lianban.replication.transfer import Transfer
from lianban.replication.writing import write


@pytest.fixture
def package() -> Package:
    return package_of(SMALL, "T1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return second(tmp_path / "xiantao")


def taken(package: Package, folder: Path, text: str = XIANTAO, **options: bool) -> Taken:
    mapping = read_mapping(written(folder.parent, text), package)
    return take_in(package, mapping, folder, "429004", **options)


def refused(package: Package, folder: Path, text: str, **options: bool) -> list[str]:
    """Every reason; nothing is written."""
    before = snapshot(folder)
    with pytest.raises(Refused) as raised:
        taken(package, folder, text, **options)
    assert snapshot(folder) == before
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    return raised.value.faults


def test_a_theme_becomes_the_second_divisions_own(package: Package, folder: Path) -> None:
    taken(package, folder)
    catalog = load_catalog(folder)
    theme = catalog.themes["T1"]
    assert (theme.lead, theme.division) == ("shenpi", "429004")
    assert {catalog.matters[step.matter].department for step in theme.steps} == {"dengji", "shenpi", "supplies"}
    assert catalog.departments["shenpi"].phone == "0728-3222222"
    assert catalog.departments["supplies"].name == "仙桃供应公司"
    plan = compile_theme(catalog, "T1", {"sign": "wanted"}, "429004001").plan
    assert {step.department_name for step in plan.steps} == {"仙桃市登记局", "仙桃市审批局", "仙桃供应公司"}
    assert "429006" not in catalog.divisions
    assert read_catalog(folder)[1] == []


def test_files_keep_what_was_written_by_hand(package: Package, folder: Path) -> None:
    before = (folder / "departments.yaml").read_text()
    taken(package, folder)
    assert (folder / "departments.yaml").read_text().startswith(before)
    assert sorted(path.name for path in (folder / "matters").iterdir()) == ["dengji", "shenpi", "supplies"]


def test_a_list_in_brackets_is_written_anew(package: Package, folder: Path) -> None:
    (folder / "departments.yaml").write_text(
        "departments: [{code: dengji, name: 登记局, short_name: 登记},\n"
        "  {code: supplies, name: 供应公司, short_name: 供}]\n"
    )
    taken(package, folder)
    assert load_catalog(folder).departments.keys() == {"dengji", "supplies", "shenpi"}


def test_the_round_trip_is_exact(tmp_path: Path) -> None:
    package = package_of(SMALL, "T1", "T2")
    mapping = read_mapping(identity(tmp_path, package), package)
    take_in(package, mapping, tmp_path / "copy", "429006")
    assert packed(collected(load_catalog(tmp_path / "copy"), ["T1", "T2"]), None) == packed(package, None)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o755
    again = take_in(package, mapping, tmp_path / "copy", "429006")
    assert again.files == []


def test_one_theme_after_the_other_shares_what_they_share(folder: Path) -> None:
    taken(package_of(SMALL, "T1"), folder)
    found = taken(package_of(SMALL, "T2"), folder, XIANTAO.replace("  registry: dengji\n  supplies: supplies\n", "")
                  .replace("  registry: dengji\n", "").replace("  supplies: supplies\n", ""))  # fmt: skip
    assert ("matters", "signboard") in found.transfer.reused
    catalog = load_catalog(folder)
    assert catalog.themes.keys() == {"T1", "T2"}
    assert read_catalog(folder)[1] == []


def test_every_missing_mapping_is_told_at_once(package: Package, folder: Path) -> None:
    faults = refused(package, folder, "departments: {registry: nobody, permits: permits}\n")
    assert faults == [
        "窗口 一楼1号（部门 permits）没有映射：写 windows: {一楼1号: 本地窗口}",
        "部门 登记局（registry）映射到 nobody，本地没有这个部门：改正代码，或写明它的定义",
        "部门 供应公司（supplies）没有映射：写 supplies: 本地代码，或写明本地的 name、short_name、window、phone",
    ]


def test_faults_of_the_mapping_file_are_told_by_line(package: Package, folder: Path) -> None:
    text = (
        "departments:\n  registry: {name: 登记局}\n  nobody: x\n  permits: [x]\n"
        "divisions: {'110101': x}\ncodes: {facts: {age: x}, materials: {lease: 'A B', photo: lease, none: x}}\n"
        "texts: {permits: x}\nmore: 1\n"
    )
    assert refused(package, folder, text) == [
        "mapping.yaml:8: more: 未知字段 more〔改用已定义的代码，或先定义它〕",
    ]
    assert refused(package, folder, text.replace("more: 1\n", "")) == [
        "mapping.yaml:2: departments.registry.short_name: 缺少必填字段〔补上该字段〕",
        "mapping.yaml:3: departments.nobody: 主题包中没有 nobody〔删去，或改正代码〕",
        "mapping.yaml:4: departments.permits: 应为本地代码、定义或 null〔改正该值〕",
        "mapping.yaml:5: divisions.110101: 主题包中没有 110101〔删去，或改正代码〕",
        "mapping.yaml:6: codes.facts: facts 的代码不能在这里更换"
        "〔可用：subjects、registries、licences、elements、materials、matters、themes〕",
        "mapping.yaml:6: codes.materials.lease: 格式不符（^[a-z][a-z0-9]*(-[a-z0-9]+)*$）〔按该格式改写〕",
        "mapping.yaml:6: codes.materials.photo: lease 是主题包中另一项的代码〔换一个代码〕",
        "mapping.yaml:6: codes.materials.none: 主题包中没有 none〔删去，或改正代码〕",
        "mapping.yaml:7: texts.permits: 只替换中文文字〔代码在 departments、divisions、codes 中映射〕",
    ]


def test_a_division_that_is_not_there_is_told(package: Package, folder: Path) -> None:
    text = XIANTAO.replace('"429006": "429004"', '"429006": "429099"')
    assert refused(package, folder, text) == [
        "区划 429099 在本地没有定义：先在本地 divisions.yaml 中定义，或在映射 divisions.429006 中写明 name、level",
    ]
    assert refused(package, folder, XIANTAO.replace('"429006": "429004"', '"429006": "429004001"')) == [
        "区划 429006 须映射到 --division 的 429004",
    ]
    assert refused(package, folder, XIANTAO.replace('"429006": "429004"', '"429006": null')) == [
        "区划 429006 须映射到 --division 的 429004",
    ]


def test_a_division_may_come_with_the_mapping(package: Package, folder: Path) -> None:
    (folder / "divisions.yaml").unlink()
    taken(package, folder, XIANTAO.replace('"429004"', '{code: "429004", name: 仙桃市}'))
    assert load_catalog(folder).divisions["429004"].level == "county"


def test_the_same_definition_is_used_again_another_is_a_conflict(package: Package, folder: Path) -> None:
    (folder / "materials.yaml").write_text(
        "materials:\n  - {code: lease, name: 房屋租赁合同, formats: [pdf, ofd]}\n  - {code: photo, name: 照片}\n"
    )
    assert refused(package, folder, XIANTAO) == [
        "材料 photo 在本地已有不同的定义：在映射 codes.materials 中为 photo 另取代码，或先统一两处定义；"
        "确认以包中的为准时加 --update"
    ]
    found = taken(package, folder, XIANTAO + "codes: {materials: {photo: shop-photo}}\n")
    assert ("materials", "lease") in found.transfer.reused
    catalog = load_catalog(folder)
    assert catalog.materials["photo"].name == "照片"
    assert [use.material for use in catalog.matters["hygiene"].materials] == ["lease", "shop-photo"]


def test_a_department_of_another_definition_is_a_conflict(package: Package, folder: Path) -> None:
    assert refused(package, folder, XIANTAO.replace("code: shenpi", "code: supplies"))[0] == (
        "部门 supplies 在本地已有不同的定义：映射到本地代码即可，或换一个代码"
    )


def test_renamed_matters_and_themes_stay_in_order(package: Package, folder: Path) -> None:
    codes = "codes: {matters: {hygiene: shop-hygiene, owner-check: owners}, themes: {T1: B14}}\n"
    taken(package, folder, XIANTAO + codes)
    catalog = load_catalog(folder)
    plan = compile_theme(catalog, "B14", {"sign": "unwanted"}, "429004").plan
    assert [(step.code, step.matter, step.after) for step in plan.steps] == [
        ("owner-check", "owners", ()),
        ("hygiene", "shop-hygiene", ("owner-check",)),
        ("gas-supply", "gas-supply", ("hygiene",)),
    ]


def test_an_update_replaces_what_differs(package: Package, folder: Path, tmp_path: Path) -> None:
    taken(package, folder)
    newer = tmp_path / "newer"
    shutil.copytree(SMALL, newer)
    edit(newer, "themes/T1.yaml", "promised: 15", "promised: 12")
    edit(newer, "elements.yaml", "name: 燃料", "name: 使用的燃料")
    package = package_of(newer, "T1")
    assert len(refused(package, folder, XIANTAO)) == 2
    found = taken(package, folder, update=True)
    assert found.transfer.added["themes"] == {}
    catalog = load_catalog(folder)
    assert catalog.themes["T1"].limit.promised == 12
    assert catalog.elements["fuel"].name == "使用的燃料"
    assert taken(package, folder).files == []


def test_words_are_replaced_and_those_left_are_told(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(SMALL, source)
    edit(source, "themes/T1.yaml", "summary: 开一家小店。", "summary: 在天门市开一家小店，天门欢迎您。")
    edit(source, "matters/permits.yaml", "场所符合卫生要求", "场所在竟陵街道")
    package = package_of(source, "T1")
    found = taken(package, folder, XIANTAO.replace("天门市: 仙桃市", "天门市: 仙桃市, 天门: 仙桃, 仙桃市: 错"))
    assert load_catalog(folder).themes["T1"].summary == "在仙桃市开一家小店，仙桃欢迎您。"
    assert found.transfer.notes == ["文字中仍有原区划的名称，可在映射 texts 中替换：事项 hygiene"]


def test_what_other_themes_answer_is_known_to_the_linter(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(SMALL, source)
    question = (
        "  questions:\n    - code: sign\n      text: 招牌？\n"
        "      options: [{value: unwanted, label: 无}, {value: lit, label: 发光}]\n"
    )
    edit(source, "themes/T2.yaml", "  steps:\n", f"{question}  steps:\n")
    when = "elements: [{element: shop_name}, {element: note, when: 'answers.sign == \"lit\"'}]"
    edit(source, "matters/permits.yaml", "elements: [{element: shop_name}]", when)
    package = package_of(source, "T1")
    taken(package, folder)
    catalog, faults = read_catalog(folder)
    assert faults == []
    assert catalog is not None
    assert catalog.answers["sign"].values == ("lit",)


def test_a_dry_run_writes_nothing(package: Package, folder: Path) -> None:
    before = snapshot(folder)
    found = taken(package, folder, dry_run=True)
    assert "themes/T1.yaml" in found.files
    assert snapshot(folder) == before


@pytest.mark.parametrize("dry_run", [True, False])
def test_nothing_is_written_outside_the_folder(package: Package, tmp_path: Path, dry_run: bool) -> None:
    """Should a package ever get as far as this with such a source."""
    mapping = read_mapping(identity(tmp_path, package), package)
    source = package.source.model_copy(update={"code": "/../../../escaped"})
    outward = replace(package, manifest=package.manifest.model_copy(update={"source": source}))
    divisions = {"429006": "429006", "/../../../escaped": "429006"}
    mapping = replace(mapping, divisions={**mapping.divisions, **divisions})
    before = snapshot(tmp_path)
    with pytest.raises(Refused, match="在目录文件夹之外"):
        take_in(outward, mapping, tmp_path / "copy", "429006", dry_run=dry_run)
    assert snapshot(tmp_path) == before


def test_nothing_is_written_through_a_link(package: Package, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (folder / "matters").symlink_to(outside)
    (folder / "departments.yaml").symlink_to("../outside/departments.yaml")
    for section in ("matters", "departments"):
        found = Transfer()
        found.added[section] = dict(getattr(package.catalog, section))
        with pytest.raises(Refused, match="在目录文件夹之外"):
            write(folder, found, {}, "429006")
    assert not list(outside.iterdir())


def test_neither_a_dry_run_nor_a_refusal_makes_a_folder(package: Package, tmp_path: Path) -> None:
    mapping = read_mapping(identity(tmp_path, package), package)
    take_in(package, mapping, tmp_path / "new" / "catalog", "429006", dry_run=True)
    with pytest.raises(Refused):
        take_in(package, mapping, tmp_path / "new" / "catalog", "429004")
    assert not (tmp_path / "new").exists()
    take_in(package, mapping, tmp_path / "new" / "catalog", "429006")
    assert load_catalog(tmp_path / "new" / "catalog").themes.keys() == {"T1"}


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV])
def test_a_mount_point_is_refused_with_a_cure(
    package: Package, folder: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mounted(one: Path, other: Path) -> bool:
        raise OSError(number, os.strerror(number), str(other))

    monkeypatch.setattr(taking_in, "_exchanged", mounted)
    [fault] = refused(package, folder, XIANTAO)
    assert "是挂载点，不能整个换入；先引入到一个未单独挂载的文件夹" in fault


def test_a_mapping_file_is_read_no_further_than_it_may_be_long(package: Package) -> None:
    with pytest.raises(Refused, match="文件超过 1 MiB"):
        read_mapping(Path("/dev/zero"), package)


def test_a_folder_with_faults_is_not_made_worse(package: Package, folder: Path) -> None:
    edit(folder, "departments.yaml", "name: 仙桃市登记局, ", "")
    assert refused(package, folder, XIANTAO) == [
        "departments.yaml:3: departments[dengji].name: 缺少必填字段 〔补上该字段〕"
    ]


def test_what_the_linter_refuses_is_not_put_in_place(
    package: Package, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault("themes/T1.yaml", 3, "theme.limit", "承诺过短", "延长")

    def faulty(aside: Path) -> None:
        assert (aside / "themes" / "T1.yaml").is_file()
        raise CatalogError([fault])

    monkeypatch.setattr(taking_in, "load_catalog", faulty)
    assert refused(package, folder, XIANTAO) == [str(fault)]


def test_a_change_meanwhile_is_not_lost(package: Package, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edited(aside: Path) -> None:
        edit(folder, "departments.yaml", "仙桃供应公司", "仙桃市供应公司")

    monkeypatch.setattr(taking_in, "_sync", edited)
    with pytest.raises(Refused, match="在此期间被改动"):
        taken(package, folder)
    assert "仙桃市供应公司" in (folder / "departments.yaml").read_text()
    assert not (folder / "themes").exists()


@pytest.mark.parametrize("exchange", [True, False])
def test_the_folder_changes_in_one_stroke(
    package: Package, folder: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:
        monkeypatch.setattr(taking_in, "_exchanged", lambda one, other: False)
    (folder / "README.md").write_text("说明")
    taken(package, folder)
    assert (folder / "README.md").read_text() == "说明"
    assert theme_index(load_catalog(folder), "T1").version
    assert sorted(path.name for path in folder.parent.iterdir()) == ["mapping.yaml", "xiantao"]
