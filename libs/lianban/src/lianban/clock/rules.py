"""The rules of clocks.md by their ids, as refusals and events cite them. Articles are of 行政许可法."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Rule(StrEnum):
    """Stable id of a rule: part of the answer to whoever tried what it forbids."""

    ACCEPT_5 = "L-ACCEPT-5"
    ONCE = "L-ONCE"
    SUPPLEMENT = "L-SUPPLEMENT"
    DEC_20 = "L-DEC-20"
    EXT_10 = "L-EXT-10"
    JOINT_45 = "L-JOINT-45"
    EXT_15 = "L-EXT-15"
    FIRST_20 = "L-FIRST-20"
    DELIVER_10 = "L-DELIVER-10"
    STOP = "L-STOP"
    REFUSE = "L-REFUSE"
    REMEDY = "L-REMEDY"
    WD = "L-WD"


RULE_ZH: Final = {
    Rule.ACCEPT_5: "行政许可法第三十二条：五日内一次性告知或者作出受理决定，逾期不告知的，自收到申请材料之日起即为受理",
    Rule.ONCE: "行政许可法第三十二条：需要补正的全部内容一次告知",
    Rule.SUPPLEMENT: "行政许可法第三十二条：按要求提交全部补正材料的，应当受理",
    Rule.DEC_20: "行政许可法第四十二条：自受理之日起二十日内作出决定",
    Rule.EXT_10: "行政许可法第四十二条：经本行政机关负责人批准，可以延长十日，并告知理由",
    Rule.JOINT_45: "行政许可法第四十二条：统一办理或者联合办理、集中办理的，四十五日内办结",
    Rule.EXT_15: "行政许可法第四十二条：经本级人民政府负责人批准，可以延长十五日，并告知理由",
    Rule.FIRST_20: "行政许可法第四十三条：下级行政机关先行审查，二十日内审查完毕",
    Rule.DELIVER_10: "行政许可法第四十四条：自作出决定之日起十日内颁发、送达",
    Rule.STOP: "行政许可法第四十五条：听证、检验等所需时间不计算在期限内，并书面告知申请人",
    Rule.REFUSE: "行政许可法第三十八条：不予许可应当说明理由，并告知救济途径",
    Rule.REMEDY: "行政许可法第六十九条、第七十条：已经作出的许可依其自身程序撤销、注销",
    Rule.WD: "行政许可法第八十二条：期限以工作日计算，不含法定节假日",
}
"""What an officer or an applicant reads beside the id."""

LONGEST_AGENCY_EXTENSION: Final = 10
"""Working days, L-EXT-10."""

LONGEST_JOINT_EXTENSION: Final = 15
"""Working days, L-EXT-15."""
