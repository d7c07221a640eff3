"""Every fault of an act is told at once, with its place."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lianban.platform.problems import Problem
from lianban_adapters.acts.schemas import CallbackAct, InboxAct
from lianban_adapters.acts.validation import parse

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PDF = base64.b64encode(b"%PDF-1.7 certificate").decode()


def granted(**changes: Any) -> dict[str, Any]:
    act = {
        "act_id": "a-1",
        "task_id": "case-1:review",
        "kind": "decide",
        "actor": "human",
        "officer": "zhang",
        "occurred_at": "2026-03-02T16:00:00+08:00",
        "decision": "granted",
        "results": [
            {
                "code": "licence",
                "name": "许可证",
                "file": {"name": "证.pdf", "media_type": "application/pdf", "content": PDF},
            }
        ],
    }
    return {name: value for name, value in {**act, **changes}.items() if value is not ...}


def faults(raw: Any, model: type[Any] = CallbackAct, **known: Any) -> dict[str, str]:
    with pytest.raises(Problem) as caught:
        parse(model, raw, NOW, known)
    assert (caught.value.status, caught.value.slug) == (422, "invalid-act")
    return {fault.pointer: fault.code for fault in caught.value.errors}


def test_a_complete_act_passes() -> None:
    act = parse(CallbackAct, granted(), NOW)
    assert act.results[0].file is not None
    assert act.results[0].file.content == b"%PDF-1.7 certificate"


def test_faults_of_types_and_of_rules_are_told_together() -> None:
    raw = granted(
        act_id="with space",
        officer="   ",
        occurred_at="yesterday",
        decision="refused",
        reason=...,
        legal_basis="《中华人民共和国义务教育法》",
        results=[{"code": "x"}, {"name": "y", "code": "y", "unknown": 1}],
    )
    assert faults(raw) == {
        "/act_id": "string_pattern_mismatch",
        "/officer": "string_too_short",
        "/occurred_at": "datetime_from_date_parsing",
        "/results/0/name": "missing",
        "/results/1/unknown": "extra_forbidden",
        "/reason": "missing",
        "/remedy": "missing",
    }


@pytest.mark.parametrize("field", ["officer", "reason", "legal_basis", "remedy"])
def test_a_refusal_by_a_person_needs_everything_the_law_asks_for(field: str) -> None:
    raw = granted(decision="refused", reason="理由", legal_basis="依据", remedy="救济", results=[])
    assert parse(CallbackAct, raw, NOW).decision == "refused"
    assert set(faults({**raw, field: " "})) == {f"/{field}"}
    assert set(faults({name: value for name, value in raw.items() if name != field})) == {f"/{field}"}


def test_a_refusal_by_a_system_is_well_formed_without_them() -> None:
    act = parse(CallbackAct, granted(decision="refused", actor="system", officer=..., results=[]), NOW)
    assert act.actor == "system"


@pytest.mark.parametrize("officer", ["王小明", "a b", "a" * 33, "42900619800101001X", "429006198001010012", "a\x00b"])
def test_an_officer_is_named_by_a_code(officer: str) -> None:
    assert faults(granted(officer=officer)) == {"/officer": "pattern"}
    assert parse(CallbackAct, granted(officer="GA-0132_b"), NOW).officer == "GA-0132_b"


def test_no_text_carries_what_databases_do_not_store() -> None:
    result = {"code": "a\x00", "name": "b\x00", "number": "c\nd"}
    assert set(faults(granted(reason="d\x00", results=[result]))) == {
        "/reason",
        "/results/0/code",
        "/results/0/name",
        "/results/0/number",
    }
    assert parse(CallbackAct, granted(reason="第一\n第二"), NOW).reason == "第一\n第二"


def test_deciding_needs_a_decision_and_accepting_has_none() -> None:
    assert faults(granted(decision=...)) == {"/decision": "missing"}
    assert faults(granted(kind="accept")) == {"/decision": "not-with-accept", "/results": "not-with-accept"}
    assert parse(CallbackAct, granted(kind="accept", decision=..., results=...), NOW).kind == "accept"


def test_everything_missing_is_told_at_once() -> None:
    assert faults({}, InboxAct, actor="human", officer="zhang") == {"/kind": "missing", "/decision": "missing"}
    needed = ("act_id", "task_id", "kind", "actor", "occurred_at", "decision")
    assert faults({}) == {f"/{name}": "missing" for name in needed}


def test_clocks_may_differ_by_five_minutes() -> None:
    for model, raw in ((CallbackAct, granted()), (InboxAct, {"kind": "decide", "decision": "granted"})):
        ahead = {"occurred_at": (NOW + timedelta(minutes=5)).isoformat()}
        assert parse(model, {**raw, **ahead}, NOW).occurred_at == NOW + timedelta(minutes=5)
        beyond = {"occurred_at": (NOW + timedelta(minutes=5, seconds=1)).isoformat()}
        assert faults({**raw, **beyond}, model) == {"/occurred_at": "in-future"}


def test_times_must_be_possible() -> None:
    ahead = (NOW + timedelta(minutes=6)).isoformat()
    turned = [{"code": "a", "name": "b", "valid_from": "2026-02-01", "valid_until": "2026-01-31"}]
    assert faults(granted(occurred_at=ahead, results=turned)) == {
        "/occurred_at": "in-future",
        "/results/0/valid_until": "before-start",
    }
    assert faults(granted(occurred_at="2026-03-02T16:00:00")) == {"/occurred_at": "timezone_aware"}
    assert faults(granted(occurred_at="0001-01-01T00:00:00+08:00")) == {"/occurred_at": "value_error"}


def archive(entry: str) -> str:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(entry, "<x/>")
    return base64.b64encode(content.getvalue()).decode()


def test_a_file_must_be_what_it_says() -> None:
    def with_file(**file: str) -> dict[str, Any]:
        return granted(results=[{"code": "a", "name": "b", "file": {"name": "f", **file}}])

    png = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    assert faults(with_file(media_type="application/pdf", content=png)) == {"/results/0/file/content": "media-type"}
    assert parse(CallbackAct, with_file(media_type="application/ofd", content=archive("OFD.xml")), NOW)
    for content in (archive("word/document.xml"), base64.b64encode(b"PK\x03\x04 and no more").decode()):
        assert faults(with_file(media_type="application/ofd", content=content)) == {
            "/results/0/file/content": "media-type"
        }
    assert faults(with_file(media_type="text/html", content=PDF)) == {"/results/0/file/media_type": "literal_error"}
    assert faults(with_file(media_type="application/pdf", content="%%%")) == {"/results/0/file/content": "value_error"}
    assert faults(with_file(media_type="application/pdf", content="")) == {"/results/0/file/content": "value_error"}


@pytest.mark.parametrize("raw", [None, 7, "act", [], [granted()]])
def test_what_is_no_object_is_refused(raw: Any) -> None:
    assert faults(raw) == {"": "model_type"}


def test_in_the_inbox_person_and_officer_are_known() -> None:
    raw = {"kind": "decide", "decision": "refused", "reason": "理由", "legal_basis": "依据"}
    assert faults(raw, InboxAct, actor="human", officer="zhang") == {"/remedy": "missing"}
    assert faults({**raw, "remedy": "救济", "task_id": "x"}, InboxAct, actor="human", officer="zhang") == {
        "/task_id": "extra_forbidden"
    }


def test_faults_never_quote_what_was_written() -> None:
    with pytest.raises(Problem) as caught:
        parse(CallbackAct, granted(occurred_at="张三 42900619800101001X", kind="李四"), NOW)
    assert "张三" not in str(caught.value.body())
    assert "李四" not in str(caught.value.body())
