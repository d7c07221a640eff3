"""What can be asked elsewhere, of whom and what for, and the consent that says so."""

from __future__ import annotations

from catalog_samples import Raw, entry, made, shop

from lianban.catalog.compiler import Compilation, compile_theme

ANSWERS = {"place": "own", "sign": "no"}


def compiled(raw: Raw, answers: dict[str, str] | None = None) -> Compilation:
    return compile_theme(made(raw), "B4", answers or ANSWERS, "429006")


def test_each_source_is_asked_for_the_matters_that_need_it() -> None:
    prefill = compiled(shop()).prefill
    assert [subject.code for subject in prefill.subjects] == ["owner"]
    [registry] = prefill.registries
    assert (registry.registry, registry.elements, registry.matters) == ("population", ("owner_name",), ("register",))
    [licence] = prefill.licences
    assert (licence.licence, licence.materials) == ("identity-card", ("identity-card",))
    assert set(licence.matters) == {"register", "tax-setup"}


def test_materials_that_are_one_licence_are_fetched_once() -> None:
    raw = shop()
    raw["materials"].append(
        {"code": "owner-card", "name": "经营者身份证", "elicence": "identity-card", "subject": "owner"}
    )
    entry(raw, "matters", "register")["materials"].append({"material": "owner-card"})
    [licence] = compiled(raw).prefill.licences
    assert licence.materials == ("identity-card", "owner-card")


def test_what_an_earlier_step_makes_is_not_fetched() -> None:
    raw = shop()
    raw["licences"].append({"code": "business-licence", "name": "营业执照", "issuer": "市监局"})
    entry(raw, "materials", "licence").update(elicence="business-licence", subject="owner")
    compilation = compiled(raw)
    [made_here] = [item for item in compilation.materials if item.material == "licence"]
    assert not made_here.fetchable
    assert "business-licence" not in {query.licence for query in compilation.prefill.licences}


def test_what_is_nobodys_is_asked_of_the_applicant() -> None:
    raw = shop()
    del entry(raw, "elements", "owner_name")["subject"]
    del entry(raw, "materials", "identity-card")["subject"]
    compilation = compiled(raw)
    assert (compilation.prefill.subjects, compilation.prefill.registries, compilation.prefill.licences) == ((), (), ())
    assert "x-registry" not in compilation.form.json_schema()["properties"]["owner_name"]
    assert all(material.exempt is None for material in compilation.notice.materials)


def test_consent_names_everything_and_changes_with_it() -> None:
    consent = compiled(shop()).prefill.consent
    assert "经营者：向人口库查询经营者姓名；从电子证照库调取居民身份证。" in consent.text
    assert "“开办小店”" in consent.text
    assert consent.version.startswith("B4-")
    assert compiled(shop()).prefill.consent == consent
    with_sign = {"place": "own", "sign": "yes", "busy_street": "no"}
    assert compiled(shop(), with_sign).prefill.consent.version != consent.version
    renamed = shop()
    entry(renamed, "registries", "population")["name"] = "人口基础库"
    assert compiled(renamed).prefill.consent.version != consent.version
    assert compiled(renamed).plan.version != compiled(shop()).plan.version
