"""A package of the small catalogue, and a second division to take it into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lianban.catalog.loader import load_catalog
from lianban.commands.mapping import skeleton
from lianban.publishing.files import canonical
from lianban.replication.opening import opened
from lianban.replication.package import Package, collected, digest_of, packed

XIANTAO = """\
departments:
  registry: dengji
  permits: {code: shenpi, name: 仙桃市审批局, short_name: 审批局, window: 政务中心3号, phone: 0728-3222222}
  supplies: supplies
divisions: {"429006": "429004"}
texts: {天门市: 仙桃市}
"""


def package_of(folder: Path, *themes: str) -> Package:
    return opened(packed(collected(load_catalog(folder), themes), None))


def second(folder: Path) -> Path:
    """A division that has begun: its departments, no theme yet."""
    folder.mkdir()
    (folder / "divisions.yaml").write_text(
        '# 仙桃市的区划\ndivisions:\n  - {code: "429004", name: 仙桃市, level: county}\n'
        '  - {code: "429004001", name: 沙嘴街道, level: township, parent: "429004"}\n',
        encoding="utf-8",
    )
    (folder / "departments.yaml").write_text(
        "# 仙桃市的部门\ndepartments:\n    - {code: dengji, name: 仙桃市登记局, short_name: 登记局}\n"
        "    - {code: supplies, name: 仙桃供应公司, short_name: 供应公司, kind: utility}\n",
        encoding="utf-8",
    )
    return folder


def written(folder: Path, text: str, name: str = "mapping.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def identity(folder: Path, package: Package) -> Path:
    return written(folder, "\n".join(skeleton(package)), "identity.yaml")


def forged(data: bytes, change: Any) -> bytes:
    """The package with its parts changed, and its manifest made to agree."""
    content = json.loads(data)
    change(content)
    content["manifest"]["parts"] = {section: digest_of(entries) for section, entries in content["parts"].items()}
    return canonical(content)
