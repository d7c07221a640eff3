"""What fields and sections of the catalogue are called in Chinese, for people who compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lianban.catalog.terms import (
    AcceptanceMode,
    ElementType,
    HandlingMode,
    RefusalPolicy,
    Review,
)
from lianban.catalog.wording import (
    AUDIENCE_ZH,
    DELIVERY_MODE_ZH,
    MATERIAL_FORM_ZH,
    MATERIAL_SOURCE_ZH,
    SPECIAL_PROCEDURE_ZH,
    STEP_KIND_ZH,
    USE_LEVEL_ZH,
)

SECTION_ZH: Final = {
    "themes": "主题",
    "matters": "事项",
    "materials": "材料",
    "elements": "数据元",
    "departments": "部门",
    "divisions": "区划",
    "subjects": "信息主体",
    "registries": "登记库",
    "licences": "电子证照类型",
    "facts": "服务对象情况",
    "answers": "共用事项的情形取值",
}
"""In the order in which differences are told: from the theme outward."""

FIELD_ZH: Final = {
    "acceptance": "受理方式",
    "after": "前置环节",
    "amount": "金额",
    "area": "领域",
    "article": "条款",
    "audience": "服务对象",
    "basis": "设定依据",
    "before": "单独办理时",
    "catalog_code": "基本编码",
    "code": "代码",
    "conditions": "受理条件",
    "copies": "份数",
    "days": "时间（工作日）",
    "deliverable": "是否送达",
    "delivery": "送达方式",
    "delivery_limit": "送达时限",
    "department": "实施主体",
    "deceased": "已去世",
    "description": "说明",
    "division": "区划",
    "element": "数据元",
    "elements": "表单项",
    "elicence": "电子证照",
    "eligibility": "服务对象条件",
    "fees": "收费",
    "form": "形式",
    "formats": "文件格式",
    "given": "已定情形",
    "group": "分组",
    "handled_by": "承办角色",
    "handling_mode": "办理方式",
    "hint": "填写提示",
    "issuer": "核发机关",
    "kind": "类型",
    "label": "选项文字",
    "law": "法律",
    "lead": "牵头部门",
    "level": "层级",
    "limit": "办理时限",
    "material": "材料",
    "materials": "申请材料",
    "matter": "事项",
    "max_length": "最大长度",
    "maximum": "最大值",
    "min_length": "最小长度",
    "minimum": "最小值",
    "name": "名称",
    "note": "备注",
    "on_refusal": "不予许可时",
    "options": "选项",
    "parent": "上级",
    "pattern": "格式",
    "phone": "电话",
    "policy": "不予许可的影响",
    "questions": "情形引导",
    "refusal_text": "不予许可告知",
    "registry": "登记库",
    "required": "是否必需",
    "results": "办理结果",
    "review": "核对状态",
    "role": "角色",
    "short_name": "简称",
    "silence": "逾期未答复",
    "source": "来源渠道",
    "special_procedures": "特别程序",
    "stage": "阶段",
    "standard": "标准",
    "subject": "信息主体",
    "steps": "环节",
    "summary": "简介",
    "supplement_limit": "补正时限",
    "task_code": "实施编码",
    "text": "文字",
    "type": "类型",
    "unit": "单位",
    "use_level": "行使层级",
    "validity": "有效期",
    "value": "取值",
    "values": "取值",
    "visits": "到现场次数",
    "when": "适用情形",
    "why": "说明",
    "window": "窗口",
}

_REVIEW_ZH: Final = {Review.DRAFTED: "拟稿", Review.CONFIRMED: "部门已确认"}
_POLICY_ZH: Final = {
    RefusalPolicy.GATE: "后续环节不再办理",
    RefusalPolicy.INDEPENDENT: "不影响其他环节",
    RefusalPolicy.ALL: "全案终止",
    RefusalPolicy.COLLECT: "汇总意见",
}
_HANDLING_ZH: Final = {
    HandlingMode.SEPARATE: "分别办理",
    HandlingMode.JOINT: "联合办理",
    HandlingMode.UNIFIED: "统一办理",
}
_ACCEPTANCE_ZH: Final = {AcceptanceMode.ON_FILING: "综窗收件即受理", AcceptanceMode.LEAD: "牵头部门受理"}
_TYPE_ZH: Final = {
    ElementType.TEXT: "文字",
    ElementType.INTEGER: "整数",
    ElementType.DECIMAL: "小数",
    ElementType.DATE: "日期",
    ElementType.BOOLEAN: "是否",
    ElementType.CHOICE: "单选",
    ElementType.IDENTITY_NUMBER: "公民身份号码",
    ElementType.CREDIT_CODE: "统一社会信用代码",
    ElementType.MOBILE: "手机号码",
    ElementType.EMAIL: "电子邮箱",
    ElementType.DIVISION: "区划",
}
VALUE_ZH: Final[dict[str, Mapping[Any, str]]] = {
    "acceptance": _ACCEPTANCE_ZH,
    "audience": AUDIENCE_ZH,
    "delivery": DELIVERY_MODE_ZH,
    "form": MATERIAL_FORM_ZH,
    "handling_mode": _HANDLING_ZH,
    "kind": {**STEP_KIND_ZH, **SPECIAL_PROCEDURE_ZH},
    "on_refusal": _POLICY_ZH,
    "policy": _POLICY_ZH,
    "review": _REVIEW_ZH,
    "source": MATERIAL_SOURCE_ZH,
    "type": _TYPE_ZH,
    "use_level": USE_LEVEL_ZH,
}
"""Field → its terms."""


def field_zh(name: str) -> str:
    """The name itself where a field is newer than this table."""
    return FIELD_ZH.get(name, name)
