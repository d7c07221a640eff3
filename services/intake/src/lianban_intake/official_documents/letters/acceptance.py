"""受理通知书, 一次性补正告知书, 不予受理通知书, 终止办理告知书: up to acceptance (行政许可法 art. 32)."""

from __future__ import annotations

from typing import Final

from lianban.catalog.wording import legal_zh, promised_zh
from lianban.clock.deadlines import local_date
from lianban.clock.limits import TimeLimit
from lianban.contracts.documents import NotAcceptedGround
from lianban.contracts.status import Cause, EventKind
from lianban_intake.official_documents.letters.letter import Item, Letter, letter
from lianban_intake.official_documents.letters.wording import (
    REMEDY,
    about,
    counted_zh,
    dates_zh,
    licensing_law,
    steps_zh,
    zh_date,
)
from lianban_intake.official_documents.record import CaseRecord

_REQUESTS: Final = (EventKind.CASE_SUPPLEMENT_REQUESTED, EventKind.STEP_SUPPLEMENT_REQUESTED)
_GROUND_ZH: Final = {
    NotAcceptedGround.NOT_NEEDED: "申请事项依法不需要取得行政许可（办理）",
    NotAcceptedGround.NOT_COMPETENT: "申请事项依法不属于本机关职权范围",
}


def accepted(record: CaseRecord) -> Letter:
    received = zh_date(local_date(record.received_at))
    supplements = [event for event in record.events if event.kind is EventKind.CASE_SUPPLEMENT_RECEIVED]
    complete = zh_date(local_date(supplements[-1].at)) if supplements else received
    corrected = f"，{complete}收到全部补正材料" if supplements else ""
    if record.event.cause is Cause.DEEMED:
        how = "此后五个工作日内未告知需要补正的内容，依法自收到申请材料之日起即为受理。"
        since = complete
    else:
        how = "经审查，申请材料齐全、符合法定形式，依法予以受理。"
        since = zh_date(record.dated)
    return letter(
        record,
        paragraphs=(f"{received}收到您（单位）提交的{about(record)}申请{corrected}。{how}",),
        rows=(
            ("办件编号", record.case_no),
            ("受理日期", since),
            ("牵头部门", record.plan.lead_department_name),
            ("办理环节", steps_zh(record.plan.steps)),
            ("办理时限", _limit_zh(record.plan.limit)),
            *dates_zh(record.event.due),
            ("期限计算", counted_zh(record.event.due)),
            ("程序依据", licensing_law("第三十二条")),
        ),
        closing=("各部门同时办理，您（单位）不必分别前往。凭办件编号可以在湖北政务服务网或者综窗查询办理进度。",),
    )


def supplement(record: CaseRecord) -> Letter:
    until = record.event.until
    return letter(
        record,
        paragraphs=(
            f"您（单位）申请的{about(record)}，经审查，申请材料不齐全或者不符合法定形式。现将需要补正的全部内容一次性告知如下：",
        ),
        items=tuple(_missing(record.name_of(item), item.note) for item in record.act.missing),
        rows=(
            ("办件编号", record.case_no),
            ("说明", record.act.reason),
            ("补正期限", f"{zh_date(until)}止（含当日）" if until else None),
            ("程序依据", licensing_law("第三十二条")),
        ),
        closing=(
            "请在补正期限内一次性提交全部补正材料，可以在湖北政务服务网提交，也可以到综窗提交。按要求提交全部补正材料的，"
            "予以受理，办理期限自收到全部补正材料之日起重新计算。",
            "逾期未补正的，终止办理；材料齐备后可以重新申请。",
        ),
    )


def not_accepted(record: CaseRecord) -> Letter:
    act = record.act
    ground = f"{_GROUND_ZH[act.ground]}，" if act.ground else ""
    return letter(
        record,
        paragraphs=(f"您（单位）申请的{about(record)}，经审查，{ground}决定不予受理。",),
        rows=(
            ("办件编号", record.case_no),
            ("理由", act.reason),
            ("有权办理的机关", act.competent_body),
            ("依据", act.legal_basis),
            ("程序依据", licensing_law("第三十二条")),
        ),
        closing=(act.remedy or REMEDY,),
    )


def lapsed(record: CaseRecord) -> Letter:
    request = next(
        (event for event in reversed(record.events) if event.kind in _REQUESTS and event.step == record.event.step),
        None,
    )
    until = record.event.until or (request.until if request else None)
    told = f"{zh_date(local_date(request.at))}已一次性告知需要补正的全部内容。" if request else ""
    by = f"未在{zh_date(until)}前（含当日）" if until else "未在告知的期限内"
    return letter(
        record,
        paragraphs=(f"您（单位）申请的{about(record)}，{told}您（单位）{by}提交全部补正材料，现终止办理。",),
        rows=(("办件编号", record.case_no), ("补正期限", f"{zh_date(until)}止（含当日）" if until else None)),
        closing=("材料齐备后，您（单位）可以重新申请。", REMEDY),
    )


def _limit_zh(limit: TimeLimit) -> str:
    legal = legal_zh(limit)
    return f"承诺{promised_zh(limit)}" + (f"，法定{legal}" if legal else "")


def _missing(name: str, note: str) -> Item:
    return Item(name=name, note=note) if name else Item(name=note)
