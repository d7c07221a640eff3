"""准予决定书 and 不予许可（办理）决定书: what one department decided (行政许可法 art. 38, 44)."""

from __future__ import annotations

from lianban.catalog.wording import promised_zh
from lianban.clock.limits import TimeLimit, Unit
from lianban.contracts.documents import ActResult
from lianban_intake.official_documents.letters.letter import Item, Letter, letter
from lianban_intake.official_documents.letters.wording import REMEDY, about, licensing_law, zh_date
from lianban_intake.official_documents.record import CaseRecord


def approval(record: CaseRecord) -> Letter:
    act, results = record.act, _results(record)
    issued = any(result.deliverable for result in record.step.results) if record.step else False
    return letter(
        record,
        paragraphs=(
            f"您（单位）申请的{about(record)}，经审查，符合规定的条件、标准，决定准予许可（办理）。"
            + ("办理结果如下：" if results else ""),
        ),
        items=results,
        rows=(
            ("办件编号", record.case_no),
            ("决定日期", zh_date(record.dated)),
            ("说明", act.reason),
            ("依据", act.legal_basis or "、".join(record.basis)),
            ("送达期限", _within(record.plan.delivery_limit) if issued else None),
            ("程序依据", licensing_law("第三十八条、第四十四条" if issued else "第三十八条")),
        ),
    )


def refusal(record: CaseRecord) -> Letter:
    act = record.act
    return letter(
        record,
        paragraphs=(f"您（单位）申请的{about(record)}，经审查，决定不予许可（办理）。",),
        rows=(
            ("办件编号", record.case_no),
            ("决定日期", zh_date(record.dated)),
            ("理由", act.reason),
            ("依据", act.legal_basis or "、".join(record.basis)),
            ("程序依据", licensing_law("第三十八条")),
        ),
        closing=(act.remedy or REMEDY,),
    )


def _within(limit: TimeLimit) -> str:
    return "当即送达" if limit.unit is Unit.INSTANT else f"自决定之日起{promised_zh(limit)}内"


def _results(record: CaseRecord) -> tuple[Item, ...]:
    """As the department issued them; by the catalogue's names where its answer brought none."""
    if record.act.results:
        return tuple(Item(name=result.name, note=_particulars(result)) for result in record.act.results)
    return tuple(Item(name=result.name) for result in record.step.results) if record.step else ()


def _particulars(result: ActResult) -> str:
    """Number and validity."""
    since, until = result.valid_from, result.valid_until
    parts = [f"编号{result.number}"] if result.number else []
    if since and until:
        parts.append(f"有效期{zh_date(since)}至{zh_date(until)}")
    elif since:
        parts.append(f"自{zh_date(since)}起有效")
    elif until:
        parts.append(f"有效期至{zh_date(until)}")
    return "，".join(parts)
