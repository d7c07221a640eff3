"""特别程序告知书 and 延长办理期限告知书: why a deadline moves, and to when (行政许可法 art. 42, 45)."""

from __future__ import annotations

from lianban.catalog.terms import SpecialProcedureKind
from lianban.catalog.wording import SPECIAL_PROCEDURE_ZH
from lianban.contracts.status import ROLE_ZH
from lianban_intake.official_documents.letters.letter import Letter, letter
from lianban_intake.official_documents.letters.wording import about, counted_zh, dates_zh, licensing_law, zh_date
from lianban_intake.official_documents.record import CaseRecord


def special_procedure(record: CaseRecord) -> Letter:
    event = record.event
    own_law = event.procedure is SpecialProcedureKind.OWN_LAW
    named = SPECIAL_PROCEDURE_ZH[event.procedure] if event.procedure else "特别程序"
    return letter(
        record,
        paragraphs=(
            f"您（单位）申请的{about(record)}，在办理中依法需要进行{named}，转入特别程序。所需时间不计算在办理期限内，现书面告知如下：",
        ),
        rows=(
            ("办件编号", record.case_no),
            ("特别程序", named),
            ("原因", record.act.reason),
            ("开始日期", zh_date(record.dated)),
            ("所需时间", f"{event.days}个工作日" if event.days else None),
            ("预计结束日期", zh_date(event.until) if event.until else None),
            *dates_zh(event.was, "原"),
            ("事项依据", "、".join(record.basis)),
            ("程序依据", record.act.legal_basis if own_law else licensing_law("第四十五条")),
        ),
        closing=("特别程序结束后，办理期限恢复计算，并告知您（单位）新的办结日期。",),
    )


def extension(record: CaseRecord) -> Letter:
    event = record.event
    by = ROLE_ZH[event.role] if event.role else "负责人"
    length = f"{event.days}个工作日" if event.days else ""
    return letter(
        record,
        paragraphs=(
            f"您（单位）申请的{about(record)}，不能在规定的期限内作出决定，经{by}批准，办理期限延长{length}，现将理由告知如下：",
        ),
        rows=(
            ("办件编号", record.case_no),
            ("延长理由", record.act.reason),
            ("批准", by),
            ("延长时间", length),
            *dates_zh(event.was, "原"),
            *dates_zh(event.due, "新"),
            ("期限计算", counted_zh(event.due)),
            ("事项依据", "、".join(record.basis)),
            ("程序依据", licensing_law("第四十二条")),
        ),
    )
