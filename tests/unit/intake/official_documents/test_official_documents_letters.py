"""What each document says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from official_document_samples import BEFORE, CASE_NO, REQUESTED, SAMPLES, STEP, event, record, sample

from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.deadlines import FLOOR_REASON, SkippedDay
from lianban.contracts.documents import ActDocument, NotAcceptedGround
from lianban.contracts.status import CaseStatus, Cause, DeliveryState, EventKind
from lianban_intake.official_documents.kinds import TITLE_ZH
from lianban_intake.official_documents.letters import write
from lianban_intake.official_documents.letters.letter import Letter
from lianban_intake.official_documents.letters.wording import skipped_zh

LAW = "《中华人民共和国行政许可法》"
OFFICE = "天门市市场监督管理局"


def rows(letter: Letter) -> dict[str, str]:
    assert len({name for name, _ in letter.rows}) == len(letter.rows)
    return dict(letter.rows)


@pytest.mark.parametrize("name", SAMPLES)
def test_head_and_foot_of_every_document(name: str) -> None:
    letter = write(sample(name))
    assert letter.title == TITLE_ZH[sample(name).kind]
    assert (letter.number, letter.addressee, letter.issuer) == (sample(name).number, "张三", OFFICE)
    day = sample(name).dated
    assert letter.dated == f"2026年{day.month}月{day.day}日"
    assert rows(letter)["办件编号"] == CASE_NO
    assert letter.drafted == "起草稿：本文书的样式以及引用的时限、依据待各部门确认。"
    said = letter.model_dump_json()
    assert "None" not in said
    assert "““" not in said
    assert letter.recipient_signs == (name == "signed")


def test_confirmed_by_all_departments_it_is_no_draft() -> None:
    cut = sample("accepted").cut.model_copy(update={"drafted": False})
    assert write(sample("accepted", cut=cut)).drafted is None


def test_accepted() -> None:
    letter = write(sample("accepted"))
    assert letter.paragraphs == (
        "2026年9月28日收到您（单位）提交的“开办餐饮店‘一件事’”申请。经审查，申请材料齐全、符合法定形式，依法予以受理。",
    )
    said = rows(letter)
    assert said["受理日期"] == "2026年9月29日"
    assert said["办理时限"] == "承诺8个工作日，法定23个工作日"
    assert said["承诺办结日期"] == "2026年10月10日"
    assert said["法定办结日期"] == "2026年10月16日"
    assert said["期限计算"] == (
        "自2026年9月28日起算，当日不计入；不计入的日子：周六、周日共2天、国庆节（10月1日至10月7日，共5天）；"
        "按工作日历 2026-1 计算。"
    )
    assert "食品经营许可（餐饮服务）（天门市市场监督管理局，5个工作日）" in said["办理环节"]
    assert said["程序依据"].startswith(f"{LAW}第三十二条")


def test_accepted_by_silence_counts_from_receipt() -> None:
    told = event(1, EventKind.CASE_ACCEPTED, cause=Cause.DEEMED)
    letter = write(record(told))
    assert "依法自收到申请材料之日起即为受理" in letter.paragraphs[0]
    assert rows(letter)["受理日期"] == "2026年9月28日"
    supplement = event(3, EventKind.CASE_SUPPLEMENT_RECEIVED)
    letter = write(record(told.model_copy(update={"seq": 9}), events=(supplement,)))
    assert "的“开办餐饮店‘一件事’”申请，2026年10月1日收到全部补正材料。此后五个工作日内" in letter.paragraphs[0]
    assert rows(letter)["受理日期"] == "2026年10月1日"


def test_supplement_names_everything_that_is_missing() -> None:
    letter = write(sample("supplement"))
    assert [item.name for item in letter.items] == [
        "经营场所租赁合同",
        "申请表“食品处理区面积（平方米）”",
        "示意图未标明食品处理区的工具清洗消毒位置，请补充标注。",
    ]
    assert letter.items[0].note == "租期已于2026年8月31日届满，请提交续租后的合同。"
    assert letter.items[2].note == ""
    assert rows(letter)["补正期限"] == "2026年10月30日止（含当日）"
    assert "全部内容一次性告知" in letter.paragraphs[0]
    assert "重新计算" in letter.closing[0]


@pytest.mark.parametrize(
    ("ground", "text"),
    [
        (NotAcceptedGround.NOT_NEEDED, "申请事项依法不需要取得行政许可（办理），决定不予受理"),
        (NotAcceptedGround.NOT_COMPETENT, "申请事项依法不属于本机关职权范围，决定不予受理"),
    ],
)
def test_not_accepted(ground: NotAcceptedGround, text: str) -> None:
    told, act = SAMPLES["not-accepted"]
    letter = write(record(told, act.model_copy(update={"ground": ground})))
    assert text in letter.paragraphs[0]
    assert rows(letter)["理由"] == "经营场所位于仙桃市，不属于天门市的管辖区域。"
    assert rows(letter)["有权办理的机关"] == "仙桃市市场监督管理局"
    assert "六十日内" in letter.closing[0]
    assert "六个月内" in letter.closing[0]
    own = write(record(told, act.model_copy(update={"remedy": "可以向天门市人民政府申请行政复议。"})))
    assert own.closing == ("可以向天门市人民政府申请行政复议。",)


def test_special_procedure_says_how_long_it_takes() -> None:
    said = rows(write(sample("stopped")))
    assert said["特别程序"] == "检测"
    assert said["原因"] == "餐用具消毒效果需要抽样检测。"
    assert said["所需时间"] == "5个工作日"
    assert said["预计结束日期"] == "2026年10月15日"
    assert (said["原承诺办结日期"], said["原法定办结日期"]) == ("2026年10月10日", "2026年10月16日")
    assert said["程序依据"].startswith(f"{LAW}第四十五条")
    assert "承诺办结日期" not in said


def test_special_procedure_of_another_law_cites_that_law() -> None:
    told = SAMPLES["stopped"][0].model_copy(update={"procedure": SpecialProcedureKind.OWN_LAW})
    said = rows(write(record(told, ActDocument(reason="现场核查。", legal_basis="《测试条例》第九条"))))
    assert said["程序依据"] == "《测试条例》第九条"


def test_extension_gives_old_and_new_dates_and_how_they_are_counted() -> None:
    letter = write(sample("extended"))
    said = rows(letter)
    assert "经部门负责人批准，办理期限延长10个工作日" in letter.paragraphs[0]
    assert (said["原承诺办结日期"], said["原法定办结日期"]) == ("2026年10月16日", "2026年10月23日")
    assert (said["新承诺办结日期"], said["新法定办结日期"]) == ("2026年10月30日", "2026年11月6日")
    assert "特别程序：检测（10月10日至10月15日，共5天）" in said["期限计算"]
    assert said["延长理由"] == "现场核查涉及的消防设施整改尚未完成，需要复核。"
    assert said["程序依据"].startswith(f"{LAW}第四十二条")


def test_granted_names_what_was_issued() -> None:
    letter = write(sample("granted"))
    assert [(item.name, item.note) for item in letter.items] == [
        ("食品经营许可证", "编号JY24290060001234，有效期2026年10月12日至2031年10月11日")
    ]
    said = rows(letter)
    assert said["依据"].startswith("《中华人民共和国食品安全法》")
    assert said["送达期限"] == "自决定之日起5个工作日内"


def test_granted_without_a_document_names_results_as_the_catalogue_does() -> None:
    letter = write(record(SAMPLES["granted"][0]))
    assert [(item.name, item.note) for item in letter.items] == [("食品经营许可证", "")]


def test_refusal_has_reasons_basis_and_remedy() -> None:
    letter = write(sample("refused"))
    act = sample("refused").act
    assert (rows(letter)["理由"], rows(letter)["依据"]) == (act.reason, act.legal_basis)
    assert letter.closing == (act.remedy,)
    assert "决定不予许可（办理）" in letter.paragraphs[0]


def test_lapsed_tells_what_had_been_asked_and_until_when() -> None:
    letter = write(sample("lapsed"))
    assert "2026年10月3日已一次性告知需要补正的全部内容" in letter.paragraphs[0]
    assert "未在2026年10月30日前（含当日）提交全部补正材料，现终止办理" in letter.paragraphs[0]
    other = REQUESTED.model_copy(update={"step": "another", "until": date(2026, 12, 1)})
    assert write(sample("lapsed", events=(REQUESTED, other))) == letter
    assert "未在告知的期限内" in write(sample("lapsed", events=())).paragraphs[0]


def test_a_case_that_lapsed_is_told_by_the_lead_department() -> None:
    told = event(9, EventKind.CASE_LAPSED, case_status=CaseStatus.LAPSED)
    asked = event(3, EventKind.CASE_SUPPLEMENT_REQUESTED, until=date(2026, 10, 30))
    letter = write(record(told, events=(asked,)))
    assert "您（单位）申请的“开办餐饮店‘一件事’”，" in letter.paragraphs[0]
    assert letter.issuer == OFFICE


def test_receipt_lists_what_was_handed_over() -> None:
    letter = write(sample("signed"))
    assert [(item.name, item.note) for item in letter.items] == [
        ("营业执照", OFFICE),
        ("不予许可（办理）决定书", f"食品经营许可（餐饮服务），{OFFICE}"),
    ]
    said = rows(letter)
    assert said["受送达人"] == "张三"
    assert said["送达方式"] == "快递送达"
    assert said["送达时间"] == "2026年10月7日9时30分"


def test_a_later_shipment_lists_only_what_came_after_the_one_before() -> None:
    licence, refused, ordered = BEFORE["signed"]
    second = event(8, EventKind.DELIVERY_ORDERED, delivery=DeliveryState.ORDERED, shipment=2)
    first = ordered.model_copy(update={"seq": 5})
    told = SAMPLES["signed"][0].model_copy(update={"shipment": 2})
    letter = write(record(told, events=(licence, first, refused, second)))
    assert [item.name for item in letter.items] == ["不予许可（办理）决定书"]
    assert rows(letter)["送达方式"] == "电子送达"  # nothing had to be carried
    fetched = event(8, EventKind.DELIVERY_MOVED, delivery=DeliveryState.RETURNED, shipment=1)
    told = SAMPLES["signed"][0]
    assert rows(write(record(told, events=(licence, first, fetched))))["送达方式"] == "窗口领取"


def test_days_off_are_told_by_their_reason() -> None:
    days = [
        SkippedDay(day=date(2026, 10, 3), reason="周六"),
        SkippedDay(day=date(2026, 10, 5), reason="国庆节"),
        SkippedDay(day=date(2026, 10, 9), reason=FLOOR_REASON),
    ]
    assert skipped_zh(days) == f"周六、周日共1天、国庆节（10月5日）、{FLOOR_REASON}"


def test_the_applicant_is_not_in_what_is_printed_of_a_record() -> None:
    found = replace(sample("refused"), applicant="李四光")
    assert "李四光" not in repr(found)
    assert "污染源" not in repr(found)
    assert STEP in repr(found)
