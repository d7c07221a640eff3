"""Every theme from filing to its results in the applicant's hands, through every service, in two situations each."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from lianban.catalog.answers import combinations, first_answers
from lianban.catalog.compiler import compile_theme
from lianban.catalog.index import theme_index
from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog
from lianban.clock.files import load_calendar
from lianban.platform.auth import TokenAuthority
from lianban.platform.directory import Channel, load_directory
from lianban_sandbox.portal.client import PortalClient
from lianban_stack import network
from lianban_stack.demo.carrier import Carrier
from lianban_stack.demo.outside import Outside
from lianban_stack.demo.scenes import CaseRun, Scene
from lianban_stack.demo.verification import Verifier
from lianban_stack.departments import KINDS
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder

AT_ONCE = 10
"""Cases under way at a time."""

TOWNSHIP = "429006107"
"""A division with an office of its own, to which matters are delegated."""

AT_ONCE_DECIDED = {"LIANBAN_SANDBOX_DECISION_SECONDS": "0", "LIANBAN_SANDBOX_PARCEL_SECONDS": "0.2"}

WITH_SYSTEMS = {code: kind for code, kind in KINDS.items() if kind is not Channel.INBOX}


@pytest.fixture
def quick_stack(stack_folder: Path) -> Stack:
    return Stack(
        StateFolder(stack_folder),
        Ports.free(),
        synchronous="NORMAL",
        environment=AT_ONCE_DECIDED,
        kinds=WITH_SYSTEMS,
    )


def most_different(catalog: Catalog, code: str) -> dict[str, str]:
    """Of all answers to the theme's questions, those that call for most steps the first answers do not call for;
    among such, those that leave out most of them."""
    theme, index = catalog.themes[code], theme_index(catalog, code)

    def steps(answers: dict[str, str]) -> set[str]:
        return {step.code for step in index.select(answers).steps}

    first = next(combinations(theme))
    usual = steps(first)

    def difference(answers: dict[str, str]) -> tuple[int, int, int]:
        own = steps(answers)
        return len(own - usual), len(usual - own), sum(first[question] != answers[question] for question in answers)

    return {question: answer for question, answer in max(combinations(theme), key=difference).items() if answer}


def scenes(catalog: Catalog) -> Iterator[Scene]:
    for code, theme in sorted(catalog.themes.items()):
        yield Scene(theme=code, answers=first_answers(theme), seed="first")
        yield Scene(theme=code, answers=most_different(catalog, code), seed="other", division=TOWNSHIP)


def unexpected(catalog: Catalog, run: CaseRun) -> Iterator[str]:
    """What the case was not, of what its answers call for."""
    scene = run.scene
    division = scene.division or catalog.themes[scene.theme].division
    plan = compile_theme(catalog, scene.theme, scene.answers, division).plan
    expected = {step.code: (step.department, "granted") for step in plan.steps}
    found = {step["code"]: (step["department"], step["state"]) for step in run.steps}
    if found != expected:
        yield f"steps: {found} instead of {expected}"


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_theme_completes_in_two_situations(quick_stack: Stack) -> None:
    stack = quick_stack
    await asyncio.to_thread(stack.up)
    catalog = load_catalog(stack.catalog)
    authority = TokenAuthority.load(stack.secrets().token_keys)
    directory = load_directory(stack.secrets().directory)
    runs = [CaseRun(scene, catalog.themes[scene.theme].name) for scene in scenes(catalog)]
    temporal = await Client.connect(f"{network.HOST}:{stack.ports.temporal}")
    async with (
        PortalClient.signed_in(stack.ports.url("intake"), authority) as portal,
        contextlib.aclosing(Outside(stack.ports, authority)) as outside,
    ):
        carrier = Carrier(portal, outside, temporal, catalog, frozenset())
        calendar = load_calendar(stack.catalog / "calendars")
        verifier = Verifier(portal, outside, catalog, calendar, directory, frozenset())
        places = asyncio.Semaphore(AT_ONCE)

        async def carry(run: CaseRun) -> None:
            async with places:
                try:
                    await carrier.carry(run)
                    await verifier.verify(run)
                except Exception as error:  # one that fails leaves the others alone
                    run.faults.append(f"{type(error).__name__}: {error}")

        await asyncio.gather(*(carry(run) for run in runs))
    for run in runs:
        run.faults += unexpected(catalog, run)
    assert {f"{run.scene.theme} {run.scene.seed}": run.faults for run in runs if run.faults} == {}
    assert {run.status for run in runs} == {"completed"}
    assert set(Counter(run.scene.theme for run in runs).values()) == {2}
    assert len({run.scene.theme for run in runs}) == 60
