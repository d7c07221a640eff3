"""跨层联办: the nearest body a matter is delegated to handles it, else the matter's own department."""

from __future__ import annotations

from itertools import pairwise

from catalog_samples import entry, made, shop
from hypothesis import given
from hypothesis import strategies as st

from lianban.catalog.compiler import compile_theme
from lianban.catalog.levels import handling_body, upward
from lianban.catalog.models import Department, Division, Matter
from lianban.clock.limits import TimeLimit, Unit

ROLES = ["township", "station"]
SIGN = {"place": "own", "sign": "yes", "busy_street": "no"}


def division(number: int, parent: int | None) -> Division:
    above = None if parent is None else f"{parent:06d}"
    return Division(code=f"{number:06d}", name=f"区划{number}", level="township", parent=above)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Division]:
    """Each division but the first has one of those before it above it."""
    count = draw(st.integers(1, 8))
    parents = [None, *(draw(st.integers(0, number - 1)) for number in range(1, count))]
    found = (division(number, parent) for number, parent in enumerate(parents))
    return {item.code: item for item in found}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, Department], dict[str, Division], Matter, str]:
    divisions = draw(trees())
    departments = {"city": Department(code="city", name="市局", short_name="市局")}
    for role in ROLES:
        for place in draw(st.lists(st.sampled_from(sorted(divisions)), unique=True)):
            code = f"{role}-{place}"
            departments[code] = Department(code=code, name=code, short_name=code, role=role, division=place)
    matter = Matter.model_validate(
        {
            "code": "matter",
            "name": "事项",
            "department": "city",
            "handled_by": draw(st.sampled_from([*ROLES, None])),
            "kind": "SERVICE",
            "basis": [],
            "conditions": [],
            "before": {"steps": 1, "visits": 1, "days": 1},
            "limit": TimeLimit(unit=Unit.WORKING_DAYS, promised=1),
        }
    )
    return departments, divisions, matter, draw(st.sampled_from([*sorted(divisions), "999999"]))


@given(worlds())
def test_the_nearest_wins_and_none_falls_back_to_the_matters_department(
    world: tuple[dict[str, Department], dict[str, Division], Matter, str],
) -> None:
    departments, divisions, matter, place = world
    body = handling_body(departments, divisions, matter, place)
    way = list(upward(divisions, place))
    offices = [code for code in way if f"{matter.handled_by}-{code}" in departments]
    assert body.code == (f"{matter.handled_by}-{offices[0]}" if matter.handled_by and offices else "city")


@given(trees(), st.data())
def test_the_way_upward_ends_at_the_top(divisions: dict[str, Division], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(sorted(divisions)))
    way = list(upward(divisions, place))
    assert way[0] == place
    assert way[-1] == "000000"
    assert all(divisions[one].parent == other for one, other in pairwise(way))


def test_a_circle_of_divisions_is_walked_once() -> None:
    divisions = {item.code: item for item in (division(0, 1), division(1, 0))}
    assert list(upward(divisions, "000000")) == ["000000", "000001"]


def test_plan_windows_and_results_name_whoever_handles_it() -> None:
    raw = shop()
    entry(raw, "matters", "sign")["handled_by"] = "township"
    raw["departments"].append(
        {
            "code": "sample-town",
            "name": "样例镇人民政府",
            "short_name": "样例镇",
            "role": "township",
            "division": "429006100",
            "window": "样例镇便民服务中心",
        }
    )
    catalog = made(raw)
    town = compile_theme(catalog, "B4", SIGN, "429006100")
    city = compile_theme(catalog, "B4", SIGN, "429006")
    for compilation, code, name in ((town, "sample-town", "样例镇人民政府"), (city, "urban", "城市管理执法局")):
        [step] = [step for step in compilation.plan.steps if step.code == "sign"]
        assert (step.department, step.department_name) == (code, name)
        [told] = [step for step in compilation.notice.steps if step.name == "事项sign"]
        assert told.department == name
        assert name in [window.department for window in compilation.notice.windows]
        assert [result.department for result in compilation.notice.results if result.name == "设置许可"] == [name]
    assert "城市管理执法局" not in [window.department for window in town.notice.windows]
    assert town.plan.version == city.plan.version
    assert town.plan.lead_department == city.plan.lead_department == "market"
