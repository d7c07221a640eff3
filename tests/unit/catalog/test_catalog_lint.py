"""Every rule of the linter has an example that it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from catalog_samples import LAW, Raw, entry, made, matter, shop

from lianban.catalog.answers import MAX_SITUATIONS
from lianban.catalog.lint import (
    CATALOG_RULES,
    ORDER_RULES,
    SITUATION_RULES,
    THEME_RULES,
    TIDY_RULES,
    conditions,
    documents,
    eligibility,
    entries,
    limits,
    lint,
    order,
    references,
    themes,
)

Change = Callable[[Raw], Any]
EXAMPLES: list[tuple[Callable[..., Any], Change, str]] = []


def example(rule: Callable[..., Any], told: str) -> Callable[[Change], Change]:
    """Registers a change to the sample that ``rule`` must refuse with a message holding ``told``."""

    def register(change: Change) -> Change:
        EXAMPLES.append((rule, change, told))
        return change

    return register


def theme(raw: Raw) -> Raw:
    return entry(raw, "themes", "B4")


def step(raw: Raw, name: str) -> Raw:
    found: Raw = next(item for item in theme(raw)["steps"] if item["matter"] == name)
    return found


def yes_no(code: str) -> Raw:
    return {
        "code": code,
        "text": f"{code}？",
        "options": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
    }


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


@example(order.duplicate_steps, "环节 register 重复")
def _(raw: Raw) -> None:
    theme(raw)["steps"].append({"matter": "register"})


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


@example(order.unknown_predecessors, "前置环节 registr 不在本主题中")
def _(raw: Raw) -> None:
    step(raw, "tax-setup")["after"] = ["registr"]


@example(order.cycle, "成环：register → sign → sign-notice → register")
def _(raw: Raw) -> None:
    step(raw, "register")["after"] = ["sign-notice"]


@example(order.cycle, "成环：register → register")
def _(raw: Raw) -> None:
    step(raw, "register")["after"] = ["register"]


@example(themes.duplicate_questions, "问题 sign 重复")
def _(raw: Raw) -> None:
    theme(raw)["questions"].append(yes_no("sign"))


@example(themes.lead_takes_part, "牵头部门 health 不办理")
def _(raw: Raw) -> None:
    raw["departments"].append({"code": "health", "name": "卫健委", "short_name": "卫健委"})
    theme(raw)["lead"] = "health"


@example(themes.refusal_texts, "事项 register 却没有不予许可的告知文本")
def _(raw: Raw) -> None:
    theme(raw)["policy"] = "ALL"
    del entry(raw, "matters", "register")["refusal_text"]


@example(themes.refusal_texts, "事项 sign 却没有不予许可的告知文本")
def _(raw: Raw) -> None:
    step(raw, "sign")["on_refusal"] = "ALL"
    del entry(raw, "matters", "sign")["refusal_text"]


@example(themes.delivery_modes, "没有送达方式")
def _(raw: Raw) -> None:
    theme(raw)["delivery"] = []


@example(themes.joint_limit, "不超过 45 个工作日的法定时限")
def _(raw: Raw) -> None:
    theme(raw)["handling_mode"] = "joint"
    theme(raw)["limit"]["legal"] = 46


@example(conditions.conditions_compile, "条件在第 17 个字符处有语法错误")
def _(raw: Raw) -> None:
    step(raw, "sign")["when"] = "answers.sign == ="


@example(conditions.conditions_compile, "主题 B4 没有问题 sgin")
def _(raw: Raw) -> None:
    step(raw, "sign")["when"] = 'answers.sgin == "yes"'


@example(conditions.conditions_compile, "条件用到了排在后面的问题 busy_street")
def _(raw: Raw) -> None:
    theme(raw)["questions"][1]["when"] = 'answers.busy_street == "yes"'


@example(conditions.conditions_compile, "条件的结果是 string，不是 bool")
def _(raw: Raw) -> None:
    step(raw, "sign")["when"] = "answers.sign"


@example(conditions.conditions_compile, "条件拿文字与别的类型比较")
def _(raw: Raw) -> None:
    step(raw, "sign")["when"] = "answers.sign == 1"


@example(conditions.conditions_compile, "条件在运行时出错")
def _(raw: Raw) -> None:
    step(raw, "sign")["when"] = "answers.sign.matches('(')"


@example(conditions.compared_options, "问题 sign 没有选项 yess")
def _(raw: Raw) -> None:
    step(raw, "sign")["when"] = 'answers.sign == "yess" || answers.sign == "yes"'


@example(conditions.compared_options, "问题 place 没有选项 leased")
def _(raw: Raw) -> None:
    entry(raw, "matters", "register")["materials"][1]["when"] = "answers.place in ['leased', 'rented']"


@example(conditions.given_answers, "place 既在 given 中写明，又作为问题提出")
def _(raw: Raw) -> None:
    theme(raw)["given"] = {"place": "own"}


@example(conditions.given_answers, "没有条件用到 given 中的 weather")
def _(raw: Raw) -> None:
    theme(raw)["given"] = {"weather": "fine"}


def rule(raw: Raw, when: str) -> None:
    """Replaces the sample's first eligibility rule."""
    theme(raw)["eligibility"][0]["when"] = when


@example(eligibility.rules_compile, "服务对象条件在第 15 个字符处有语法错误")
def _(raw: Raw) -> None:
    rule(raw, "facts.trade ==")


@example(eligibility.rules_compile, "没有情况 trad")
def _(raw: Raw) -> None:
    rule(raw, 'facts.trad == "shop"')


@example(eligibility.rules_compile, "age 不是法人和其他组织的情况")
def _(raw: Raw) -> None:
    age = {"code": "age", "name": "年龄", "audience": "person", "type": "integer", "minimum": 0, "maximum": 150}
    raw["facts"].append(age)
    rule(raw, "facts.age > 60")


@example(eligibility.rules_compile, "服务对象条件的结果是 int，不是 bool")
def _(raw: Raw) -> None:
    rule(raw, "facts.staff")


@example(eligibility.rules_compile, "服务对象条件拿不同类型的值比较")
def _(raw: Raw) -> None:
    rule(raw, 'facts.staff == "shop"')


@example(eligibility.compared_choices, "情况 trade 没有选项 shops")
def _(raw: Raw) -> None:
    rule(raw, "facts.trade in ['shops', 'shop']")


@example(eligibility.rules_tell_apart, "服务对象条件对任何情况都成立")
def _(raw: Raw) -> None:
    rule(raw, 'facts.trade == "shop" || facts.staff < 901')


@example(eligibility.rules_tell_apart, "服务对象条件对任何情况都不成立")
def _(raw: Raw) -> None:
    rule(raw, "facts.staff > 900")


@example(eligibility.rules_tell_apart, "服务对象条件在运行时出错")
def _(raw: Raw) -> None:
    rule(raw, "100 / (facts.staff - 37) > 2")


@example(eligibility.rules_tell_apart, "服务对象条件涉及的情况组合超过 20000 种")
def _(raw: Raw) -> None:
    codes = [f"fact_{number}" for number in range(15)]
    raw["facts"] += [{"code": code, "name": code, "audience": "company", "type": "boolean"} for code in codes]
    rule(raw, " || ".join(f"facts.{code}" for code in codes))


@example(eligibility.somebody_fits, "没有人能同时符合各条服务对象条件")
def _(raw: Raw) -> None:
    rule(raw, "facts.staff > 50 && !facts.chain")


@example(eligibility.without_rules, "没有服务对象条件")
def _(raw: Raw) -> None:
    del theme(raw)["eligibility"]


@example(eligibility.unused_facts, "情况 idle 没有被任何主题的服务对象条件使用")
def _(raw: Raw) -> None:
    raw["facts"].append({"code": "idle", "name": "闲置", "audience": "company", "type": "boolean"})


@example(conditions.compared_options, "问题 trade 没有选项 shops")
def _(raw: Raw) -> None:
    theme(raw)["given"] = {"trade": "shop"}
    step(raw, "sign")["when"] = 'answers.trade == "shops" || answers.sign == "yes"'


@example(conditions.idle_steps, "环节 sign-notice 在任何回答下都不会出现")
def _(raw: Raw) -> None:
    step(raw, "sign-notice")["when"] = 'answers.sign == "no" && answers.busy_street == "yes"'


@example(conditions.unasked_questions, "问题 busy_street 在任何回答下都不会提出")
def _(raw: Raw) -> None:
    theme(raw)["questions"][2]["when"] = 'answers.sign == "yes" && answers.sign == "no"'


@example(conditions.idle_questions, "问题 weather 的回答不影响")
def _(raw: Raw) -> None:
    theme(raw)["questions"].append(yes_no("weather"))


@example(conditions.idle_options, "问题 sign 的选项 no、later 效果相同")
def _(raw: Raw) -> None:
    theme(raw)["questions"][1]["options"].append({"value": "later", "label": "以后再说"})


@example(conditions.nothing_to_do, "没有任何环节")
def _(raw: Raw) -> None:
    theme(raw)["elements"] = []
    for item in theme(raw)["steps"]:
        item["when"] = 'answers.sign == "yes" && answers.busy_street == "yes"'


@example(documents.documents_available, "环节 tax-setup 需要 营业执照，而产生它的环节 register 并不在它之前")
def _(raw: Raw) -> None:
    step(raw, "tax-setup")["after"] = []


@example(documents.documents_available, "而产生它的环节 register 并不在它之前")
def _(raw: Raw) -> None:
    """That the e-licence library will hold it once it is made does not help."""
    entry(raw, "materials", "licence")["elicence"] = "licence"
    step(raw, "sign")["after"] = []


@example(documents.documents_available, "没有前置环节产生它")
def _(raw: Raw) -> None:
    step(raw, "register")["when"] = 'answers.place == "own"'


@example(limits.promises_fit, "register → sign → sign-notice → water-account 的承诺时限合计约 12 个工作日")
def _(raw: Raw) -> None:
    theme(raw)["limit"]["promised"] = 11


@example(limits.promise_within_law, "主题的承诺时限（约 45 个工作日）长于")
def _(raw: Raw) -> None:
    theme(raw)["limit"]["promised"] = 45


def test_the_sample_is_clean() -> None:
    assert lint(made(shop())) == []


@pytest.mark.parametrize(
    ("rule", "change", "told"),
    EXAMPLES,
    ids=[f"{rule.__name__}-{number}" for number, (rule, *_) in enumerate(EXAMPLES)],
)
def test_rule_refuses(rule: Callable[..., Any], change: Change, told: str) -> None:
    raw = shop()
    change(raw)
    found = lint(made(raw))
    assert [finding.message for finding in found if told in finding.message], found
    assert all(finding.cure for finding in found)


def test_every_rule_has_an_example() -> None:
    rules = {*CATALOG_RULES, *ORDER_RULES, *THEME_RULES, *SITUATION_RULES, *TIDY_RULES, references.unknown_codes}
    assert {rule for rule, _, _ in EXAMPLES} == rules


def test_all_findings_at_once() -> None:
    raw = shop()
    theme(raw)["lead"] = "nobody"
    theme(raw)["steps"][0]["after"] = ["nowhere"]
    entry(raw, "matters", "register")["basis"] = []
    assert len(lint(made(raw))) == 3


def test_references_to_entries_that_could_not_be_read_are_no_finding() -> None:
    raw = shop()
    raw["materials"] = [item for item in raw["materials"] if item["code"] != "lease"]
    assert lint(made(raw), {"materials": {"lease"}}) == []


def test_unused_definitions_pass_when_not_tidying() -> None:
    raw = shop()
    raw["departments"].append({"code": "idle", "name": "闲置", "short_name": "闲"})
    assert lint(made(raw), tidy=False) == []
    assert [finding.code for finding in lint(made(raw))] == ["idle"]
    del theme(raw)["eligibility"]
    assert lint(made(raw), tidy=False) == []


def test_a_condition_that_fails_for_some_answers_only_is_told() -> None:
    raw = shop()
    step(raw, "sign")["when"] = "answers.sign != '' && int(answers.sign) > 0 || answers.sign == ''"
    assert "条件在运行时出错" in lint(made(raw))[0].message


def test_too_many_situations_fall_back_to_all_steps() -> None:
    raw = shop()
    extra = [yes_no(f"extra{number}") for number in range(MAX_SITUATIONS.bit_length())]
    theme(raw)["questions"] += extra
    theme(raw)["limit"]["promised"] = 11
    found = lint(made(raw))
    assert [finding.field for finding in found] == [("limit", "promised")]
    assert "按全部环节计" in found[0].message
