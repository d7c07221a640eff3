"""Matters under the field names of 实施清单."""

from __future__ import annotations

from catalog_samples import Raw, entry, made, shop

from lianban.catalog.standard_fields import Task, task_record, task_records


def record(matter: str, raw: Raw | None = None) -> Task:
    catalog = made(raw or shop())
    return task_record(catalog, catalog.themes["B4"], catalog.matters[matter])


def test_a_matter_with_everything() -> None:
    raw = shop()
    changes = {"catalog_code": "000131001000", "task_code": "11429006MB1234567X4000131001000", "use_level": "city"}
    entry(raw, "matters", "sign").update(changes)
    entry(raw, "matters", "sign")["special_procedures"] = [
        {
            "kind": "inspection",
            "basis": [{"law": "中华人民共和国行政许可法", "article": "第四十五条"}],
            "limit": {"unit": "WD", "promised": 10},
        }
    ]
    sent = record("sign", raw).model_dump(mode="json", by_alias=True)
    assert sent | {"special_procedure": ""} == {
        "task_name": "事项sign",
        "catalog_code": "000131001000",
        "task_code": "11429006MB1234567X4000131001000",
        "local_task_code": "sign",
        "by_law": "《中华人民共和国行政许可法》第十二条",
        "accept_condition": "符合sign的条件",
        "dept_code": "urban",
        "dept_name": "城市管理执法局",
        "use_level": "市级",
        "server_type": "法人和其他组织",
        "project_type": "承诺件",
        "anticipate_day": 20,
        "anticipate_type": "工作日",
        "anticipate_explain": "20个工作日",
        "promise_day": 5,
        "promise_type": "工作日",
        "promise_explain": "5个工作日",
        "special_procedure": "",
        "is_fee": "1",
        "fee_basis": "《中华人民共和国行政许可法》第十二条",
        "limit_scene_num": 1,
        "is_express": "1",
        "transact_addr": None,
        "link_way": None,
        "other_dept": "自来水公司、市场监督管理局、税务局",
        "result_name": "设置许可",
        "material": [
            {
                "order_num": 1,
                "material_name": "营业执照",
                "is_need": "1",
                "material_type": "复印件",
                "material_format": "pdf、jpeg、png、ofd",
                "page_num": 1,
                "source_type": "本次联办产生",
                "source_explain": None,
                "accept_stand": None,
                "by_law": None,
            },
            {
                "order_num": 2,
                "material_name": "招牌效果图",
                "is_need": "1",
                "material_type": "复印件",
                "material_format": "pdf、jpeg、png、ofd",
                "page_num": 1,
                "source_type": "申请人自备",
                "source_explain": None,
                "accept_stand": None,
                "by_law": None,
            },
        ],
        "fee_project": [
            {
                "fee_name": "占道费",
                "fee_stand": "12.5元/件",
                "by_law": "《中华人民共和国行政许可法》第十二条",
                "desc_explain": None,
            }
        ],
    }
    assert sent["special_procedure"].startswith("检验（《中华人民共和国行政许可法》第四十五条）")


def test_a_matter_with_almost_nothing() -> None:
    raw = shop()
    entry(raw, "matters", "water-account")["basis"] = []
    found = record("water-account", raw)
    assert (found.by_law, found.special_procedure, found.result_name) == ("无", "无", "无")
    assert (found.anticipate_day, found.anticipate_type, found.anticipate_explain) == (None, None, None)
    assert (found.promise_day, found.is_fee, found.is_express, found.fee_basis) == (1, "0", "0", None)


def test_units_and_kinds_of_limits() -> None:
    raw = shop()
    entry(raw, "matters", "register")["limit"] = {"unit": "INSTANT", "promised": 0}
    entry(raw, "matters", "tax-setup")["limit"] = None
    assert record("register", raw).project_type == "即办件"
    assert (record("register", raw).promise_day, record("register", raw).promise_explain) == (0, "即办")
    assert record("sign-notice").promise_type == "自然日"
    unlimited = record("tax-setup", raw)
    assert (unlimited.promise_day, unlimited.promise_type, unlimited.promise_explain) == (None, None, "不单独计时")


def test_a_use_may_be_stricter_than_its_material() -> None:
    card = record("tax-setup").materials[1]
    assert (card.material_type, card.page_num, card.is_need, card.accept_stand) == ("原件", 2, "0", "清晰")


def test_every_matter_of_a_theme_once_in_order() -> None:
    catalog = made(shop())
    records = task_records(catalog, catalog.themes["B4"])
    assert [task.local_task_code for task in records] == [step.matter for step in catalog.themes["B4"].steps]
