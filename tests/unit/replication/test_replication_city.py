"""Every theme of the city's catalogue can be handed on by itself and comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from replication_samples import identity

from fixtures.catalogues import CITY, city_catalog
from lianban.catalog.loader import read_catalog
from lianban.catalog.models import Catalog
from lianban.replication.mapping import read_mapping
from lianban.replication.opening import opened
from lianban.replication.package import collected, packed
from lianban.replication.taking_in import take_in

THEMES = sorted(path.stem for path in (CITY / "themes").glob("*.yaml"))


@pytest.fixture(scope="module")
def city() -> Catalog:
    return city_catalog()


@pytest.mark.parametrize("code", THEMES)
def test_a_theme_comes_back_as_it_was(city: Catalog, code: str, tmp_path: Path) -> None:
    data = packed(collected(city, [code]), None)
    package = opened(data)
    take_in(package, read_mapping(identity(tmp_path, package), package), tmp_path / "copy", package.source.code)
    copy, faults = read_catalog(tmp_path / "copy")
    assert faults == []
    assert copy is not None
    assert packed(collected(copy, [code]), None) == data
