"""The compiler on the hand-made theme: what an applicant, a department and a case get."""

from __future__ import annotations

import gc
from decimal import Decimal

import pytest
from catalog_samples import entry, made, shop

from lianban.catalog import index as index_module
from lianban.catalog.compiler import Compilation, ForeignDivision, UnknownTheme, compile_theme
from lianban.catalog.index import theme_index
from lianban.catalog.terms import MaterialForm, RefusalPolicy
from lianban.clock.limits import Unit

CATALOG = made(shop())
FULL = {"place": "rented", "sign": "yes", "busy_street": "yes"}
SMALL = {"place": "own", "sign": "no"}


def compiled(answers: dict[str, str], division: str = "429006") -> Compilation:
    return compile_theme(CATALOG, "B4", answers, division)


def test_plan_of_everything() -> None:
    plan = compiled(FULL).plan
    assert {step.code: step.after for step in plan.steps} == {
        "register": (),
        "tax-setup": ("register",),
        "sign": ("register",),
        "sign-notice": ("sign",),
        "water-account": ("sign-notice", "register"),
    }
    assert plan.step("sign-notice").on_refusal is RefusalPolicy.INDEPENDENT
    assert plan.step("sign").on_refusal is RefusalPolicy.GATE
    assert (plan.acceptance_limit.unit, plan.acceptance_limit.promised) == (Unit.WORKING_DAYS, 5)
    assert plan.lead_department_name == "市场监督管理局"
    assert [result.code for result in plan.step("register").results] == ["licence"]


def test_a_step_left_out_hands_on_what_it_waited_for() -> None:
    plan = compiled(SMALL).plan
    assert {step.code: step.after for step in plan.steps} == {
        "register": (),
        "tax-setup": ("register",),
        "water-account": ("register",),
    }


def test_form_keeps_groups_together_and_requires_what_any_step_requires() -> None:
    form = compiled(FULL).form
    assert [field.code for field in form.fields] == [
        "owner_mobile",
        "owner_name",
        "owner_id",
        "shop_name",
        "sign_area",
    ]
    assert form.groups == ("经营者信息", "店铺信息")
    mobile = form.fields[0]
    assert mobile.required
    assert mobile.needed_by == ("tax-setup", "sign")
    schema = form.json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["owner_id"]["x-type"] == "identity_number"
    assert schema["properties"]["sign_area"] == {
        "title": "招牌面积",
        "type": "number",
        "minimum": 0,
        "maximum": 500,
        "x-type": "decimal",
        "x-group": "店铺信息",
        "x-order": 5,
    }


def test_materials_are_merged_and_the_licence_is_not_asked_for() -> None:
    compilation = compiled(FULL)
    found = {item.material: item for item in compilation.materials}
    card = found["identity-card"]
    assert (card.form, card.copies, card.required) == (MaterialForm.ORIGINAL, 2, True)
    assert (card.needed_by, card.standards) == (("register", "tax-setup"), ("清晰",))
    assert found["lease"].form is MaterialForm.COPY
    licence = found["licence"]
    assert not licence.asked
    assert (licence.produced_by, licence.produced_for) == (("register",), ("tax-setup", "sign"))
    assert [item.material for item in compilation.to_submit] == ["identity-card", "lease", "sign-drawing"]
    assert "lease" not in {item.material for item in compiled(SMALL).materials}


def test_dossiers_are_cut_to_the_matter() -> None:
    dossiers = compiled(FULL).dossiers
    assert dossiers["tax-setup"].elements == ("shop_name", "owner_mobile")
    assert dossiers["tax-setup"].materials == ("licence", "identity-card")
    assert dossiers["water-account"].elements == ()
    assert compiled(SMALL).dossiers["register"].materials == ("identity-card",)


def test_notice_tells_everything_at_once() -> None:
    notice = compiled(FULL, "429006100").notice
    assert notice.division == "样例镇"
    assert notice.conditions[0] == "在本市经营"
    assert len(notice.conditions) == 6
    assert [(material.name, material.form, material.copies) for material in notice.materials] == [
        ("居民身份证", "原件", 2),
        ("租赁合同", "复印件", 1),
        ("招牌效果图", "复印件", 1),
    ]
    assert notice.materials[0].exempt is not None
    assert notice.not_asked == ("营业执照：由本次联办的“事项register”环节产生，无需提交",)
    assert (notice.promised, notice.legal) == ("13个工作日", "45个工作日")
    assert [step.promised for step in notice.steps][-2:] == ["7个自然日", "1个工作日"]
    assert notice.steps[-1].after == ("事项sign-notice", "事项register")
    assert notice.steps[0].basis == ("《中华人民共和国行政许可法》第十二条",)
    assert notice.fee_total == Decimal("12.50")
    assert [(fee.matter, fee.amount) for fee in notice.fees] == [("事项sign", Decimal("12.50"))]
    assert [result.name for result in notice.results] == ["营业执照", "设置许可"]
    assert notice.windows[0].phone == "0728-0000001"
    assert notice.visits == 1
    assert notice.review_note is not None
    assert "市监局、税务局、城管局、水务" in notice.review_note


def test_a_confirmed_theme_has_no_review_note() -> None:
    raw = shop()
    for item in [*raw["matters"], *raw["themes"]]:
        item["review"] = "confirmed"
    assert compile_theme(made(raw), "B4", SMALL, "429006").notice.review_note is None


def test_savings_are_computed_from_the_matters_in_the_plan() -> None:
    savings = compiled(FULL).savings
    before = {"days": 50, "steps": 15, "materials": 6, "visits": 10, "forms": 3, "fields": 7}
    after = {"days": 12, "steps": 5, "materials": 3, "visits": 1, "forms": 1, "fields": 4}
    assert (savings.before.model_dump(), savings.after.model_dump()) == (before, after)
    assert savings.fields_without_prefill == 5


def test_what_a_registry_prefills_is_not_typed() -> None:
    raw = shop()
    entry(raw, "elements", "shop_name").update(registry="population", subject="owner")
    savings = compile_theme(made(raw), "B4", FULL, "429006").savings
    assert (savings.before.fields, savings.after.fields, savings.fields_without_prefill) == (7, 3, 5)


def test_savings_of_a_batch_fall_back_to_the_promise_of_the_theme() -> None:
    raw = shop()
    entry(raw, "matters", "water-account")["kind"] = "BATCH"
    del entry(raw, "matters", "water-account")["limit"]
    assert compile_theme(made(raw), "B4", SMALL, "429006").savings.after.days == 13


def test_one_matter_may_serve_two_steps() -> None:
    raw = shop()
    entry(raw, "themes", "B4")["steps"].append({"matter": "sign", "code": "second-sign", "after": ["sign"]})
    compilation = compile_theme(made(raw), "B4", FULL, "429006")
    assert compilation.notice.fee_total == Decimal("25.00")
    assert compilation.dossiers["second-sign"] == compilation.dossiers["sign"]


def test_unknown_theme_and_foreign_division() -> None:
    with pytest.raises(UnknownTheme):
        compile_theme(CATALOG, "Z9", {}, "429006")
    for division in ("420100", "429006999", ""):
        with pytest.raises(ForeignDivision):
            compiled(SMALL, division)


@pytest.mark.parametrize(
    ("section", "code", "field"),
    [
        ("departments", "tax", "name"),
        ("elements", "sign_area", "hint"),
        ("materials", "lease", "description"),
        ("divisions", "429006", "name"),
        ("themes", "B4", "summary"),
    ],
)
def test_version_follows_everything_the_theme_refers_to(section: str, code: str, field: str) -> None:
    raw = shop()
    entry(raw, section, code)[field] = "改过"
    assert theme_index(made(raw), "B4").version != theme_index(CATALOG, "B4").version


def test_version_ignores_what_the_theme_does_not_refer_to() -> None:
    raw = shop()
    entry(raw, "divisions", "420100")["name"] = "改过"
    assert theme_index(made(raw), "B4").version == theme_index(CATALOG, "B4").version


def test_what_is_remembered_of_a_catalogue_goes_with_it() -> None:
    catalog = made(shop())
    assert theme_index(catalog, "B4") is theme_index(catalog, "B4")
    identity = id(catalog)
    assert identity in index_module._REMEMBERED
    del catalog
    gc.collect()
    assert identity not in index_module._REMEMBERED
