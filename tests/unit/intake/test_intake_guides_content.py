"""The city's own themes: every page and document can be made, in every situation."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from fixtures.catalogues import city_catalog
from lianban.catalog.answers import combinations
from lianban.catalog.guide import Guide
from lianban.catalog.guide_builder import build_guide
from lianban.catalog.models import Catalog
from lianban_intake.guides import pages, typeset
from lianban_intake.guides.answers import chosen
from lianban_intake.guides.qr import qr_svg

FOLDER = Path(__file__).parents[3] / "catalog"
THEMES = sorted(path.stem for path in (FOLDER / "themes").glob("*.yaml"))
DATED = date(2026, 7, 1)
URL = "https://gov.example/guide/X1"


@cache
def catalog() -> Catalog:
    return city_catalog()


@cache
def whole(code: str) -> Guide:
    return build_guide(catalog(), code)


@pytest.mark.parametrize("code", THEMES)
def test_pages_of_every_situation(code: str) -> None:
    theme = catalog().themes[code]
    page = pages.guide_page(whole(code), whole(code), chosen(theme, {})).decode()
    assert all(step.when in page for step in whole(code).steps if step.when)
    for answers in islice(combinations(theme), 12):
        guide = build_guide(catalog(), code, answers)
        page = pages.guide_page(whole(code), guide, chosen(theme, answers)).decode()
        assert theme.name in page
        assert "时办理</p>" not in page  # every condition is settled
        assert f"<dt>全程承诺时限</dt><dd>{guide.promised}</dd>" in page
        assert f"对申请人的承诺是全程承诺时限 {guide.promised}。" in page


@pytest.mark.parametrize("code", THEMES)
def test_documents(code: str) -> None:
    content = typeset.standard_pdf(whole(code), DATED)
    poster = typeset.poster_pdf(whole(code), DATED, URL, qr_svg(URL))
    for pdf, least, most in ((content, 5, 60), (poster, 1, 1)):
        assert pdf.startswith(b"%PDF-1.7")
        assert whole(code).name.encode() in pdf  # the title in its metadata
        count = re.search(rb"<xmpTPg:NPages>(\d+)<", pdf)
        assert count is not None
        assert least <= int(count[1]) <= most
    assert whole(code).name.encode() in pages.poster_page(whole(code), URL, qr_svg(URL))
