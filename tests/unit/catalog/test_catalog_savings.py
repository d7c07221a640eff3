"""What themes spare, over all situations."""

from __future__ import annotations

from statistics import fmean

import pytest
from catalog_samples import entry, made, shop

from lianban.catalog.answers import combinations
from lianban.catalog.compiler import compile_theme
from lianban.catalog.savings_table import FIGURES, savings_table, spared


def test_means_over_every_situation_and_the_least() -> None:
    catalog = made(shop())
    (theme,) = savings_table(catalog).themes
    found = [compile_theme(catalog, "B4", answers, "429006").savings for answers in combinations(catalog.themes["B4"])]
    assert (theme.situations, theme.exhaustive) == (len(found), True) == (6, True)
    for name in FIGURES:
        before, after = ([getattr(getattr(item, side), name) for item in found] for side in ("before", "after"))
        assert theme.before[name] == pytest.approx(fmean(before))
        assert theme.after[name] == pytest.approx(fmean(after))
        shares = [1 - late / early for early, late in zip(before, after, strict=True)]
        assert theme.least[name] == pytest.approx(min(shares))


def test_totals_are_the_sums_of_the_themes() -> None:
    raw = shop()
    raw["themes"].append({**entry(raw, "themes", "B4"), "code": "B10"})
    table = savings_table(made(raw))
    assert [theme.code for theme in table.themes] == ["B4", "B10"]
    assert table.before["days"] == pytest.approx(2 * table.themes[0].before["days"])
    assert table.fields_without_prefill == pytest.approx(2 * table.themes[0].fields_without_prefill)


def test_a_theme_with_too_many_situations_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianban.catalog.answers.MAX_SITUATIONS", 4)
    (theme,) = savings_table(made(shop())).themes
    assert (theme.situations, theme.exhaustive) == (4, False)


def test_nothing_to_spare_has_no_share() -> None:
    assert spared(0, 0) is None
    raw = shop()
    for matter in raw["matters"]:
        matter["before"]["visits"] = matter["visits"] = 0
    (theme,) = savings_table(made(raw)).themes
    assert "visits" not in theme.least
