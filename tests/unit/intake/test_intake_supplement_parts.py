"""What is asked of an applicant now, and corrections laid over what was filed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, EventKind, StepState
from lianban_intake.supplements.corrections import Corrections, corrected_form, corrected_materials
from lianban_intake.supplements.requests import open_requests

_CODES = st.sampled_from(["lease", "photo", "card"])
_files = st.builds(lambda material, digest: {"material": material, "digest": digest}, _CODES, st.integers(0, 5))
_corrections = st.builds(
    Corrections,
    form=st.dictionaries(st.sampled_from(["area", "seats", "fuel"]), st.integers()),
    materials=st.lists(_files, max_size=4).map(tuple),
)


def asked(seq: int, step: str | None) -> CaseEvent:
    kind = EventKind.STEP_SUPPLEMENT_REQUESTED if step else EventKind.CASE_SUPPLEMENT_REQUESTED
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return CaseEvent(seq=seq, at=at, kind=kind, case_status=CaseStatus.IN_PROGRESS, step=step)


def test_only_who_still_waits_asks_and_only_by_the_last_request() -> None:
    states = {"a": StepState.SUPPLEMENT, "b": StepState.OPEN, "c": StepState.SUPPLEMENT, "d": StepState.SUPPLEMENT}
    events = [asked(2, "a"), asked(3, "b"), asked(5, "c"), asked(9, "a")]
    requests = open_requests(CaseStatus.IN_PROGRESS, states, events)
    assert [(request.step, request.event.seq) for request in requests] == [("a", 9), ("c", 5)]


def test_before_acceptance_the_case_itself_asks() -> None:
    requests = open_requests(CaseStatus.SUPPLEMENT, {"a": StepState.WAITING}, [asked(1, None)])
    assert [(request.step, request.event.seq) for request in requests] == [("acceptance", 1)]
    assert open_requests(CaseStatus.RECEIVED, {"a": StepState.WAITING}, [asked(1, None)]) == []


@given(st.dictionaries(st.sampled_from(["area", "seats", "fuel", "name"]), st.integers()), st.lists(_corrections))
def test_the_last_correction_of_an_element_counts(filed: dict[str, Any], corrections: list[Corrections]) -> None:
    before = dict(filed)
    found = corrected_form(filed, corrections)
    for code in found:
        told = [later.form[code] for later in corrections if code in later.form]
        assert found[code] == (told[-1] if told else filed[code])
    assert filed == before


@given(st.lists(_files, max_size=6), st.lists(_corrections))
def test_the_last_correction_of_a_material_takes_the_place_of_all_its_files(
    filed: list[dict[str, Any]], corrections: list[Corrections]
) -> None:
    found = corrected_materials(filed, corrections)
    for code in ("lease", "photo", "card"):
        versions = [[file for file in later.materials if file["material"] == code] for later in corrections]
        last = [version for version in versions if version][-1:] or [[f for f in filed if f["material"] == code]]
        assert [file for file in found if file["material"] == code] == last[0]
