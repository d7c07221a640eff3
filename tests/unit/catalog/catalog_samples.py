"""A small hand-made catalogue for the tests: raw data to be changed, then made into a Catalog."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from lianban.catalog.models import Catalog

Raw = dict[str, Any]

LAW = {"law": "中华人民共和国行政许可法", "article": "第十二条"}


def matter(code: str, department: str, kind: str, **fields: Any) -> Raw:
    return {
        "code": code,
        "name": f"事项{code}",
        "department": department,
        "kind": kind,
        "basis": [LAW],
        "conditions": [f"符合{code}的条件"],
        "before": {"steps": 3, "visits": 2, "days": 10},
        **fields,
    }


_SHOP: Raw = {
    "divisions": [
        {"code": "429006", "name": "天门市", "level": "city"},
        {"code": "429006100", "name": "样例镇", "level": "township", "parent": "429006"},
        {"code": "420100", "name": "外市", "level": "city"},
    ],
    "subjects": [{"code": "owner", "name": "经营者", "type": "person"}],
    "licences": [{"code": "identity-card", "name": "居民身份证", "issuer": "公安机关"}],
    "registries": [{"code": "population", "name": "人口库", "department": "market"}],
    "departments": [
        {"code": "market", "name": "市场监督管理局", "short_name": "市监局", "window": "A01", "phone": "0728-0000001"},
        {"code": "tax", "name": "税务局", "short_name": "税务局"},
        {"code": "urban", "name": "城市管理执法局", "short_name": "城管局"},
        {"code": "water", "name": "自来水公司", "short_name": "水务", "kind": "utility"},
    ],
    "elements": [
        {"code": "shop_name", "name": "店名", "type": "text", "group": "店铺信息", "max_length": 60},
        {
            "code": "owner_name",
            "name": "经营者姓名",
            "type": "text",
            "group": "经营者信息",
            "registry": "population",
            "subject": "owner",
        },
        {"code": "owner_id", "name": "经营者身份号码", "type": "identity_number", "group": "经营者信息"},
        {"code": "owner_mobile", "name": "手机号码", "type": "mobile", "group": "经营者信息"},
        {"code": "sign_area", "name": "招牌面积", "type": "decimal", "group": "店铺信息", "minimum": 0, "maximum": 500},
    ],
    "materials": [
        {"code": "identity-card", "name": "居民身份证", "elicence": "identity-card", "subject": "owner"},
        {"code": "licence", "name": "营业执照", "source": "produced"},
        {"code": "lease", "name": "租赁合同", "form": "electronic"},
        {"code": "sign-drawing", "name": "招牌效果图"},
    ],
    "facts": [
        {
            "code": "trade",
            "name": "行业",
            "audience": "company",
            "type": "choice",
            "options": [{"value": "shop", "label": "零售"}, {"value": "other", "label": "其他"}],
        },
        {"code": "staff", "name": "职工人数", "audience": "company", "type": "integer", "minimum": 0, "maximum": 900},
        {"code": "chain", "name": "是连锁企业", "audience": "company", "type": "boolean"},
    ],
    "matters": [
        matter(
            "register",
            "market",
            "DECIDE",
            elements=[{"element": "shop_name"}, {"element": "owner_name"}, {"element": "owner_id"}],
            materials=[
                {"material": "identity-card"},
                {"material": "lease", "when": 'answers.place == "rented"', "form": "copy"},
            ],
            limit={"unit": "WD", "promised": 1, "legal": 15},
            results=[{"code": "licence", "name": "营业执照", "material": "licence"}],
            refusal_text="不予登记的，可以申请行政复议。",
        ),
        matter(
            "tax-setup",
            "tax",
            "DECIDE",
            elements=[{"element": "shop_name"}, {"element": "owner_mobile", "required": False}],
            materials=[
                {"material": "licence"},
                {"material": "identity-card", "form": "original", "copies": 2, "required": False, "standard": "清晰"},
            ],
            limit={"unit": "WD", "promised": 2, "legal": 20},
            refusal_text="不予办理的，可以申请行政复议。",
        ),
        matter(
            "sign",
            "urban",
            "DECIDE",
            elements=[{"element": "sign_area"}, {"element": "owner_mobile"}],
            materials=[{"material": "licence"}, {"material": "sign-drawing"}],
            limit={"unit": "WD", "promised": 5, "legal": 20},
            fees=[{"name": "占道费", "amount": 12.50, "basis": [LAW]}],
            results=[{"code": "sign-permit", "name": "设置许可", "validity": "一年"}],
            refusal_text="不予许可的，可以申请行政复议。",
            visits=1,
        ),
        matter("sign-notice", "urban", "NOTICE", limit={"unit": "D", "promised": 7}),
        matter("water-account", "water", "SERVICE", limit={"unit": "WD", "promised": 1}),
    ],
    "themes": [
        {
            "code": "B4",
            "name": "开办小店",
            "area": "企业",
            "stage": "准营",
            "audience": "company",
            "summary": "执照、税务、招牌、用水一次办。",
            "lead": "market",
            "division": "429006",
            "policy": "GATE",
            "limit": {"unit": "WD", "promised": 13, "legal": 45},
            "delivery_limit": {"unit": "WD", "promised": 3, "legal": 10},
            "supplement_limit": {"unit": "WD", "promised": 10},
            "conditions": ["在本市经营"],
            "elements": [{"element": "owner_mobile"}],
            "questions": [
                {
                    "code": "place",
                    "text": "经营场所是自有还是租用？",
                    "options": [{"value": "own", "label": "自有"}, {"value": "rented", "label": "租用"}],
                },
                {
                    "code": "sign",
                    "text": "是否设置招牌？",
                    "options": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
                },
                {
                    "code": "busy_street",
                    "text": "招牌是否临主干道？",
                    "options": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
                    "when": 'answers.sign == "yes"',
                },
            ],
            "steps": [
                {"matter": "water-account", "after": ["sign-notice", "register"]},
                {"matter": "register"},
                {"matter": "tax-setup", "after": ["register"]},
                {"matter": "sign", "after": ["register"], "when": 'answers.sign == "yes"'},
                {
                    "matter": "sign-notice",
                    "after": ["sign"],
                    "when": 'answers.busy_street == "yes"',
                    "on_refusal": "INDEPENDENT",
                },
            ],
            "eligibility": [
                {"when": 'facts.trade == "shop"', "why": "从事零售"},
                {"when": "facts.staff <= 50 || facts.chain", "why": "小店或者连锁店"},
            ],
        }
    ],
}


def shop() -> Raw:
    """The raw sample, free to be changed."""
    return deepcopy(_SHOP)


def made(raw: Raw) -> Catalog:
    """The catalogue of raw data, as the loader would make it."""
    return Catalog.model_validate(
        {section: {entry["code"]: entry for entry in entries} for section, entries in raw.items()}
    )


def entry(raw: Raw, section: str, code: str) -> Raw:
    """One raw entry, to be changed."""
    found: Raw = next(item for item in raw[section] if item["code"] == code)
    return found


def written(folder: Path, raw: Raw) -> Path:
    """The raw catalogue as files. JSON is YAML."""
    for section in ("divisions", "departments", "subjects", "registries", "licences", "facts", "elements", "materials"):
        save(folder / f"{section}.yaml", {section: raw[section]})
    for department in {item["department"] for item in raw["matters"]}:
        matters = [item for item in raw["matters"] if item["department"] == department]
        save(folder / "matters" / f"{department}.yaml", {"matters": matters})
    for theme in raw["themes"]:
        save(folder / "themes" / f"{theme['code']}.yaml", {"theme": theme})
    return folder


def save(path: Path, content: Raw) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
