"""Sample applications from a made-up theme's form and list."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lianban.catalog.terms import DeliveryMode
from lianban_sandbox.portal.samples import Sample, sample_answers

TODAY = date(2026, 11, 22)
THEME = {
    "code": "X1",
    "audience": "person",
    "division": "429006",
    "questions": [
        {"code": "size", "options": [{"value": "small"}, {"value": "large"}]},
        {"code": "again", "options": [{"value": "no"}, {"value": "yes"}], "when": 'answers.size == "large"'},
    ],
    "delivery": [{"mode": "courier", "name": "寄递"}, {"mode": "electronic", "name": "电子送达"}],
}


def text(title: str, **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "type": "string",
        "x-type": "text",
        "minLength": 1,
        "maxLength": 100,
        "pattern": r"\S",
    } | more


def kind(title: str, kind: str) -> dict[str, Any]:
    return {"title": title, "type": "string", "x-type": kind}


SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "child_name": text("儿童姓名"),
        "child_birth_date": kind("出生日期", "date"),
        "mother_name": text("母亲姓名"),
        "mother_id_number": kind("母亲公民身份号码", "identity_number"),
        "mother_gender": {
            "title": "母亲性别",
            "type": "string",
            "oneOf": [{"const": "m", "title": "男"}, {"const": "f", "title": "女"}],
        },
        "mother_mobile": kind("母亲手机号码", "mobile"),
        "account_name": text("收款账户户名"),
        "company_credit_code": kind("统一社会信用代码", "credit_code"),
        "home_division": kind("现居住乡镇", "division"),
        "note": text("说明", minLength=30, maxLength=40),
        "ethnicity": text("民族", description="如：汉族"),
        "plate": text("车牌", pattern="^鄂R[0-9A-Z]{5}$", maxLength=7),
        "area": {"title": "面积（平方米）", "type": "number", "minimum": 1, "maximum": 100_000},
        "price": {"title": "成交价（元）", "type": "number", "minimum": 0, "maximum": 100_000_000},
        "weeks": {"title": "孕周", "type": "integer", "minimum": 20, "maximum": 45},
        "agreed": {"title": "同意", "type": "boolean"},
        "level": {"enum": ["a", "b"]},
    },
}
FORM = {
    "schema": SCHEMA,
    "materials": [
        {"material": "statement", "name": "情况说明", "formats": ["pdf", "png"], "required": True, "elicence": None},
        {"material": "photo", "name": "照片", "formats": ["jpeg"], "required": False, "elicence": None},
        {"material": "register", "name": "户口簿", "formats": ["pdf"], "required": False, "elicence": "register"},
    ],
}


def sample(seed: int = 1, theme: dict[str, Any] | None = None) -> Sample:
    return Sample(theme or THEME, {"size": "small"}, FORM, seed, today=TODAY)


@pytest.mark.parametrize("seed", range(30))
def test_the_form_is_valid_by_its_schema(seed: int) -> None:
    made = sample(seed).form
    assert made.keys() == SCHEMA["properties"].keys()
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(made)


def test_fields_of_one_person_agree() -> None:
    form = sample().form
    assert form["mother_gender"] == "f"
    assert int(form["mother_id_number"][16]) % 2 == 0
    assert form["account_name"] == form["mother_name"]  # the only grown-up: she applies
    assert form["child_name"] != form["mother_name"]
    assert 0 < (TODAY - date.fromisoformat(form["child_birth_date"])).days < 60


def test_hints_are_followed() -> None:
    assert sample().form["ethnicity"] == "汉族"


def test_an_application_says_who_applies_and_where_the_results_go() -> None:
    one = sample()
    digests = {"statement": "a" * 64, "photo": "b" * 64, "register": "c" * 64}
    application = one.application("portal", "X1-1", digests)
    assert application["source"] == {"system": "portal", "number": "X1-1"}
    assert application["applicant"]["identity_number"] == application["form"]["mother_id_number"]
    assert application["delivery"]["mode"] == "courier"
    assert application["delivery"]["recipient"] == application["applicant"]["name"]
    assert {item["material"]: item["digest"] for item in application["materials"]} == digests


def test_delivery_is_as_wanted_or_as_offered() -> None:
    digests = {"statement": "a" * 64, "photo": "b" * 64, "register": "c" * 64}
    wanted = sample().application("portal", "1", digests, delivery=DeliveryMode.ELECTRONIC)
    assert wanted["delivery"] == {"mode": "electronic"}
    window = [{"mode": "pickup", "name": "窗口领取"}, {"mode": "electronic", "name": "电子送达"}]
    at_window = sample(theme={**THEME, "delivery": window})
    assert at_window.application("portal", "1", digests)["delivery"] == {"mode": "electronic"}
    pickup = {**THEME, "delivery": [{"mode": "pickup", "name": "窗口领取"}]}
    assert sample(theme=pickup).application("portal", "1", digests)["delivery"] == {"mode": "pickup"}


def test_a_company_applies_by_its_credit_code() -> None:
    one = sample(theme={**THEME, "audience": "company"})
    applicant = one.application("portal", "1", {"statement": "a", "photo": "b", "register": "c"})["applicant"]
    assert applicant["credit_code"] == one.form["company_credit_code"]
    assert "identity_number" not in applicant


def test_files_are_in_a_format_they_may_have() -> None:
    files = {file.material: file for file in sample().files()}
    assert files.keys() == {"statement", "photo", "register"}
    assert files["photo"].media_type == "image/jpeg"
    assert files["statement"].media_type in ("application/pdf", "image/png")


def offered() -> dict[str, Any]:
    subjects = [
        {"code": "mother", "name": "母亲", "type": "person"},
        {"code": "child", "name": "儿童", "type": "person"},
        {"code": "applicant", "name": "申请人", "type": "person"},
        {"code": "company", "name": "企业", "type": "company"},
    ]
    fields = SCHEMA["properties"] | {
        "mother_id_number": kind("母亲公民身份号码", "identity_number") | {"x-subject": "mother"}
    }
    offer = {"subjects": subjects, "consent": {"version": "X1-1", "text": "同意"}}
    return {"schema": {"properties": fields}, "materials": FORM["materials"], "prefill": offer}


def test_everybody_agrees_to_prefill_a_child_by_its_guardian() -> None:
    one = Sample(THEME, {"size": "small"}, offered(), 1, today=TODAY)
    request = one.prefill_request()
    assert request is not None
    holders = {tuple(holder["subjects"]): holder for holder in request["holders"]}
    assert set(holders) == {("mother", "applicant"), ("child",), ("company",)}
    assert holders["mother", "applicant"]["identity"] == one.form["mother_id_number"]
    assert holders["company",]["identity"] == one.form["company_credit_code"]
    agreed = {"given": True, "text_version": "X1-1", "given_by": "self"}
    assert holders["mother", "applicant"]["consent"] == agreed
    assert holders["child",]["consent"] == agreed | {"given_by": "guardian"}


def test_a_relative_agrees_for_who_has_died() -> None:
    form = offered()
    form["prefill"]["subjects"] = [{"code": "mother", "name": "逝者", "type": "person", "deceased": True}]
    request = Sample(THEME, {"size": "small"}, form, 1, today=TODAY).prefill_request()
    assert request is not None
    assert [holder["consent"]["given_by"] for holder in request["holders"]] == ["relative"]


def test_nothing_to_prefill_is_no_request() -> None:
    assert sample().prefill_request() is None


def test_what_is_prefilled_stands_in_the_form_and_what_is_fetched_is_not_uploaded() -> None:
    one = Sample(THEME, {"size": "small"}, offered(), 1, today=TODAY)
    card = {"material": "register", "digest": "f" * 64, "file_name": "户口簿.pdf"}
    one.take({"values": {"ethnicity": {"value": "土家族"}}, "materials": [card], "not_fetched": []})
    assert one.prefilled == {"ethnicity"}
    assert one.form["ethnicity"] == "土家族"
    assert {file.material for file in one.files()} == {"statement", "photo"}
    application = one.application("portal", "1", {"statement": "a" * 64, "photo": "b" * 64})
    assert application["materials"][0] == {"material": "register", "digest": "f" * 64, "name": "户口簿.pdf"}
    assert {item["material"] for item in application["materials"]} == {"register", "statement", "photo"}


def test_a_seed_is_a_sample() -> None:
    assert sample(7).form == sample(7).form
    assert sample(7).files() == sample(7).files()
    assert sample(7).form != sample(8).form


def test_every_question_is_answered_and_choices_are_kept() -> None:
    assert sample_answers(THEME, 1).keys() == {"size", "again"}
    assert all(sample_answers(THEME, seed, {"size": "large"})["size"] == "large" for seed in range(9))
    assert len({str(sample_answers(THEME, seed)) for seed in range(30)}) == 4
