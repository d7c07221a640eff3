"""How the catalogue's terms read in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lianban.catalog.models import LegalBasis, SpecialProcedure
from lianban.catalog.terms import (
    Audience,
    DeliveryMode,
    MaterialForm,
    MaterialSource,
    SpecialProcedureKind,
    StepKind,
    UseLevel,
)
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
SHORTENED_ZH: Final = (
    "一次办的时间是各环节承诺时限最长的一串（有不单独计时的集中办理环节的，为全程承诺时限），供前后对比；"
    "对申请人的承诺是全程承诺时限"
)
"""Beside a theme's promise stands a smaller number of days: which is which."""
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
MATERIAL_SOURCE_ZH: Final = {
    MaterialSource.APPLICANT: "申请人自备",
    MaterialSource.GOVERNMENT: "政府部门核发",
    MaterialSource.THIRD_PARTY: "中介机构或其他组织出具",
    MaterialSource.PRODUCED: "本次联办产生",
}
USE_LEVEL_ZH: Final = {
    UseLevel.PROVINCE: "省级",
    UseLevel.CITY: "市级",
    UseLevel.COUNTY: "县级",
    UseLevel.TOWNSHIP: "乡级",
}
SPECIAL_PROCEDURE_ZH: Final = {
    SpecialProcedureKind.HEARING: "听证",
    SpecialProcedureKind.TENDER: "招标",
    SpecialProcedureKind.AUCTION: "拍卖",
    SpecialProcedureKind.INSPECTION: "检验",
    SpecialProcedureKind.TESTING: "检测",
    SpecialProcedureKind.QUARANTINE: "检疫",
    SpecialProcedureKind.APPRAISAL: "鉴定",
    SpecialProcedureKind.EXPERT_REVIEW: "专家评审",
    SpecialProcedureKind.OWN_LAW: "其他特别程序",
}
EXEMPT_ZH: Final = "电子证照库中有的，经持证人同意调取后免予提交；调取不到的，请上传"
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


def special_procedure_zh(procedure: SpecialProcedure) -> str:
    """``检验（《行政许可法》第四十五条）：现场核查中确需检验的，所需时间不计入办理期限，最长10个工作日``."""
    when = f"{procedure.note}，" if procedure.note else ""
    return (
        f"{SPECIAL_PROCEDURE_ZH[procedure.kind]}（{'、'.join(basis_zh(procedure.basis))}）："
        f"{when}所需时间不计入办理期限，最长{promised_zh(procedure.limit)}，书面告知申请人"
    )
