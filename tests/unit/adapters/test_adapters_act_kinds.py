"""What each kind of act needs and what is another kind's: every fault at once, each with its place and rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianban.clock.rules import Rule
from lianban.contracts.status import ActKind
from lianban.platform.problems import FieldError, Problem
from lianban_adapters.acts.kinds import FIELD_ZH, SHAPES
from lianban_adapters.acts.schemas import CallbackAct, InboxAct
from lianban_adapters.acts.validation import parse

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COMMON = {
    "act_id": "a-1",
    "task_id": "case-1:review",
    "actor": "human",
    "officer": "zhang",
    "occurred_at": "2026-03-02T16:00:00+08:00",
}
GOOD: dict[str, Any] = {
    "decision": "granted",
    "results": [{"code": "licence", "name": "许可证"}],
    "reason": "理由",
    "legal_basis": "依据",
    "remedy": "救济",
    "missing": [{"element": "child_name", "note": "请更正"}],
    "ground": "not_needed",
    "competent_body": "天门市教育局",
    "procedure": "testing",
    "days": 10,
    "outcome": "检测合格",
    "role": "agency_head",
    "overrides": "L-ONCE",
}
WRONG: dict[str, Any] = {
    "decision": "maybe",
    "results": [{"code": "licence"}],
    "reason": "a\x00",
    "legal_basis": 7,
    "remedy": ["甲"],
    "missing": [{"element": "Child Name", "note": "请更正"}],
    "ground": "not_today",
    "competent_body": "甲\n乙",
    "procedure": "nap",
    "days": 0,
    "outcome": 1.5,
    "role": "boss",
    "overrides": "L-NONE",
}
RULES = {
    "not_accept": "L-ACCEPT-5",
    "request_supplement": "L-ONCE",
    "stop": "L-STOP",
    "resume": "L-STOP",
    "extend": "L-EXT-10",
    "override": "L-ONCE",
    "decide": "L-DEC-20",
}
KINDS = [kind for kind in ActKind if kind is not ActKind.ACCEPT]


def complete(kind: str) -> dict[str, Any]:
    return {**COMMON, "kind": kind, **{name: GOOD[name] for name in SHAPES[ActKind(kind)].needs}}


def faults(raw: Any, model: type[Any] = CallbackAct, **known: Any) -> dict[str, FieldError]:
    with pytest.raises(Problem) as caught:
        parse(model, raw, NOW, known)
    assert (caught.value.status, caught.value.slug) == (422, "invalid-act")
    return {fault.pointer: fault for fault in caught.value.errors}


def test_every_field_of_an_act_belongs_somewhere() -> None:
    of_all = {"kind", "act_id", "task_id", "actor", "officer", "occurred_at"}
    assert set(CallbackAct.model_fields) == of_all | set(FIELD_ZH) == of_all | set(GOOD)
    belongs = {name for shape in SHAPES.values() for name in (*shape.needs, *shape.takes)}
    assert belongs == set(FIELD_ZH)
    assert set(SHAPES) == set(ActKind)


@pytest.mark.parametrize("kind", ActKind)
def test_what_is_complete_passes(kind: str) -> None:
    assert parse(CallbackAct, complete(kind), NOW).kind == kind
    own = {name: GOOD[name] for name in SHAPES[ActKind(kind)].takes}
    assert parse(CallbackAct, {**complete(kind), **own}, NOW).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_everything_it_lacks_is_told_at_once_with_the_rule(kind: str) -> None:
    needs = SHAPES[ActKind(kind)].needs
    for blank in ({}, {name: [] if name == "missing" else None for name in needs}):
        found = faults({**COMMON, "kind": kind, **blank})
        assert {(pointer, fault.rule) for pointer, fault in found.items()} == {
            (f"/{name}", RULES[kind]) for name in needs
        }


@given(kind=st.sampled_from(list(ActKind)), names=st.sets(st.sampled_from(list(GOOD)), min_size=1))
def test_every_field_of_another_kind_is_named(kind: ActKind, names: set[str]) -> None:
    shape = SHAPES[kind]
    foreign = names - set(shape.needs) - shape.takes
    raw = {**complete(kind), **{name: GOOD[name] for name in names}}
    if not foreign:
        assert parse(CallbackAct, raw, NOW)
        return
    found = faults(raw)
    code = f"not-with-{kind.value.replace('_', '-')}"
    told = {f"/{name}": code for name in foreign}
    if kind is ActKind.OVERRIDE:
        told["/role"] = "wrong-role"
    assert {pointer: fault.code for pointer, fault in found.items()} == told


@given(kind=st.sampled_from(KINDS), wrong=st.sets(st.sampled_from(list(WRONG)), min_size=1), data=st.data())
def test_every_field_of_a_wrong_type_is_named_whatever_else_is_wrong(
    kind: ActKind, wrong: set[str], data: st.DataObject
) -> None:
    shape = SHAPES[kind]
    own = sorted((set(shape.needs) | shape.takes) & wrong)
    dropped = data.draw(st.sets(st.sampled_from(sorted(shape.needs)))) - set(own)
    raw = {**complete(kind), **{name: WRONG[name] for name in wrong}}
    raw = {name: value for name, value in raw.items() if name not in dropped}
    named = {pointer.split("/")[1] for pointer in faults(raw)}
    above = {"role"} if kind is ActKind.OVERRIDE else set()
    assert named == wrong | dropped | above


@pytest.mark.parametrize(
    ("kind", "field", "rule"),
    [
        ("stop", "procedure", "L-STOP"),
        ("stop", "days", "L-STOP"),
        ("extend", "role", "L-EXT-10"),
        ("extend", "days", "L-EXT-10"),
        ("override", "role", "L-ONCE"),
        ("override", "overrides", "L-ONCE"),
        ("not_accept", "ground", "L-ACCEPT-5"),
        ("request_supplement", "missing", "L-ONCE"),
        ("pause", "procedure", "L-STOP"),
    ],
)
def test_what_no_rule_knows_names_the_rule(kind: str, field: str, rule: str) -> None:
    base = complete(kind) if kind in set(ActKind) else {**COMMON, "kind": kind}
    found = faults({**base, field: WRONG[field]})
    [fault] = [fault for pointer, fault in found.items() if pointer.startswith(f"/{field}")]
    assert fault.rule == rule
    assert ("/kind" in found) == (kind == "pause")


def test_the_case_is_extended_by_another_rule() -> None:
    found = faults({**COMMON, "task_id": "case-1:case", "kind": "extend"})
    assert {fault.rule for fault in found.values()} == {Rule.EXT_15}
    inbox = faults({"kind": "extend"}, InboxAct, actor="human", officer="li", task_id="case-1:case")
    assert {fault.rule for fault in inbox.values()} == {Rule.EXT_15}


@pytest.mark.parametrize("days", [0, -1, 367, 1.5, "10", True])
def test_days_are_a_possible_number_of_working_days(days: Any) -> None:
    assert set(faults({**complete("stop"), "days": days})) == {"/days"}
    assert parse(CallbackAct, {**complete("stop"), "days": 366}, NOW).days == 366


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], {"/missing": "missing"}),
        ([{"note": "请更正"}], {"/missing/0": "missing"}),
        ([{"element": "a", "note": " "}], {"/missing/0/note": "string_too_short"}),
        ([{"element": "a"}], {"/missing/0/note": "missing"}),
        ([{"element": "a-b", "note": "甲"}], {"/missing/0/element": "string_pattern_mismatch"}),
        ([{"material": "a_b", "note": "甲"}], {"/missing/0/material": "string_pattern_mismatch"}),
        ([{"element": "a", "note": "甲", "page": 2}], {"/missing/0/page": "extra_forbidden"}),
        ([{"element": "a", "note": "甲"}, {"element": "a ", "note": "乙"}], {"/missing/1": "repeated"}),
        ([{"element": "a", "note": "甲"}, None, {"note": 1}], {
            "/missing/1": "model_type",
            "/missing/2/note": "string_type",
            "/missing/2": "missing",
        }),
        ("a", {"/missing": "tuple_type"}),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_item_by_item(items: Any, expected: dict[str, str]) -> None:
    found = faults({**complete("request_supplement"), "missing": items})
    assert {pointer: fault.code for pointer, fault in found.items()} == expected
    assert {fault.rule for fault in found.values()} == {"L-ONCE"}


def test_one_material_may_be_missing_for_several_elements() -> None:
    items = [{"material": "deed", "element": name, "note": "甲"} for name in ("address", "area")]
    act = parse(CallbackAct, {**complete("request_supplement"), "missing": items}, NOW)
    assert [item.element for item in act.missing] == ["address", "area"]


def test_who_is_not_competent_says_who_is() -> None:
    raw = {**complete("not_accept"), "ground": "not_competent"}
    assert {pointer: fault.code for pointer, fault in faults(raw).items()} == {"/competent_body": "missing"}
    assert parse(CallbackAct, {**raw, "competent_body": "天门市教育局"}, NOW).competent_body == "天门市教育局"


@pytest.mark.parametrize("kind", ["stop", "extend", "override"])
def test_no_system_does_it_by_itself(kind: str) -> None:
    raw = {**complete(kind), "actor": "system"}
    found = faults(raw)
    human = {("/actor", "human-needed", RULES[kind])}
    above = {("/role", "wrong-role", RULES[kind])} if kind == "override" else set()
    assert {(pointer, fault.code, fault.rule) for pointer, fault in found.items()} == human | above


@pytest.mark.parametrize("kind", ["not_accept", "stop", "extend", "override"])
def test_who_did_it_is_written_down(kind: str) -> None:
    raw = {name: value for name, value in complete(kind).items() if name != "officer"}
    above = {"/role": "wrong-role"} if kind == "override" else {}
    assert {pointer: fault.code for pointer, fault in faults(raw).items()} == {"/officer": "missing"} | above


def test_not_accepting_by_a_system_is_well_formed_for_a_person_to_look_at() -> None:
    assert parse(CallbackAct, {**COMMON, "kind": "not_accept", "actor": "system"}, NOW).kind == "not_accept"


@pytest.mark.parametrize("kind", ["request_supplement", "resume"])
def test_a_system_may_ask_and_resume(kind: str) -> None:
    raw = {name: value for name, value in complete(kind).items() if name != "officer"}
    assert parse(CallbackAct, {**raw, "actor": "system"}, NOW).actor == "system"
