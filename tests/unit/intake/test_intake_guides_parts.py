"""Parts of the guides by themselves: answers in an address, what is kept, documents, QR codes."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import segno
import typst

from lianban.catalog.guide import Guide
from lianban.catalog.guide_builder import build_guide
from lianban.catalog.models import Catalog, Theme
from lianban_intake import typesetting
from lianban_intake.guides import typeset
from lianban_intake.guides.answers import chosen, given
from lianban_intake.guides.kept import Kept
from lianban_intake.guides.qr import qr_svg

DATED = date(2026, 7, 1)
LAW = {"law": "测试条例", "article": "第一条"}


def catalog(**theme: object) -> Catalog:
    options = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]
    return Catalog.model_validate(
        {
            "divisions": {"429006": {"code": "429006", "name": "天门市", "level": "county"}},
            "departments": {"permits": {"code": "permits", "name": "许可局", "short_name": "许可局"}},
            "elements": {"shop": {"code": "shop", "name": "店名", "type": "text", "group": "店铺"}},
            "materials": {"lease": {"code": "lease", "name": "租赁合同"}},
            "matters": {
                "permit": {
                    "code": "permit",
                    "name": "许可",
                    "department": "permits",
                    "kind": "DECIDE",
                    "basis": [LAW],
                    "conditions": ["合法"],
                    "elements": [{"element": "shop"}],
                    "materials": [{"material": "lease", "when": 'answers.sign == "yes"'}],
                    "fees": [{"name": "工本费", "amount": 10, "basis": [LAW]}],
                    "limit": {"unit": "WD", "promised": 3},
                    "results": [{"code": "permit", "name": "许可证"}],
                    "before": {"steps": 1, "visits": 1, "days": 5},
                }
            },
            "themes": {
                "T1": {
                    "code": "T1",
                    "name": "开店",
                    "area": "企业",
                    "stage": "准营",
                    "audience": "company",
                    "summary": "开一家店。",
                    "lead": "permits",
                    "division": "429006",
                    "policy": "GATE",
                    "limit": {"unit": "WD", "promised": 5},
                    "delivery_limit": {"unit": "WD", "promised": 5},
                    "supplement_limit": {"unit": "WD", "promised": 5},
                    "questions": [
                        {"code": "sign", "text": "招牌？", "options": options},
                        {"code": "big", "text": "大吗？", "options": options, "when": 'answers.sign == "yes"'},
                    ],
                    "steps": [{"matter": "permit"}],
                    **theme,
                }
            },
        }
    )


def theme() -> Theme:
    return catalog().themes["T1"]


def guide(**changes: object) -> Guide:
    return build_guide(catalog(**changes), "T1")


def test_answers_are_read_from_an_address() -> None:
    assert given([("q_sign", "no"), ("page", "2"), ("q_sign", "yes"), ("q_", "x")]) == {"sign": "yes", "": "x"}


def test_what_an_address_says_is_reduced_to_what_the_theme_knows() -> None:
    assert chosen(theme(), {}) == chosen(theme(), {"sign": ""})
    assert not chosen(theme(), {}).complete
    assert chosen(theme(), {"sign": "no"}).complete
    partly = chosen(theme(), {"sign": "yes"})
    assert (partly.complete, partly.faults) == (False, (("big", "请选择一项"),))
    wrong = chosen(theme(), {"sign": "<script>", "mine": "x"})
    assert (wrong.answers, wrong.unknown) == ((), True)
    assert wrong == chosen(theme(), {"sign": "other", "yours": "y"})  # one entry of the cache for them all


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


async def test_nobody_makes_what_another_is_making(threads: ThreadPoolExecutor) -> None:
    kept: Kept[str, int] = Kept(2, threads)
    made: list[int] = []
    go = threading.Event()

    def make() -> int:
        go.wait()
        made.append(1)
        return len(made)

    waiting = [asyncio.create_task(kept.get("a", make)) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # its going away is nothing to the others
    go.set()
    assert await asyncio.gather(*waiting[1:]) == [1, 1, 1, 1]
    assert await kept.get("a", make) == 1


async def test_least_recently_used_goes_first(threads: ThreadPoolExecutor) -> None:
    kept: Kept[str, str] = Kept(2, threads)
    for key in ("a", "b", "a", "c"):
        await kept.get(key, lambda key=key: key)  # type: ignore[misc]
    assert await kept.get("a", lambda: "anew") == "a"
    assert await kept.get("b", lambda: "anew") == "anew"


async def test_a_failure_is_told_and_not_kept(threads: ThreadPoolExecutor) -> None:
    kept: Kept[str, int] = Kept(2, threads)
    with pytest.raises(ZeroDivisionError):
        await kept.get("a", lambda: 1 // 0)
    assert await kept.get("a", lambda: 1) == 1


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert typeset.standard_pdf(guide(), DATED) == typeset.standard_pdf(guide(), DATED)


def test_chapters_of_the_standard() -> None:
    inputs = {"guide": guide().model_dump_json(), "dated": "2026年7月1日"}
    options = {"root": typeset._FOLDER, "font_paths": [typesetting.FONTS], "ignore_system_fonts": True}
    found = typst.query(
        typeset._FOLDER / "standard.typ", "heading.where(level: 1)", field="body", sys_inputs=inputs, **options
    )
    assert [body["text"] for body in json.loads(found)] == [
        "目录",
        "范围",
        "服务对象与条件",
        "情形",
        "办理环节与时限",
        "申请材料",
        "表单",
        "收费",
        "结果",
        "设定依据",
        "办理流程图",
        "前后对比",
        "修订记录",
    ]


def test_what_the_catalogue_says_is_never_markup() -> None:
    name = '#panic("x") $ *开店* [] <a> \\ "'
    content = typeset.standard_pdf(guide(name=name, summary=name), DATED)
    assert '#panic("x") $ *开店* [] &lt;a&gt; \\ "'.encode() in content.replace(b"&quot;", b'"')


def test_a_theme_without_questions_materials_or_fees() -> None:
    bare = guide().model_copy(update={"materials": (), "fees": (), "form": (), "questions": (), "results": ()})
    assert typeset.standard_pdf(bare, DATED).startswith(b"%PDF")
    assert typeset.poster_pdf(bare, DATED, "http://x/", qr_svg("http://x/")).startswith(b"%PDF")


def test_qr_code_is_that_of_the_address() -> None:
    url = "https://gov.example/guide/T1"
    code = segno.make(url, error="m", micro=False)
    assert qr_svg(url) == code.svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    assert qr_svg(url) != qr_svg(url + "2")
