"""Whatever is sent, nothing breaks: bad input is told to be bad, never an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_events import event, put_document, record
from intake_world import World

from lianban.contracts.documents import ActDocument, MissingItem
from lianban.contracts.status import EventKind, StepState

_TEXTS = st.text(st.characters(categories=None), max_size=6) | st.sampled_from(
    [
        "T1",
        "429006",
        "sign",
        "wanted",
        "lease",
        "\x00" * 64,
        "\ud800",
        "\ud800" * 18,
        "a" * 64,
        "courier",
        "portal",
        "portal-a",
    ]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_PLACES = st.lists(st.integers(0, 50), min_size=1, max_size=4)
_FUZZ = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def altered(document: Any, path: list[int], value: Any) -> Any:
    """The document with ``value`` at a place that ``path`` leads to, whatever stands on its way; in a table the
    value may come as a further member, under a key of its own."""
    if not path or not isinstance(document, dict | list) or not document:
        return value
    first, *rest = path
    if isinstance(document, list):
        place = first % len(document)
        return [altered(item, rest, value) if at == place else item for at, item in enumerate(document)]
    if first % 7 == 0 and isinstance(value, str):
        return {**document, value: value}
    key = list(document)[first % len(document)]
    return {**document, key: altered(document[key], rest, value)}


async def send(intake: World, path: str, body: Any, **headers: str) -> int:
    content = json.dumps(body)
    sent = {**intake.auth(), **headers, "Content-Type": "application/json"}
    return (await intake.http.post(path, content=content, headers=sent)).status_code


@pytest.mark.parametrize("document", ["notice", "form"])
@_FUZZ
@given(body=_VALUES | st.fixed_dictionaries({"answers": st.dictionaries(_TEXTS, _TEXTS, max_size=4)}))
async def test_situations(intake: World, document: str, body: Any) -> None:
    assert await send(intake, f"/v1/themes/T1/{document}", body) < 500


@_FUZZ
@given(
    body=_VALUES
    | st.fixed_dictionaries(
        {
            "audience": st.sampled_from(["person", "company"]),
            "facts": st.dictionaries(st.sampled_from(["age", "opens_shop", "trade"]) | _TEXTS, _VALUES, max_size=4),
        }
    )
)
async def test_facts(intake: World, body: Any) -> None:
    assert await send(intake, "/v1/themes/match", body) < 500


@_FUZZ
@given(body=_VALUES, changes=st.lists(st.tuples(_PLACES, _VALUES), min_size=1, max_size=3))
async def test_applications(intake: World, body: Any, changes: list[tuple[list[int], Any]]) -> None:
    key = {"Idempotency-Key": "fuzz"}
    assert await send(intake, "/v1/applications", body, **key) < 500
    application = await intake.application()
    for path, value in changes:
        application = altered(application, path, value)
    assert await send(intake, "/v1/applications", application, **key) < 500


@_FUZZ
@given(body=_VALUES, changes=st.lists(st.tuples(_PLACES, _VALUES), min_size=1, max_size=3))
async def test_supplements(intake: World, body: Any, changes: list[tuple[list[int], Any]]) -> None:
    case_no = await intake.filed()
    missing = (MissingItem(element="shop_area", note="?"), MissingItem(material="lease", note="?"))
    document = await put_document(intake, ActDocument(missing=missing))
    told = event(
        1, EventKind.STEP_SUPPLEMENT_REQUESTED, step="signboard", state=StepState.SUPPLEMENT, document=document
    )
    await record(intake, case_no, told)
    lease = (await intake.upload()).json()["digest"]
    path, key = f"/v1/cases/{case_no}/supplements", {"Idempotency-Key": "fuzz"}
    assert await send(intake, path, body, **key) < 500
    supplement: Any = {"step": "signboard", "form": {"shop_area": 50}, "materials": {"lease": [lease]}}
    for place, value in changes:
        supplement = altered(supplement, place, value)
    assert await send(intake, path, supplement, **key) < 500


@pytest.mark.parametrize("depth", [20, 200, 300, 400, 600, 800, 900, 950, 990, 2000])
async def test_depths(intake: World, depth: int) -> None:
    content = '{"form": {"shop_name":' + "[" * depth + "]" * depth + "}}"
    headers = {**intake.auth(), "Idempotency-Key": "deep", "Content-Type": "application/json"}
    for place, body in (("applications", content), ("themes/T1/form", content.replace("form", "answers"))):
        assert (await intake.http.post(f"/v1/{place}", content=body, headers=headers)).status_code < 500
