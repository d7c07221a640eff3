"""办事指南 over HTTP: public, tailored, kept by readers, never an error for a bad address."""

from __future__ import annotations

import gzip
import json
import re

import httpx
import pytest
from intake_world import World, faults, slug

from lianban_intake.guides.qr import qr_svg

PAGES = ("/guide", "/guide/T1", "/guide/T1?q_sign=wanted", "/guide/T2", "/guide/T1/poster")
DOCUMENTS = ("/guide/T1.pdf", "/guide/T2.pdf", "/guide/T1/poster.pdf")
SIGN = "户外招牌备案"


async def text(world: World, path: str) -> str:
    response = await world.http.get(path)
    assert response.status_code == 200, response.text
    return response.text


@pytest.mark.parametrize("path", PAGES)
async def test_pages_load_nothing_from_anywhere(intake: World, path: str) -> None:
    response = await intake.http.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert re.findall(r'(?:src|style)="', response.text) == []
    assert '<link rel="stylesheet' not in response.text
    assert 'lang="zh-CN"' in response.text


@pytest.mark.parametrize("path", [*PAGES, *DOCUMENTS, "/guide/T1.json"])
async def test_readers_keep_what_has_not_changed(intake: World, path: str) -> None:
    first = await intake.http.get(path)
    assert "max-age" in first.headers["cache-control"]
    again = await intake.http.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    changed = await intake.http.get(path, headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200


async def test_compressed_where_the_reader_takes_it(intake: World) -> None:
    plain = await intake.http.get("/guide/T1", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with intake.http.stream("GET", "/guide/T1", headers={"Accept-Encoding": "gzip"}) as response:
        raw = b"".join([part async for part in response.aiter_raw()])
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 3


async def test_list_is_grouped_and_narrowed(intake: World) -> None:
    assert re.findall(r'<h2 id="area-\d+">(.*?)</h2>', await text(intake, "/guide")) == ["个人", "企业"]
    for query, found in (
        ("q=小店", ["T1"]),
        ("q=许可局 招牌", ["T1", "T2"]),
        ("area=企业", ["T2"]),
        ("audience=自然人", ["T1"]),
        ("stage=准营&q=企业", []),
        ("area=没有的领域", []),
    ):
        page = await text(intake, f"/guide?{query}")
        assert re.findall(r'<h3><a href="/guide/(\w+)"', page) == found, query


async def test_guide_for_everyone_says_when_each_part_applies(intake: World) -> None:
    page = await text(intake, "/guide/T1")
    assert "“要装户外招牌吗”选“要”时办理" in page
    for part in (
        "许可局",
        "5个工作日",
        "20个工作日",
        "房屋租赁合同",
        "可免提交",
        "店铺名称",
        "卫生许可证",
        "测试条例",
        "改革前",
    ):
        assert part in page


async def test_guide_for_a_situation(intake: World) -> None:
    wanted, unwanted = [await text(intake, f"/guide/T1?q_sign={answer}") for answer in ("wanted", "unwanted")]
    assert SIGN in wanted
    assert SIGN not in unwanted
    for page in (wanted, unwanted):
        assert "按您的情形生成的一次告知" in page
        assert "时办理</p>" not in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("q_sign=perhaps", "没有这个选项，可能已经调整，请重新选择"),
        ("q_sign=perhaps&q_sign=perhaps", "没有这个选项"),
        ("q_other=x", "地址中有本主题没有的问题，已忽略"),
        ("q_=", "地址中有本主题没有的问题，已忽略"),
        ("q_sign=%ff%00%ed%a0%80", "没有这个选项"),
    ],
)
async def test_bad_answers_get_the_page_with_the_message(intake: World, query: str, message: str) -> None:
    page = await text(intake, f"/guide/T1?{query}")
    assert message in page
    assert SIGN in page  # the guide for everyone, below


async def test_message_stands_beside_its_question(intake: World) -> None:
    page = await text(intake, "/guide/T1?q_sign=perhaps")
    fieldset = page[page.index("<fieldset") : page.index("</fieldset>")]
    assert "请重新选择" in fieldset
    assert 'aria-describedby="fault-sign"' in fieldset


async def test_what_a_reader_writes_is_never_part_of_the_page(intake: World) -> None:
    attack = '"><script>alert(1)</script>'
    for path, parameters in (
        ("/guide", {"q": attack, "area": attack}),
        ("/guide/T1", {"q_sign": attack, f"q_{attack}": attack}),
        (f"/guide/{attack}", {}),
    ):
        response = await intake.http.get(path, params=parameters)
        assert response.status_code in (200, 404)
        assert "alert(1)</script>" not in response.text
    searched = await text(intake, "/guide?q=" + str(httpx.QueryParams({"": '"><b>'}))[1:])
    assert "&gt;&lt;b&gt;" in searched


async def test_unknown_theme(intake: World) -> None:
    for path in ("/guide/X9", "/guide/X9.pdf", "/guide/X9/poster", "/guide/X9/poster.pdf", "/guide/t1"):
        response = await intake.http.get(path)
        assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "没有这个主题" in response.text
    response = await intake.http.get("/guide/X9.json")
    assert (response.status_code, slug(response)) == (404, "unknown-theme")


async def test_data_has_the_guide_and_the_matters_in_standard_fields(intake: World) -> None:
    whole = json.loads(await text(intake, "/guide/T1.json"))
    assert (whole["code"], whole["tailored"], len(whole["version"])) == ("T1", False, 16)
    task = next(task for task in whole["tasks"] if task["local_task_code"] == "hygiene")
    assert (task["task_name"], task["anticipate_day"], task["promise_day"]) == ("卫生许可", 20, 5)
    assert task["material"][0]["material_name"] == "房屋租赁合同"
    tailored = json.loads(await text(intake, "/guide/T1.json?q_sign=unwanted"))
    assert tailored["tailored"]
    assert SIGN not in [step["name"] for step in tailored["steps"]]


async def test_data_refuses_bad_answers(intake: World) -> None:
    response = await intake.http.get("/guide/T1.json?q_sign=perhaps&q_other=x")
    assert (response.status_code, slug(response)) == (422, "invalid-answers")
    assert set(faults(response)) == {("/answers/sign", "unknown-option"), ("/answers/other", "unknown-question")}


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_documents_are_pdf(intake: World, path: str) -> None:
    response = await intake.http.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/pdf")
    assert response.content.startswith(b"%PDF")
    name = "企业装招牌“一件事”" if "T2" in path else "开小店“一件事”"
    assert name.encode() in response.content


async def test_poster_leads_to_the_guide(intake: World) -> None:
    poster = await text(intake, "/guide/T1/poster")
    url = f"http://{intake.settings.host}:{intake.settings.port}/guide/T1"
    assert qr_svg(url) in poster
    assert url in poster


async def test_public_address_is_a_setting(intake: World) -> None:
    settings = intake.settings.model_copy(update={"public_url": "https://gov.example/"})
    assert settings.guides_url == "https://gov.example"
