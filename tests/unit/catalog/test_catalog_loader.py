"""The loader: every fault at its line, nothing read from outside the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from catalog_samples import entry, made, save, shop, written

from lianban.catalog import yaml_nodes
from lianban.catalog.faults import CatalogError, Fault
from lianban.catalog.loader import load_catalog, read_catalog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path, shop())


def told(folder: Path) -> list[str]:
    _, faults = read_catalog(folder)
    return [str(fault) for fault in faults]


def test_reads_what_was_written(folder: Path) -> None:
    (folder / "calendars").mkdir()
    (folder / "calendars" / "2023.yaml").write_text("not: read")
    (folder / "README.md").write_text("beside the data")
    catalog, faults = read_catalog(folder)
    assert faults == []
    assert catalog == made(shop())
    assert load_catalog(str(folder)) == catalog


def test_sections_may_be_folders(folder: Path) -> None:
    raw = shop()
    (folder / "elements.yaml").unlink()
    save(folder / "elements" / "shop.yaml", {"elements": raw["elements"][:2]})
    save(folder / "elements" / "owner.yaml", {"elements": raw["elements"][2:]})
    assert told(folder) == []


def test_matters_of_a_department_may_be_a_folder(folder: Path) -> None:
    whole = folder / "matters" / "urban.yaml"
    (folder / "matters" / "urban").mkdir()
    for matter in shop()["matters"]:
        if matter["department"] == "urban":
            save(folder / "matters" / "urban" / f"{matter['code']}.yaml", {"matters": [matter]})
    whole.unlink()
    (folder / "matters" / "urban" / "README.md").write_text("beside the data")
    assert told(folder) == []
    assert load_catalog(folder) == made(shop())


def test_a_folder_of_matters_holds_those_of_its_department(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    deep = folder / "matters" / "tax" / "deep"
    deep.mkdir(parents=True)
    (folder / "matters" / "market.yaml").rename(folder / "matters" / "tax" / "market.yaml")
    outside = tmp_path_factory.mktemp("outside") / "more.yaml"
    outside.write_text("matters: []\n")
    (folder / "matters" / "tax" / "link.yaml").symlink_to(outside)
    (folder / "matters" / "tax" / "more.yml").write_text("matters: []\n")
    assert [message.split(" 〔")[0] for message in told(folder)] == [
        "matters/tax/deep:1: 文件: 不在目录布局之内，不会被读取",
        "matters/tax/link.yaml:1: 文件: 不允许符号链接",
        "matters/tax/market.yaml:6: matters[register].department: 事项属于 market，却写在 tax 的文件里",
        "matters/tax/more.yml:1: 文件: 不在目录布局之内，不会被读取",
    ]


def test_every_fault_at_once_with_file_line_field_and_cure(folder: Path) -> None:
    (folder / "departments.yaml").write_text(
        """\
departments:
  - code: market
    name: 市场监督管理局
    shortname: 市监局
  - {code: tax, name: 税务局, short_name: 税务局}
  - {code: urban, name: 123, short_name: 城管局}
  - code: Water
    name: 自来水公司
    short_name: ""
    kind: shop
""",
        encoding="utf-8",
    )
    (folder / "themes" / "B4.yaml").write_text(
        (folder / "themes" / "B4.yaml").read_text().replace('"promised": 13', '"promised": 50')
    )
    assert told(folder) == [
        "departments.yaml:2: departments[market].short_name: 缺少必填字段 〔补上该字段〕",
        "departments.yaml:4: departments[market].shortname: 未知字段 shortname 〔是否应为 short_name〕",
        "departments.yaml:6: departments[urban].name: 应为文字 〔若是代码或号码，请加引号〕",
        "departments.yaml:7: departments[Water].code: 格式不符（^[a-z][a-z0-9]*(-[a-z0-9]+)*$） 〔按该格式改写〕",
        "departments.yaml:9: departments[Water].short_name: 不能为空 〔填写内容〕",
        "departments.yaml:10: departments[Water].kind: "
        "格式不符（^(agency|township|institution|utility|bank)$） 〔按该格式改写〕",
        "matters/water.yaml:6: matters[water-account].department: 部门 water 未定义 〔改用已定义的代码，或先定义它〕",
        "themes/B4.yaml:12: theme.limit: 承诺时限不得长于法定时限 (promised > legal) 〔改正该值〕",
    ]


def test_nested_fields_and_enumerations(folder: Path) -> None:
    raw = shop()
    theme = entry(raw, "themes", "B4")
    theme["policy"] = "SOMETIMES"
    theme["questions"][0]["options"] = theme["questions"][0]["options"][:1]
    theme["steps"][1] = {"mater": "register"}
    theme["limit"]["promised"] = "soon"
    messages = told(written(folder, raw))
    assert [message.split(": ")[1:] for message in messages] == [
        ["theme.policy", "取值应为 GATE、INDEPENDENT、ALL、COLLECT 之一 〔改用其中一个〕"],
        ["theme.limit.promised", "应为整数 〔改为整数，不加引号〕"],
        ["theme.questions[0].options", "至少要有 2 项 〔补足〕"],
        ["theme.steps[1].matter", "缺少必填字段 〔补上该字段〕"],
        ["theme.steps[1].mater", "未知字段 mater 〔是否应为 matter〕"],
    ]


def test_findings_of_the_linter_have_their_line(folder: Path) -> None:
    path = folder / "matters" / "urban.yaml"
    text = path.read_text()
    path.write_text(text.replace('"material": "sign-drawing"', '"material": "sign-drawings"'))
    line = 1 + text[: text.index('"material": "sign-drawing"')].count("\n")
    assert told(folder) == [
        "materials.yaml:20: materials[sign-drawing].code: "
        "材料 sign-drawing 没有被任何事项或主题使用 〔删去，或在事项、主题中引用它〕",
        f"matters/urban.yaml:{line}: matters[sign].materials[1].material: "
        "材料 sign-drawings 未定义 〔是否应为 sign-drawing〕",
    ]


def test_use_refuses_contradictions_but_not_clutter(folder: Path) -> None:
    raw = shop()
    raw["departments"].append({"code": "idle", "name": "闲置", "short_name": "闲"})
    assert load_catalog(written(folder, raw)).departments["idle"].name == "闲置"
    entry(raw, "themes", "B4")["delivery"] = []
    entry(raw, "matters", "register")["basis"] = []
    with pytest.raises(CatalogError) as caught:
        load_catalog(written(folder, raw))
    assert len(caught.value.faults) == 2
    assert "themes/B4.yaml" in str(caught.value)


def only(folder: Path) -> Fault:
    _, faults = read_catalog(folder)
    assert len(faults) == 1, faults
    return faults[0]


def test_duplicate_key(folder: Path) -> None:
    path = folder / "divisions.yaml"
    path.write_text(path.read_text().replace('"name": "外市"', '"name": "外市",\n "name": "外市"'))
    fault = only(folder)
    assert (fault.line, fault.field, fault.message) == (17, "divisions[2].name", "键 name 重复")


def test_duplicate_code_names_the_first(folder: Path) -> None:
    raw = shop()
    raw["elements"].append(raw["elements"][0])
    assert "代码 shop_name 重复，已在 elements.yaml:4 定义" in only(written(folder, raw)).message


def test_duplicate_code_across_files(folder: Path) -> None:
    save(folder / "materials" / "more.yaml", {"materials": [shop()["materials"][0]]})
    fault = only(folder)
    assert (fault.file, fault.line) == ("materials.yaml", 4)
    assert "已在 materials/more.yaml:4 定义" in fault.message


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("elements/bad.yaml", "elements:\n  - code: [\n", 3, "YAML 语法有误"),
        ("elements/bad.yaml", "elements: []\n---\nelements: []\n", 2, "YAML 语法有误"),
        (
            "elements/bad.yaml",
            "elements:\n  - !!python/object:os.system {}\n",
            2,
            "不允许的标签 tag:yaml.org,2002:python/object:os.system",
        ),
        ("elements/bad.yaml", "elements:\n  - code: !secret x\n", 2, "不允许的标签 !secret"),
        ("elements/bad.yaml", "- elements\n", 1, "文件顶层应为 elements:"),
        ("elements/bad.yaml", "matters: []\n", 1, "文件顶层应为 elements:"),
        ("elements/bad.yaml", "elements: {}\n", 1, "应为列表"),
        ("elements/bad.yaml", "elements: []\nothers: []\n", 2, "未知字段 others"),
        ("elements/bad.yaml", "elements:\n  - just text\n", 2, "应为键值结构"),
        ("elements/bad.yaml", "? [a, b]\n: 1\nelements: []\n", 1, "键必须是文字"),
        ("elements/bad.yaml", "", 1, "文件为空"),
        ("elements/bad.yaml", "elements: " + "[" * 2000, 1, "YAML"),
        ("elements/bad.yaml", "elements:\n  " + "- " * 31, 2, "maximum depth"),
        ("elements/bad.yaml", "elements:\n  " + "? " * 500_000, 2, "maximum depth"),
        ("elements/bad.yaml", "---\n...\n", 1, "文件为空"),
        ("elements/bad.yaml", 'elements: "\\ud800"\n', 1, "YAML 语法有误"),
        ("elements/bad.yaml", "elements: a\x01\n", 1, "YAML 无法读取"),
        ("elements/bad.yaml", "elements: &a [*a]\n", 1, "别名引用了自身"),
        ("elements/bad.yaml", "elements: [*nowhere]\n", 1, "YAML 语法有误"),
        ("elements/bad.yaml", "# " + "x" * (1 << 20) + "\n", 1, "文件超过 1024 KiB"),
        ("elements/bad.yml", "elements: []\n", 1, "不在目录布局之内"),
        ("more.yaml", "elements: []\n", 1, "不在目录布局之内"),
        ("extras/more.yaml", "elements: []\n", 1, "目录布局中没有这个文件夹"),
        ("elements/deep/more.yaml", "elements: []\n", 1, "不在目录布局之内"),
    ],
)
def test_unreadable_file(folder: Path, name: str, text: str, line: int, message: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text)
    _, faults = read_catalog(folder)
    assert [fault.line for fault in faults if message in fault.message] == [line], faults
    assert {fault.file for fault in faults} <= {name, name.split("/")[0], "/".join(name.split("/")[:2])}


def test_wrong_encoding(folder: Path) -> None:
    (folder / "elements").mkdir()
    (folder / "elements" / "bad.yaml").write_bytes("elements: []  # 中文".encode("gb18030"))
    assert only(folder).message == "不是 UTF-8 编码"


def test_alias_bomb(folder: Path) -> None:
    lines = ["elements:", "  - &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"  - &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)]
    (folder / "elements").mkdir()
    (folder / "elements" / "bomb.yaml").write_text("\n".join(lines))
    fault = only(folder)
    assert "展开别名后超过" in fault.message


def test_aliases_nested_out_of_sight_are_not_followed_into_the_deep(folder: Path) -> None:
    """Each stands in a key, where nothing is read, and is one level deeper than the one before."""
    lines = ["? &a0 [x]\n: 0", *(f"? &a{level} [*a{level - 1}]\n: 0" for level in range(1, 10_000))]
    (folder / "elements").mkdir()
    (folder / "elements" / "deep.yaml").write_text("\n".join([*lines, "elements: *a9999"]))
    _, faults = read_catalog(folder)
    assert [fault.line for fault in faults if "展开别名后超过 30 层" in fault.message] == [19_941]


def test_without_libyaml_the_same_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "_LOADER", yaml.BaseLoader)
    assert load_catalog(folder) == made(shop())
    (folder / "divisions.yaml").write_text("divisions:\n  - code: [\n")
    fault = read_catalog(folder)[1][0]
    assert (fault.file, fault.line) == ("divisions.yaml", 3)


def test_a_few_aliases_are_welcome(folder: Path) -> None:
    text = "materials:\n  - {code: a-paper, name: 甲, formats: &f [pdf]}\n  - {code: b-paper, name: 乙, formats: *f}\n"
    (folder / "materials").mkdir()
    (folder / "materials" / "more.yaml").write_text(text)
    assert {message.split(": ")[2].split(" 〔")[0] for message in told(folder)} == {
        "材料 a-paper 没有被任何事项或主题使用",
        "材料 b-paper 没有被任何事项或主题使用",
    }


def test_text_that_looks_like_something_else_stays_text(folder: Path) -> None:
    raw = shop()
    path = written(folder, raw) / "departments.yaml"
    path.write_text(
        path.read_text()
        .replace('"phone": "0728-0000001"', '"phone": 2023-01-01, "window": no')
        .replace('"window": "A01", ', "")
    )
    path.write_text(path.read_text().replace('"window": "A01",', ""))
    catalog = load_catalog(folder)
    assert (catalog.departments["market"].phone, catalog.departments["market"].window) == ("2023-01-01", "no")


def test_symbolic_links_are_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "more.yaml").write_text("elements: []\n")
    (folder / "elements").mkdir()
    (folder / "elements" / "more.yaml").symlink_to(outside / "more.yaml")
    (folder / "materials").symlink_to(outside)
    _, faults = read_catalog(folder)
    assert [(fault.file, fault.message) for fault in faults] == [
        ("elements/more.yaml", "不允许符号链接"),
        ("materials", "不允许符号链接"),
    ]


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "matters" / "pipe.yaml")
    _, faults = read_catalog(folder)
    assert [(fault.file, fault.message) for fault in faults] == [("matters/pipe.yaml", "不在目录布局之内，不会被读取")]


def test_file_names_say_what_files_hold(folder: Path) -> None:
    (folder / "themes" / "B4.yaml").rename(folder / "themes" / "B5.yaml")
    (folder / "matters" / "tax.yaml").rename(folder / "matters" / "market2.yaml")
    assert [message.split(" 〔")[0] for message in told(folder)] == [
        "matters/market2.yaml:6: matters[tax-setup].department: 事项属于 tax，却写在 market2 的文件里",
        "themes/B5.yaml:3: theme.code: 主题代码 B4 与文件名 B5 不一致",
    ]


def test_missing_folder_and_empty_folder(tmp_path: Path) -> None:
    assert only(tmp_path / "nowhere").message == "目录文件夹不存在"
    assert only(tmp_path).message == "目录中没有主题"


def test_what_cannot_be_read_makes_no_other_definition_look_wrong(tmp_path: Path) -> None:
    """A theme that uses and offers things is unreadable: nothing of these is called unused or unknown."""
    folder = written(tmp_path, shop())
    theme = folder / "themes" / "B4.yaml"
    theme.write_text(theme.read_text(encoding="utf-8") + "\n]", encoding="utf-8")
    _, faults = read_catalog(folder)
    assert [fault.file for fault in faults] == ["themes/B4.yaml"]
