"""What the demonstration says of the kinds of systems departments were reached by."""

from __future__ import annotations

from fixtures.catalogues import CITY
from lianban.catalog.compiler import compile_theme
from lianban.catalog.loader import load_catalog
from lianban.platform.directory import CHANNEL_ZH, Channel, Directory
from lianban_stack.demo.display import kinds
from lianban_stack.demo.kinds import Carried, arrived, faults_of_ways, idle
from lianban_stack.demo.scenes import scenes
from lianban_stack.departments import KINDS


def test_a_kind_that_carried_nothing_is_a_fault() -> None:
    secret = "whsec_c2VjcmV0"
    polling = {"base_url": "https://tax.example", "token": "0123456789abcdef"}
    directory = Directory.model_validate(
        {
            "departments": {
                "market": {"channel": "rest", "endpoint": "https://market.example", "secret": secret},
                "tax": {"channel": "polling", "polling": polling, "secret": secret},
                "health": {"channel": "inbox", "secret": secret},
            },
            "supervisor": {},
        }
    )
    carried = [Carried("rest", "市场监管局", 2), Carried("polling", "税务局", 0)]
    assert list(idle(directory, carried)) == ["没有经“人工收件箱”送达的任务", "没有经“轮询”收到办理动作"]
    carried += [Carried("polling", "税务局", 1), Carried("inbox", "卫健委", 1)]
    assert list(idle(directory, carried)) == []


def test_a_kind_that_another_package_brings_is_called_by_its_own_name() -> None:
    entry = {"channel": "folder", "secret": "whsec_c2VjcmV0"}
    directory = Directory.model_validate({"departments": {"market": entry}, "supervisor": {}})
    assert list(idle(directory, [])) == ["没有经“folder”送达的任务"]
    assert list(faults_of_ways({"step": "review", "came_by": "rest", "acts": []}, "folder")) == [
        "review 应经“folder”送达，实为 rest"
    ]
    table = kinds([Carried("folder", "市场监管局", 2), Carried("rest", "税务局", 1)])
    assert list(table.columns[0].cells) == ["推送和回调 rest", "folder"]


def test_what_went_another_way_than_the_directory_says_is_a_fault() -> None:
    answered, given_up = {"status": 200}, {"status": None}
    acts = [
        {"kind": "extend", "went_by": "staging", "callback": answered},
        {"kind": "resume", "went_by": "staging", "callback": given_up},
        {"kind": "stop", "went_by": "staging", "callback": None},
        {"kind": "decide", "went_by": "rest", "callback": {"status": 202}},
    ]
    task = {"step": "review", "came_by": "staging", "acts": acts}
    assert list(faults_of_ways(task, "staging")) == ["review 的 decide 应经“前置库表”收到，实为 rest"]
    assert list(faults_of_ways({**task, "acts": []}, "polling")) == ["review 应经“轮询”送达，实为 staging"]
    assert arrived(task) == 2


def test_the_five_themes_use_every_kind_there_is() -> None:
    """What the stack's departments begin with is chosen for that."""
    catalog = load_catalog(CITY)
    used = set()
    for scene in scenes():
        division = scene.division or catalog.themes[scene.theme].division
        plan = compile_theme(catalog, scene.theme, scene.answers, division).plan
        used |= {KINDS.get(step.department, Channel.REST) for step in plan.steps}
    assert used == set(CHANNEL_ZH) == {Channel.REST, *KINDS.values()}
    assert set(KINDS) <= catalog.departments.keys()
