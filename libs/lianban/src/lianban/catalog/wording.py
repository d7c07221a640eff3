"""How the catalogue's terms read in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lianban.catalog.models import LegalBasis
from lianban.catalog.terms import Audience, DeliveryMode, MaterialForm, StepKind
from lianban.clock.limits import TimeLimit, Unit

STEP_KIND_ZH: Final = {
    StepKind.VERIFY: "信息核验",
    StepKind.DECIDE: "审批（审核）",
    StepKind.OPINION: "征求意见",
    StepKind.SERVICE: "公共服务",
    StepKind.NOTICE: "公示",
    StepKind.PRODUCE: "制证",
    StepKind.PAY: "缴费（拨付）",
    StepKind.BATCH: "集中办理",
    StepKind.DELIVER: "送达",
}
AUDIENCE_ZH: Final = {Audience.PERSON: "自然人", Audience.COMPANY: "法人和其他组织"}
MATERIAL_FORM_ZH: Final = {
    MaterialForm.ELECTRONIC: "电子件",
    MaterialForm.COPY: "复印件",
    MaterialForm.ORIGINAL: "原件",
}
DELIVERY_MODE_ZH: Final = {
    DeliveryMode.COURIER: "快递送达",
    DeliveryMode.PICKUP: "窗口领取",
    DeliveryMode.ELECTRONIC: "电子送达",
}
_UNIT_ZH: Final = {Unit.WORKING_DAYS: "个工作日", Unit.NATURAL_DAYS: "个自然日"}


def length_zh(unit: Unit, number: int) -> str:
    """``5个工作日``, ``7个自然日`` or ``即办``."""
    return "即办" if unit is Unit.INSTANT else f"{number}{_UNIT_ZH[unit]}"


def promised_zh(limit: TimeLimit | None) -> str:
    return "不单独计时" if limit is None else length_zh(limit.unit, limit.promised)


def legal_zh(limit: TimeLimit | None) -> str | None:
    """The legal limit, or None where no law sets one."""
    return None if limit is None or limit.legal is None else length_zh(limit.unit, limit.legal)


def basis_zh(basis: Iterable[LegalBasis]) -> tuple[str, ...]:
    """``《中华人民共和国行政许可法》第四十二条``."""
    return tuple(f"《{item.law.strip('《》')}》{item.article or ''}" for item in basis)
