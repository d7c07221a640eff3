"""Themes: public, from the catalogue in force."""

from __future__ import annotations

from intake_world import World, faults, slug


async def test_list_names_every_theme_in_order(intake: World) -> None:
    response = await intake.http.get("/v1/themes")
    assert response.status_code == 200
    assert [theme["code"] for theme in response.json()["themes"]] == ["T1", "T2"]
    assert response.json()["themes"][0]["lead_department_name"] == "许可局"


async def test_theme_has_its_questions_and_ways_of_delivery(intake: World) -> None:
    theme = (await intake.http.get("/v1/themes/T1")).json()
    assert [option["value"] for option in theme["questions"][0]["options"]] == ["wanted", "unwanted"]
    assert [way["mode"] for way in theme["delivery"]] == ["courier", "pickup", "electronic"]
    assert theme["promised"] == "15个工作日"


async def test_unknown_theme(intake: World) -> None:
    for response in (
        await intake.http.get("/v1/themes/X9"),
        await intake.http.post("/v1/themes/X9/notice", json={"answers": {}}),
        await intake.http.post("/v1/themes/X9/form", json={"answers": {}}),
    ):
        assert (response.status_code, slug(response)) == (404, "unknown-theme")


async def test_notice_is_tailored_to_the_answers(intake: World) -> None:
    steps = {}
    for answer in ("wanted", "unwanted"):
        response = await intake.http.post("/v1/themes/T1/notice", json={"answers": {"sign": answer}})
        assert response.status_code == 200
        steps[answer] = [step["name"] for step in response.json()["steps"]]
    assert set(steps["wanted"]) - set(steps["unwanted"]) == {"户外招牌备案"}
    assert response.json()["savings"]["after"]["forms"] == 1


async def test_notice_and_form_tell_every_fault_of_the_answers(intake: World) -> None:
    for document in ("notice", "form"):
        body = {"answers": {"other": "x"}}
        response = await intake.http.post(f"/v1/themes/T1/{document}", json=body)
        assert (response.status_code, slug(response)) == (422, "invalid-answers")
        assert set(faults(response)) == {("/answers/other", "unknown-question"), ("/answers/sign", "missing-answer")}


async def test_notice_for_a_division_elsewhere(intake: World) -> None:
    response = await intake.http.post(
        "/v1/themes/T1/notice", json={"answers": {"sign": "wanted"}, "division": "110101"}
    )
    assert faults(response) == [("/division", "foreign-division")]


async def test_form_is_a_schema_and_the_materials_that_are_asked(intake: World) -> None:
    form = (await intake.http.post("/v1/themes/T1/form", json={"answers": {"sign": "unwanted"}})).json()
    assert form["schema"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "owner_number" in form["schema"]["required"]
    required = {item["material"]: item["required"] for item in form["materials"]}
    # Made by an earlier step: not asked for. The e-licence library may hold the card; without it, it is uploaded.
    assert required == {"identity-card": True, "lease": True, "photo": False}
    held = {item["material"]: (item["elicence"], item["subject"]) for item in form["materials"] if item["elicence"]}
    assert held == {"identity-card": ("identity-card", "owner")}
