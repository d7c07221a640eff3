"""What a theme consists of: enough to compile it, and no more; its version is the hash of just that."""

from __future__ import annotations

import pytest
from catalog_samples import entry, made, shop
from catalog_strategies import catalogs
from hypothesis import given

from fixtures.catalogues import city_catalog
from lianban.catalog.answers import combinations, first_answers
from lianban.catalog.closure import SECTION_MODELS, closure, content, content_version, entries
from lianban.catalog.compiler import compile_theme
from lianban.catalog.field_names import FIELD_ZH, SECTION_ZH
from lianban.catalog.index import theme_index
from lianban.catalog.lint.references import references
from lianban.catalog.models import Catalog


@pytest.fixture(scope="module")
def city() -> Catalog:
    return city_catalog()


def test_it_compiles_as_the_whole_catalogue_does(city: Catalog) -> None:
    for code, theme in city.themes.items():
        part, answers = closure(city, theme), first_answers(theme)
        for division in [item for item in city.divisions if item.startswith(theme.division)][:3]:
            assert compile_theme(part, code, answers, division) == compile_theme(city, code, answers, division)


@given(raw=catalogs())
def test_it_compiles_as_the_whole_does_whatever_is_answered(raw: dict[str, list[dict[str, object]]]) -> None:
    whole = made(raw)
    part = closure(whole, whole.themes["X1"])
    for answers in combinations(whole.themes["X1"]):
        given_answers = {code: value for code, value in answers.items() if value}
        assert compile_theme(part, "X1", given_answers, "429006") == compile_theme(whole, "X1", given_answers, "429006")


def test_it_is_closed_and_the_same_when_taken_again(city: Catalog) -> None:
    for theme in city.themes.values():
        part = closure(city, theme)
        for section, code, _, target, named in references(part):
            if target == "roles":
                assert any(item.role == named for item in part.departments.values()), (section, code)
            else:
                assert named in getattr(part, target), (section, code, target, named)
        assert content(closure(part, theme)) == content(part)
        assert content_version(content(part)) == theme_index(city, theme.code).version


def test_it_holds_nothing_the_theme_does_not_need() -> None:
    raw = shop()
    raw["materials"].append({"code": "spare", "name": "多余"})
    raw["departments"].append(
        {"code": "far", "name": "外市乡镇", "short_name": "外", "role": "town", "division": "420100"}
    )
    raw["departments"].append(
        {"code": "near", "name": "样例镇政府", "short_name": "镇", "role": "town", "division": "429006100"}
    )
    entry(raw, "matters", "register")["handled_by"] = "town"
    part = closure(made(raw), made(raw).themes["B4"])
    assert "spare" not in part.materials
    assert "420100" not in part.divisions
    assert part.departments.keys() == {"market", "tax", "urban", "water", "near"}


@pytest.mark.parametrize(
    ("section", "code", "field"),
    [("licences", "identity-card", "issuer"), ("departments", "urban", "phone"), ("divisions", "429006100", "name")],
)
def test_whatever_belongs_to_it_makes_a_version(section: str, code: str, field: str) -> None:
    raw = shop()
    before = theme_index(made(raw), "B4").version
    entry(raw, section, code)[field] = "12345678"
    assert theme_index(made(raw), "B4").version != before


def test_every_section_and_every_field_has_a_place_and_a_name(city: Catalog) -> None:
    """A section added to the catalogue is to be added to closures, versions, differences and packages too."""
    assert set(SECTION_MODELS) == set(Catalog.model_fields) == set(SECTION_ZH)
    names: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            names.update(map(str, value))
            for part in value.values():
                collect(part)
        elif isinstance(value, list):
            for part in value:
                collect(part)

    for _, item in entries(city):
        collect({**item.model_dump(mode="json"), "given": None, "limit": None})
    assert {name for name in names if name not in FIELD_ZH} <= {
        *("unit", "promised", "legal", "facts"),  # a limit is told as one
        *(code for theme in city.themes.values() for code in theme.given),
    }
