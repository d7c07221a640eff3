"""Samples for every theme of the catalogue, as its own checks see them."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.catalogues import city_catalog
from lianban.catalog.compiler import compile_theme
from lianban.catalog.form import FormField, FormSpec
from lianban.catalog.form_check import check_form
from lianban.catalog.models import Catalog
from lianban_sandbox.portal.samples import Sample, sample_answers


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return city_catalog()


def test_every_element_has_values_that_its_checks_let_pass(catalog: Catalog) -> None:
    fields = tuple(FormField(element=item, required=True, needed_by=()) for item in catalog.elements.values())
    form = FormSpec(title="全部数据元", fields=fields)
    theme = {"code": "X1", "division": "429006", "delivery": [{"mode": "courier"}]}
    for seed in range(12):
        sample = Sample(theme, {}, {"schema": form.json_schema(), "materials": []}, seed)
        assert check_form(form, sample.form) == [], seed


def test_forms_and_materials_of_all_themes_can_be_filled_in(catalog: Catalog) -> None:
    for code, theme in catalog.themes.items():
        described: dict[str, Any] = theme.model_dump(mode="json")
        described["delivery"] = [{"mode": mode} for mode in described["delivery"]]
        for seed in range(12):
            answers = sample_answers(described, seed)
            compiled = compile_theme(catalog, code, answers, theme.division)
            asked = [item.model_dump(mode="json") for item in compiled.to_submit]
            sample = Sample(described, answers, {"schema": compiled.form.json_schema(), "materials": asked}, seed)
            assert check_form(compiled.form, sample.form) == [], (code, seed)
            given = {file.material for file in sample.files()}
            assert {item.material for item in compiled.to_submit if item.required} <= given
            sample.application("portal", str(seed), dict.fromkeys(given, "0" * 64))
