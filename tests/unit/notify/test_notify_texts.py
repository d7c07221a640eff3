"""What applicants and officers read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from lianban.catalog.terms import DeliveryMode, SpecialProcedureKind
from lianban.clock.limits import Light
from lianban.contracts.status import OUTCOME_ZH, Cause, MessageKind, Outcome
from lianban_notify.messages.texts import Facts, House, Texts, Written

TEXTS = Texts(House("天门市政务服务中心", "12345", "一事联办综窗"))
FACTS = Facts(case_no="429006E1-1", theme_name="开办幼儿园")


@pytest.mark.parametrize("kind", MessageKind)
def test_every_kind_names_the_case_and_signs(kind: MessageKind) -> None:
    text = TEXTS.of(kind, replace(FACTS, light=Light.YELLOW))
    assert text.sms.startswith("【天门市政务服务中心】")
    for part in (text.sms, text.subject, text.body):
        assert "429006E1-1" in part
        assert "开办幼儿园" in part
        assert "None" not in part
        assert "{" not in part
    assert "\n" not in text.sms + text.subject
    assert text.body.rstrip().endswith("本邮件由系统发出，请勿直接回复。")
    assert "\n\n\n\n" not in text.body


@pytest.mark.parametrize(
    ("outcome", "mode", "results"),
    list(product([None, *Outcome], [None, *DeliveryMode], [(), ("办学许可证", "食品经营许可证")])),
)
def test_decided_in_every_way(outcome: Outcome | None, mode: DeliveryMode | None, results: tuple[str, ...]) -> None:
    text = TEXTS.of(MessageKind.DECIDED, replace(FACTS, outcome=outcome, mode=mode, results=results))
    refused = outcome in (Outcome.REFUSED, Outcome.PARTIAL)
    assert ("救济途径" in text.sms) == refused
    assert ("行政复议" in text.body) == refused
    assert ("全部办结" in text.sms) == (outcome not in (None, Outcome.WITHDRAWN))
    assert ("继续有效" in text.body) == (outcome is Outcome.WITHDRAWN)
    assert ("尚有环节在办理" in text.body) == (outcome is None)
    assert ("寄送" in text.sms) == (mode is DeliveryMode.COURIER)
    assert all(result in text.body for result in results)
    assert text.sms.endswith("。")


@pytest.mark.parametrize(("outcome", "results"), list(product(Outcome, [(), ("办学许可证", "食品经营许可证")])))
def test_decided_and_finished_at_once(outcome: Outcome, results: tuple[str, ...]) -> None:
    facts = replace(FACTS, outcome=outcome, mode=DeliveryMode.ELECTRONIC, results=results)
    text = TEXTS.of(MessageKind.FINISHED, replace(facts, at_once=True))
    refused = outcome in (Outcome.REFUSED, Outcome.PARTIAL)
    for part in (text.sms, text.subject, text.body):
        assert f"已办结，结果：{OUTCOME_ZH[outcome]}" in part or f"已办结：{OUTCOME_ZH[outcome]}" in part
    assert ("救济途径" in text.sms) == refused
    assert ("行政复议" in text.body) == refused
    assert all(result in text.body for result in results)
    assert "评价" in text.sms
    assert "好差评" in text.body
    # Told of the decision before, the applicant hears no more than that it ends.
    assert OUTCOME_ZH[outcome] not in TEXTS.of(MessageKind.FINISHED, facts).body


def light(**changes: Any) -> Facts:
    return replace(FACTS, light=Light.YELLOW, due=date(2026, 7, 9), legal_due=date(2026, 7, 30), **changes)


@pytest.mark.parametrize(
    ("cause", "yellow", "red"),
    [
        (None, "承诺时限即将到期（2026年7月9日止），请及时办理。", "已超过承诺时限（2026年7月9日止）"),
        (Cause.PROMISE_OVERDUE, "承诺时限即将到期（2026年7月9日止），请及时办理。", "已超过承诺时限（2026年7月9日止）"),
        (Cause.LEGAL_OVERDUE, "法定时限即将到期（2026年7月30日止），请及时办理。", "已超过法定时限（2026年7月30日止）"),
        (Cause.DELIVERY, "送达时限即将到期（2026年7月9日止），请及时送达。", "已超过送达时限（2026年7月9日止）"),
        (Cause.DEEMED, "逾期未受理，已视为受理，请及时办理。", "逾期未受理，已视为受理，请及时办理。"),
    ],
)
def test_lights_say_how_urgent_and_which_limit(cause: Cause | None, yellow: str, red: str) -> None:
    soon = TEXTS.of(MessageKind.LIGHT, light(cause=cause))
    assert soon.sms == f"【天门市政务服务中心】黄灯提醒：“开办幼儿园”办件429006E1-1{yellow}"
    late = TEXTS.of(MessageKind.LIGHT, replace(light(cause=cause), light=Light.RED, step_name="消防审批"))
    assert f"的“消防审批”环节{red}" in late.sms
    assert "督办人员" in late.body
    assert "每个工作日" not in late.body
    name = red.removeprefix("已超过").partition("（")[0].partition("，请")[0]
    assert name in soon.body
    assert name in late.body


@pytest.mark.parametrize("kind", MessageKind)
def test_quotation_marks_do_not_nest(kind: MessageKind) -> None:
    text = TEXTS.of(kind, replace(FACTS, theme_name="新生儿出生“一件事”", light=Light.YELLOW))
    assert "“新生儿出生‘一件事’”" in text.sms
    assert "““" not in text.sms + text.subject + text.body
    assert "””" not in text.sms + text.subject + text.body


def test_a_parcel_is_named_by_its_number() -> None:
    assert "邮件号SB1CN" in TEXTS.of(MessageKind.MAILED, replace(FACTS, waybill_no="SB1CN")).sms
    assert "邮件号" not in TEXTS.of(MessageKind.MAILED, FACTS).sms


NOTICE = Written("特别程序告知书", "天办特〔2026〕3号", "https://gov.example/d/3")


@pytest.mark.parametrize(
    ("kind", "sms"),
    [
        (
            MessageKind.SUPPLEMENT,
            "的“消防审批”环节申请材料需要补正，请于2026年7月9日前（含当日）一次性补齐。",
        ),
        (MessageKind.NOT_ACCEPTED, "的“消防审批”环节依法不予受理。"),
        (MessageKind.LAPSED, "的“消防审批”环节逾期未补正，已终止办理。需要时可重新申请。"),
        (
            MessageKind.STOPPED,
            "的“消防审批”环节需要进行检测，预计10个工作日（至2026年7月9日），所需时间不计入办理期限。",
        ),
        (MessageKind.EXTENDED, "的“消防审批”环节经批准延长办理期限10个工作日，至2026年7月30日。"),
    ],
)
def test_what_the_law_wants_in_writing_names_its_document(kind: MessageKind, sms: str) -> None:
    facts = replace(
        FACTS,
        step_name="消防审批",
        procedure=SpecialProcedureKind.TESTING,
        days=10,
        until=date(2026, 7, 9),
        due=date(2026, 7, 20),
        legal_due=date(2026, 7, 30),
    )
    text = TEXTS.of(kind, replace(facts, documents=(NOTICE,)))
    assert text.sms == (
        f"【天门市政务服务中心】您申请的“开办幼儿园”（429006E1-1）{sms}"
        "详见《特别程序告知书》（天办特〔2026〕3号） https://gov.example/d/3 。"
    )
    assert "《特别程序告知书》（天办特〔2026〕3号），见附件" in text.body
    assert "查看地址：https://gov.example/d/3\n" in text.body
    without = TEXTS.of(kind, facts)
    assert without.sms.endswith(f"{sms}详情请登录湖北政务服务网查看。")
    assert "附件" not in without.body


@pytest.mark.parametrize("kind", [MessageKind.DECIDED, MessageKind.FINISHED])
def test_refusals_name_their_documents(kind: MessageKind) -> None:
    refusals = tuple(Written("不予许可（办理）决定书", f"天办不准〔2026〕{number}号") for number in (3, 4))
    facts = replace(FACTS, outcome=Outcome.PARTIAL, mode=DeliveryMode.ELECTRONIC, at_once=True, documents=refusals)
    text = TEXTS.of(kind, facts)
    assert (
        "救济途径详见《不予许可（办理）决定书》（天办不准〔2026〕3号）；《不予许可（办理）决定书》（天办不准〔2026〕4号）。"
        in text.sms
    )
    assert text.body.count("见附件") == 2
    assert "见办理结果文书" not in text.sms + text.body


def test_a_resumption_tells_the_new_dates() -> None:
    facts = light(procedure=SpecialProcedureKind.EXPERT_REVIEW, step_name="消防审批")
    text = TEXTS.of(MessageKind.RESUMED, facts)
    assert "专家评审已经结束，恢复计算办理期限，承诺2026年7月9日前（含当日）办结。" in text.sms
    assert "承诺办结日期：2026年7月9日\n法定办结日期：2026年7月30日" in text.body


def test_reminders_of_the_clocks() -> None:
    still = TEXTS.of(MessageKind.LIGHT, replace(light(cause=Cause.STILL_OVERDUE), light=Light.RED))
    assert still.sms.endswith(
        "红灯提醒：“开办幼儿园”办件429006E1-1仍处于超期状态"
        "（承诺时限2026年7月9日止，法定时限2026年7月30日止），请督促办理。"
    )
    assert "每个工作日提醒一次" in still.body
    overrun = TEXTS.of(
        MessageKind.LIGHT,
        replace(
            FACTS,
            light=Light.NONE,
            cause=Cause.STOP_OVERRUN,
            procedure=SpecialProcedureKind.TESTING,
            until=date(2026, 7, 9),
        ),
    )
    assert "督办提醒：" in overrun.sms
    assert "特别程序（检测）超过告知申请人的时间仍未结束（2026年7月9日止）" in overrun.sms
    tacit = TEXTS.of(MessageKind.LIGHT, light(cause=Cause.TACIT_OPINION))
    assert "按无异议处理（缺席默认）" in tacit.sms
    assert "原因" in tacit.body
