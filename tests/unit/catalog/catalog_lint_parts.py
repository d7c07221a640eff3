"""What the linter refuses of definitions, and of references to them."""

from __future__ import annotations

from catalog_lint_examples import examples, step, theme
from catalog_samples import LAW, Raw, entry, matter

from lianban.catalog.lint import (
    entries,
    references,
)

EXAMPLES, example = examples()


@example(references.unknown_codes, "部门 markt 未定义")
def _(raw: Raw) -> None:
    theme(raw)["lead"] = "markt"


@example(references.unknown_codes, "材料 leese 未定义")
def _(raw: Raw) -> None:
    entry(raw, "matters", "register")["materials"][1]["material"] = "leese"


@example(references.unknown_codes, "材料 paper 未定义")
def _(raw: Raw) -> None:
    entry(raw, "matters", "register")["results"][0]["material"] = "paper"


@example(references.unknown_codes, "数据元 nothing 未定义")
def _(raw: Raw) -> None:
    entry(raw, "matters", "tax-setup")["elements"].append({"element": "nothing"})


@example(references.unknown_codes, "事项 tax 未定义")
def _(raw: Raw) -> None:
    step(raw, "tax-setup")["matter"] = "tax"


@example(references.unknown_codes, "区划 110000 未定义")
def _(raw: Raw) -> None:
    entry(raw, "divisions", "429006100")["parent"] = "110000"


@example(references.unused, "事项 idle 没有被任何事项或主题使用")
def _(raw: Raw) -> None:
    raw["matters"].append(matter("idle", "tax", "OPINION"))


@example(references.unused, "数据元 idle 没有被")
def _(raw: Raw) -> None:
    raw["elements"].append({"code": "idle", "name": "闲置", "type": "text", "group": "无"})


@example(references.unused, "登记库 idle 没有被")
def _(raw: Raw) -> None:
    raw["registries"].append({"code": "idle", "name": "闲置库", "department": "tax"})


@example(references.unused, "电子证照类型 idle 没有被")
def _(raw: Raw) -> None:
    raw["licences"].append({"code": "idle", "name": "闲置证", "issuer": "无"})


@example(references.unknown_codes, "登记库 populaton 未定义")
def _(raw: Raw) -> None:
    entry(raw, "elements", "owner_name")["registry"] = "populaton"


@example(references.unknown_codes, "部门 police 未定义")
def _(raw: Raw) -> None:
    entry(raw, "registries", "population")["department"] = "police"


@example(references.unknown_codes, "电子证照类型 id-card 未定义")
def _(raw: Raw) -> None:
    entry(raw, "materials", "identity-card")["elicence"] = "id-card"


@example(references.unknown_codes, "电子证照类型 sign-permit 未定义")
def _(raw: Raw) -> None:
    entry(raw, "matters", "sign")["results"][0]["elicence"] = "sign-permit"


@example(references.unknown_codes, "承担角色 township 未定义")
def _(raw: Raw) -> None:
    entry(raw, "matters", "sign")["handled_by"] = "township"


@example(references.unknown_codes, "区划 429999 未定义")
def _(raw: Raw) -> None:
    entry(raw, "departments", "urban").update(role="office", division="429999")


@example(entries.duplicate_names, "名称“租赁合同”与 lease 相同")
def _(raw: Raw) -> None:
    entry(raw, "materials", "sign-drawing")["name"] = "租赁合同"


@example(entries.duplicate_options, "选项 yes 重复")
def _(raw: Raw) -> None:
    theme(raw)["questions"][1]["options"].append({"value": "yes", "label": "又是"})


@example(entries.duplicate_options, "选项 red 重复")
def _(raw: Raw) -> None:
    choice = entry(raw, "elements", "owner_name")
    choice |= {"type": "choice", "options": [{"value": "red", "label": "红"}, {"value": "red", "label": "赤"}]}


@example(entries.choice_options, "单选数据元没有选项")
def _(raw: Raw) -> None:
    entry(raw, "elements", "shop_name")["type"] = "choice"


@example(entries.choice_options, "只有 choice 类型可以有选项")
def _(raw: Raw) -> None:
    entry(raw, "elements", "shop_name")["options"] = [{"value": "red", "label": "红"}]


@example(entries.element_bounds, "minimum 大于 maximum")
def _(raw: Raw) -> None:
    entry(raw, "elements", "sign_area")["minimum"] = 501


@example(entries.element_bounds, "正则表达式有误")
def _(raw: Raw) -> None:
    entry(raw, "elements", "shop_name")["pattern"] = "("


@example(entries.division_tree, "区划上下级成环：429006100 → 429006 → 429006100")
def _(raw: Raw) -> None:
    entry(raw, "divisions", "429006")["parent"] = "429006100"


@example(entries.matter_basis, "审批事项没有设定依据")
def _(raw: Raw) -> None:
    entry(raw, "matters", "register")["basis"] = []


@example(entries.matter_basis, "事项没有设定依据")
def _(raw: Raw) -> None:
    entry(raw, "matters", "water-account")["basis"] = []


@example(entries.matter_limit, "公示没有天数")
def _(raw: Raw) -> None:
    entry(raw, "matters", "sign-notice")["limit"] = {"unit": "INSTANT", "promised": 0}


@example(entries.matter_limit, "事项没有办理时限")
def _(raw: Raw) -> None:
    del entry(raw, "matters", "water-account")["limit"]


@example(entries.matter_limit, "审批事项没有办理时限")
def _(raw: Raw) -> None:
    del entry(raw, "matters", "register")["limit"]


@example(entries.matter_limit, "公示没有天数")
def _(raw: Raw) -> None:
    del entry(raw, "matters", "sign-notice")["limit"]


@example(entries.matter_limit, "批次集中办理的事项不单独计时")
def _(raw: Raw) -> None:
    entry(raw, "matters", "tax-setup")["kind"] = "BATCH"


@example(entries.matter_limit, "公共服务事项没有法定时限")
def _(raw: Raw) -> None:
    entry(raw, "matters", "water-account")["limit"]["legal"] = 20


@example(entries.matter_results, "办理结果 licence 重复")
def _(raw: Raw) -> None:
    results = entry(raw, "matters", "register")["results"]
    results.append(results[0])


@example(entries.special_procedures, "行政许可法没有这种特别程序")
def _(raw: Raw) -> None:
    stop = {"kind": "own_law", "basis": [LAW], "limit": {"unit": "WD", "promised": 10}}
    entry(raw, "matters", "register")["special_procedures"] = [stop]


@example(entries.special_procedures, "特别程序没有最长期限")
def _(raw: Raw) -> None:
    stop = {"kind": "testing", "basis": [LAW], "limit": {"unit": "INSTANT", "promised": 0}}
    entry(raw, "matters", "register")["special_procedures"] = [stop]


@example(entries.special_procedures, "公示、批次事项没有可以暂停的时限")
def _(raw: Raw) -> None:
    stop = {"kind": "testing", "basis": [LAW], "limit": {"unit": "WD", "promised": 10}}
    entry(raw, "matters", "sign-notice")["special_procedures"] = [stop]


@example(entries.silence, "不得默示许可")
def _(raw: Raw) -> None:
    entry(raw, "matters", "register")["silence"] = "TACIT_OPINION"


@example(entries.offices, "role 与 division 须同时写明")
def _(raw: Raw) -> None:
    entry(raw, "departments", "tax")["role"] = "tax-office"


@example(entries.offices, "429006 已有承担 tax-office 的 tax")
def _(raw: Raw) -> None:
    for code in ("tax", "urban"):
        entry(raw, "departments", code).update(role="tax-office", division="429006")


@example(entries.duplicate_options, "选项 shop 重复")
def _(raw: Raw) -> None:
    entry(raw, "facts", "trade")["options"].append({"value": "shop", "label": "又是"})


@example(entries.fact_types, "只有 choice 类型有选项")
def _(raw: Raw) -> None:
    entry(raw, "facts", "trade")["options"] = []


@example(entries.fact_types, "integer 类型须写明 minimum 和 maximum")
def _(raw: Raw) -> None:
    del entry(raw, "facts", "staff")["maximum"]


@example(entries.fact_types, "integer 类型须写明 minimum 和 maximum，其他类型没有")
def _(raw: Raw) -> None:
    entry(raw, "facts", "chain")["minimum"] = 0


@example(entries.fact_types, "minimum 大于 maximum")
def _(raw: Raw) -> None:
    entry(raw, "facts", "staff")["minimum"] = 901


@example(references.subjects_named, "没有写明是谁的登记信息")
def _(raw: Raw) -> None:
    del entry(raw, "elements", "owner_name")["subject"]
    entry(raw, "elements", "owner_id").update(registry="population", subject="owner")


@example(references.subjects_named, "没有写明是谁的证照")
def _(raw: Raw) -> None:
    del entry(raw, "materials", "identity-card")["subject"]


@example(references.unknown_codes, "信息主体 ownr 未定义")
def _(raw: Raw) -> None:
    entry(raw, "materials", "identity-card")["subject"] = "ownr"
