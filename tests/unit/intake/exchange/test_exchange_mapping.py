"""What each kind of event is told by."""

from __future__ import annotations

from datetime import date, datetime
from importlib.resources import files
from typing import Any

import pytest
from exchange_samples import CASE_NO, STEP, case_of, event

from lianban.catalog.terms import DeliveryMode, SpecialProcedureKind
from lianban.contracts.documents import ActDocument, ActResult, MissingItem
from lianban.contracts.events import Due
from lianban.contracts.status import (
    ActorKind,
    CaseStatus,
    Cause,
    Decision,
    DeliveryState,
    EventKind,
    Outcome,
    StepState,
)
from lianban_intake.exchange.mapping import records_of
from lianban_intake.exchange.mapping.process import NOT_TOLD
from lianban_intake.exchange.records import LONGEST_TEXT, CaseFile
from lianban_intake.exchange.staging import TABLES, ddl

DUE = Due(promised=date(2026, 10, 20), legal=date(2026, 11, 3), calendar_version="v", started=date(2026, 9, 28))
ACCEPTED = event(1, EventKind.CASE_ACCEPTED, due=DUE, actor=ActorKind.HUMAN, officer="ZF-1")
STARTED = event(2, EventKind.STEP_STARTED, step=STEP, state=StepState.OPEN)


def rows(case: CaseFile, table: str) -> list[dict[str, Any]]:
    return [dict(each.values) for each in records_of(case) if each.table.name == f"up_pro_{table}"]


def clock(shown: str) -> datetime:
    """As Beijing's clocks show it."""
    return datetime.fromisoformat(shown)


def stopped(seq: int, procedure: SpecialProcedureKind = SpecialProcedureKind.TESTING) -> Any:
    fields = {"step": STEP, "state": StepState.STOPPED, "procedure": procedure, "officer": "SC-2"}
    return event(seq, EventKind.STEP_STOPPED, document="why", until=date(2026, 10, 15), **fields)


def test_acceptance() -> None:
    [row] = rows(case_of(ACCEPTED), "accept")
    assert row["applyer_name"] == row["contact_name"] == "张三"
    assert (row["applyer_type"], row["applyer_page_code"]) == ("1", "42900619900307006X")
    assert row["apply_date"] == clock("2026-09-28 09:30")
    assert row["accept_date"] == clock("2026-09-29 09:30")
    assert (row["promise_date"], row["legal_date"]) == (date(2026, 10, 20), date(2026, 11, 3))
    assert (row["accept_doc_no"], row["handle_user_name"]) == ("天办受〔2026〕7号", "ZF-1")
    assert row["task_code"] == "B4"


def test_company() -> None:
    [row] = rows(case_of(ACCEPTED, applicant={"name": "早春公司", "credit_code": "91110000600037341L"}), "accept")
    assert (row["applyer_type"], row["applyer_page_code"]) == ("2", "91110000600037341L")


def test_silence_accepts_on_the_day_of_receipt() -> None:
    deemed = event(1, EventKind.CASE_ACCEPTED, due=DUE, cause=Cause.DEEMED)
    case = case_of(deemed)
    assert rows(case, "accept")[0]["accept_date"] == clock("2026-09-28 00:00")
    assert rows(case, "process")[-1]["handle_explain"] == "逾期未告知，自收件之日起视为受理"
    assert rows(case, "process")[-1]["handle_user_name"] == "系统"


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_is_a_record_of_process_but_lights(kind: EventKind) -> None:
    on_step = kind.startswith("step.")
    told = event(1, kind, step=STEP if on_step else None, state=StepState.OPEN if on_step else None)
    found = [each for each in records_of(case_of(told)) if each.table.name == "up_pro_process" and each.changed == 1]
    assert len(found) == (0 if kind in NOT_TOLD else 1)
    for each in found:
        assert each.values["event_name"]
        assert (each.values["process_name"] == "整体办件") is not on_step
        assert each.values["process_code"] == (STEP if on_step else None)


def test_a_decision_lasts_from_when_its_step_began() -> None:
    case = case_of(
        ACCEPTED,
        STARTED,
        event(5, EventKind.STEP_DECIDED, step=STEP, state=StepState.GRANTED, decision=Decision.GRANTED),
    )
    row = rows(case, "process")[-1]
    assert (row["event_start_time"], row["event_end_time"]) == (
        clock("2026-09-30 09:30"),
        clock("2026-10-03 09:30"),
    )


def test_a_record_for_each_certificate() -> None:
    act = ActDocument(
        results=(ActResult(code="a", name="食品经营许可证", number="JY1"), ActResult(code="b", name="副本"))
    )
    decided = event(
        3, EventKind.STEP_DECIDED, step=STEP, state=StepState.GRANTED, decision=Decision.GRANTED, document="d"
    )
    case = case_of(ACCEPTED, STARTED, decided, acts={"d": act})
    assert [(row["result_cetr_name"], row["result_cetr_no"]) for row in rows(case, "result")] == [
        ("食品经营许可证", "JY1"),
        ("副本", None),
    ]
    assert [each.seq for each in records_of(case) if each.table.name == "up_pro_result"] == [3000, 3001]
    assert rows(case, "result")[0]["is_delivery_results"] == 1
    picked_up = case_of(ACCEPTED, STARTED, decided, acts={"d": act}, delivery_mode=DeliveryMode.PICKUP)
    assert rows(picked_up, "result")[0]["is_delivery_results"] == 0


def test_a_refusal_has_its_reason_and_no_certificate() -> None:
    refused = event(
        2, EventKind.STEP_DECIDED, step=STEP, state=StepState.REFUSED, decision=Decision.REFUSED, document="d"
    )
    [row] = rows(case_of(ACCEPTED, refused, acts={"d": ActDocument(reason="不符合规定")}), "result")
    assert (row["result_type"], row["result_explain"], row["result_cetr_name"]) == ("refused", "不符合规定", None)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (EventKind.CASE_DECIDED, Outcome.PARTIAL),
        (EventKind.CASE_WITHDRAWN, Outcome.WITHDRAWN),
        (EventKind.CASE_NOT_ACCEPTED, Outcome.NOT_ACCEPTED),
        (EventKind.CASE_LAPSED, Outcome.LAPSED),
    ],
)
def test_the_case_as_a_whole_has_one_result(kind: EventKind, outcome: Outcome) -> None:
    ends = event(1, kind, outcome=outcome)
    signed = event(2, EventKind.DELIVERY_MOVED, delivery=DeliveryState.SIGNED, shipment=1)
    closed = event(3, EventKind.CASE_COMPLETED, outcome=outcome, case_status=CaseStatus.COMPLETED)
    [row] = rows(case_of(ends, signed, closed), "result")
    assert (row["process_code"], row["result_type"]) == (None, outcome)


def test_a_special_procedure_is_told_when_it_begins_and_anew_when_it_ends() -> None:
    acts = {"why": ActDocument(reason="需要检测"), "found": ActDocument(outcome="合格")}
    resumed = event(
        5,
        EventKind.STEP_RESUMED,
        step=STEP,
        state=StepState.OPEN,
        procedure=SpecialProcedureKind.TESTING,
        document="found",
    )
    case = case_of(ACCEPTED, STARTED, stopped(3), event(4, EventKind.CASE_STOPPED), resumed, acts=acts)
    [begun] = [each for each in records_of(case.until(4)) if each.table.name == "up_pro_special_procedure"]
    [ended] = [each for each in records_of(case) if each.table.name == "up_pro_special_procedure"]
    assert (begun.seq, begun.changed, begun.values["end_time"]) == (3000, 3, None)
    assert (ended.seq, ended.changed, ended.values["result"]) == (3000, 5, "合格")
    assert ended.values["special_name"] == "检测"
    assert ended.values["special_reason"] == "需要检测"
    assert ended.values["special_time"] == clock("2026-10-01 09:30")
    assert ended.values["end_time"] == clock("2026-10-03 09:30")
    assert ended.values["handle_user_name"] == "SC-2"  # who began it


def test_two_procedures_at_once_end_each_by_itself_or_with_their_step() -> None:
    acts = {"why": ActDocument(reason="需要")}
    case = case_of(
        ACCEPTED,
        stopped(2),
        stopped(3, SpecialProcedureKind.HEARING),
        event(4, EventKind.STEP_RESUMED, step=STEP, state=StepState.STOPPED, procedure=SpecialProcedureKind.TESTING),
        event(5, EventKind.STEP_CANCELLED, step=STEP, state=StepState.CANCELLED),
        acts=acts,
    )
    first, second = rows(case, "special_procedure")
    assert first["end_time"] == clock("2026-10-02 09:30")
    assert (second["end_time"], second["result"]) == (clock("2026-10-03 09:30"), "不再办理")


def test_materials_by_way_they_came() -> None:
    lease = {"material": "premises-lease", "digest": "a", "licence": None}
    card = {"material": "identity", "digest": "c", "licence": {"type": "x"}}
    case = case_of(materials=[lease, {**lease, "digest": "b"}, card])
    first, second = rows(case, "material")
    assert (first["material_code"], first["get_type"], first["get_num"]) == ("premises-lease", "1", 2)
    assert first["material_name"] != first["material_code"]
    assert (second["get_type"], second["get_num"]) == ("2", 1)


def test_what_a_supplement_brought_is_a_record_of_its_own() -> None:
    asked = event(2, EventKind.STEP_SUPPLEMENT_REQUESTED, step=STEP, state=StepState.SUPPLEMENT, document="m")
    received = event(3, EventKind.STEP_SUPPLEMENT_RECEIVED, step=STEP, state=StepState.OPEN, act_id="supplement-1")
    handed_in = [{"material": "premises-lease", "digest": "b", "licence": None}]
    acts = {"m": ActDocument(reason="不齐全", missing=(MissingItem(material="premises-lease", note="缺第二页"),))}
    case = case_of(ACCEPTED, asked, received, supplements={"supplement-1": handed_in, "refused": handed_in}, acts=acts)
    [row] = rows(case, "material")
    assert row["get_time"] == clock("2026-10-01 09:30")
    assert rows(case, "process")[-1]["handle_user_name"] == "申请人"
    assert "缺第二页" in rows(case, "process")[-2]["handle_explain"]


def test_a_moved_date_is_told() -> None:
    later = DUE.model_copy(update={"promised": date(2026, 11, 1)})
    extended = event(2, EventKind.STEP_EXTENDED, step=STEP, state=StepState.OPEN, was=DUE, due=later)
    [_, _, row] = rows(case_of(ACCEPTED, extended), "process")
    assert row["handle_explain"] == "承诺办结日期由 2026-10-20 改为 2026-11-01"


def test_keys_are_unique_in_order_and_stay_as_events_are_added() -> None:
    case = case_of(ACCEPTED, STARTED, stopped(3), acts={"why": ActDocument(reason="x")}, materials=[{"material": "m"}])
    found = records_of(case)
    assert len({each.key for each in found}) == len(found)
    assert [each.seq for each in found] == sorted(each.seq for each in found)
    earlier = {each.key for each in records_of(case.until(2))}
    assert earlier < {each.key for each in found}


def test_texts_are_cut_to_their_columns_and_stay_out_of_sight() -> None:
    long = ActDocument(reason="很" * 20_000)
    told = event(
        1, EventKind.STEP_NOT_ACCEPTED, step=STEP, state=StepState.NOT_ACCEPTED, document="d", officer="x" * 300
    )
    case = case_of(told, acts={"d": long})
    row = rows(case, "process")[-1]
    assert (len(row["handle_explain"]), len(row["handle_user_name"])) == (LONGEST_TEXT, 100)
    assert "张三" not in repr(case) + repr(records_of(case))
    assert CASE_NO in repr(case)


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_shipped_scripts_are_those_of_the_tables(dialect: str) -> None:
    shipped = (files("lianban_intake.exchange") / "ddl" / f"{dialect}.sql").read_text(encoding="utf-8")
    assert shipped == ddl(dialect), f"lianban exchange ddl --dialect {dialect} writes it anew"
    assert all(f"CREATE TABLE {table.name} " in shipped for table in TABLES)
