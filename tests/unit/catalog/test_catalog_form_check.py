"""Values of a form: every fault, at its place, in Chinese, without the value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from lianban.catalog.form import FormField, FormSpec
from lianban.catalog.form_check import FormProblem, check_form
from lianban.catalog.models import Element


def field(code: str, kind: str, *, required: bool = False, **more: Any) -> FormField:
    element = Element.model_validate({"code": code, "name": f"项{code}", "type": kind, "group": "组", **more})
    return FormField(element=element, required=required)


FORM = FormSpec(
    title="样表",
    fields=(
        field("name", "text", required=True, max_length=10),
        field("id_number", "identity_number", required=True),
        field("credit", "credit_code"),
        field("mobile", "mobile"),
        field("email", "email"),
        field("born", "date"),
        field("count", "integer", minimum=1, maximum=9),
        field("area", "decimal", minimum=0),
        field("agreed", "boolean"),
        field("place", "division"),
        field("plate", "text", pattern="^鄂R[A-Z0-9]{5}$", hint="号牌如鄂R12345"),
        field("kind", "choice", options=[{"value": "one", "label": "甲"}, {"value": "two", "label": "乙"}]),
    ),
)


def identity(seventeen: str) -> str:
    return seventeen + ric.calc_check_digit(seventeen + "0")


def credit(seventeen: str) -> str:
    return seventeen + uscc.calc_check_digit(seventeen)


GOOD = {
    "name": "张三",
    "id_number": identity("42900619600101001"),
    "credit": credit("91429006MA4900000"),
    "mobile": "13800000000",
    "email": "someone@example.cn",
    "born": "2016-02-29",
    "count": 3,
    "area": 12.5,
    "agreed": False,
    "place": "429006100",
    "plate": "鄂R12345",
    "kind": "two",
}


def problems(**changes: Any) -> list[tuple[str, FormProblem]]:
    return [(fault.pointer, fault.code) for fault in check_form(FORM, {**GOOD, **changes})]


def test_good_values() -> None:
    assert check_form(FORM, GOOD) == []
    assert check_form(FORM, {"name": "李四", "id_number": GOOD["id_number"]}) == []


@pytest.mark.parametrize(
    ("code", "value", "problem"),
    [
        ("name", "", FormProblem.BLANK),
        ("name", " \u3000", FormProblem.BLANK),
        ("name", "张" * 11, FormProblem.TOO_LONG),
        ("name", 5, FormProblem.TYPE),
        ("name", None, FormProblem.TYPE),
        ("name", "张\x00三", FormProblem.CHARACTERS),
        ("name", "张\ud800三", FormProblem.CHARACTERS),
        ("id_number", "42900620160229001", FormProblem.PATTERN),
        ("id_number", "４２９００６２０１６０２２９００１Ｘ", FormProblem.PATTERN),
        ("id_number", GOOD["id_number"][:-1] + ("0" if GOOD["id_number"][-1] != "0" else "1"), FormProblem.CHECK_DIGIT),
        ("id_number", identity("42900620150229001"), FormProblem.DATE),
        ("id_number", identity("42900620151301001"), FormProblem.DATE),
        ("id_number", "42900619700101001x", FormProblem.PATTERN),
        ("credit", credit("91429006MA4900000")[:-1] + "I", FormProblem.PATTERN),
        ("credit", "91429006MA49000009", FormProblem.CHECK_DIGIT),
        ("mobile", "12800000000", FormProblem.PATTERN),
        ("mobile", "13800000000\n", FormProblem.CHARACTERS),
        ("email", "someone@", FormProblem.PATTERN),
        ("born", "2015-02-29", FormProblem.DATE),
        ("born", "20150201", FormProblem.PATTERN),
        ("count", 0, FormProblem.TOO_SMALL),
        ("count", 10, FormProblem.TOO_LARGE),
        ("count", 1.5, FormProblem.TYPE),
        ("count", True, FormProblem.TYPE),
        ("area", -0.1, FormProblem.TOO_SMALL),
        ("area", float("nan"), FormProblem.TYPE),
        ("area", float("inf"), FormProblem.TYPE),
        ("agreed", "yes", FormProblem.TYPE),
        ("place", "42900", FormProblem.PATTERN),
        ("plate", "鄂A12345", FormProblem.PATTERN),
        ("kind", "three", FormProblem.OPTION),
        ("kind", 1, FormProblem.TYPE),
        ("kind", ["one"], FormProblem.TYPE),
    ],
)
def test_bad_value(code: str, value: Any, problem: FormProblem) -> None:
    assert problems(**{code: value}) == [(f"/{code}", problem)]


def test_numbers_of_people_registered_under_an_older_or_newer_place_code_are_right() -> None:
    assert problems(id_number=identity("42900619880101001")) == []
    assert problems(id_number=identity("42242819880101001")) == []


def test_credit_code_of_a_village_collective_is_right() -> None:
    assert problems(credit=credit("N2429006MF0000000")) == []


def test_every_fault_at_once_in_the_order_of_the_form() -> None:
    values = {"mobile": "1", "born": "2015-02-30", "a~b/c": "x", "credit": 3}
    assert [(fault.pointer, fault.code) for fault in check_form(FORM, values)] == [
        ("/a~0b~1c", FormProblem.UNKNOWN),
        ("/name", FormProblem.MISSING),
        ("/id_number", FormProblem.MISSING),
        ("/credit", FormProblem.TYPE),
        ("/mobile", FormProblem.PATTERN),
        ("/born", FormProblem.DATE),
    ]


def test_messages_name_the_field_and_the_cure() -> None:
    messages = {fault.pointer: fault.message_zh for fault in check_form(FORM, {**GOOD, "kind": "x", "plate": "x"})}
    assert messages == {"/plate": "“项plate”号牌如鄂R12345", "/kind": "“项kind”应为以下之一：甲、乙"}


# Ends in a sign of its own: hypothesis finds texts in the code, among them parts of the messages themselves.
SECRETS = st.text(min_size=6, max_size=30).map(lambda text: f"{text}§")


@given(st.dictionaries(st.sampled_from([item.code for item in FORM.fields]), SECRETS))
def test_messages_never_hold_a_value(values: dict[str, str]) -> None:
    for fault in check_form(FORM, values):
        assert values.get(fault.pointer[1:], "\0") not in fault.message_zh


@given(
    st.dictionaries(
        st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.floats() | st.text(), max_size=5
    )
)
def test_any_json_is_answered(values: dict[str, Any]) -> None:
    assert {fault.code for fault in check_form(FORM, values)} >= {FormProblem.MISSING}


def test_a_forms_schema_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    build = FormSpec.json_schema
    monkeypatch.setattr(FormSpec, "json_schema", lambda form: built.append(form) or build(form))
    one, other = FORM.model_copy(), FORM.model_copy(update={"fields": FORM.fields[:1]})
    for _ in range(3):
        assert check_form(one, GOOD) == []
        assert {fault.code for fault in check_form(other, GOOD)} == {FormProblem.UNKNOWN}
    assert len(built) == 2
