"""What the linter refuses of a theme's steps, questions, conditions, documents and limits."""

from __future__ import annotations

from catalog_lint_examples import examples, step, theme, yes_no
from catalog_samples import Raw, entry

from lianban.catalog.lint import (
    conditions,
    documents,
    limits,
    order,
    themes,
)

EXAMPLES, example = examples()


@example(order.duplicate_steps, "环节 register 重复")
def _(raw: Raw) -> None:
    theme(raw)["steps"].append({"matter": "register"})


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
