"""Who may consent for whom."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lianban.catalog.models import Subject
from lianban.catalog.prefill import ConsentText, Prefill
from lianban.catalog.terms import Audience
from lianban_intake.prefill.schemas import Consent, HolderGiven, PrefillRequest
from lianban_intake.prefill.validation import check

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ADULT = "42900619900307006X"
CHILD = "429006202003079990"
OFFER = Prefill(
    subjects=(
        Subject(code="heir", name="继承人", type=Audience.PERSON),
        Subject(code="late", name="逝者", type=Audience.PERSON, deceased=True),
    ),
    registries=(),
    licences=(),
    consent=ConsentText(version="T1-1", text="同意"),
)


def faults(subject: str, identity: str, given_by: str) -> list[str]:
    consent = Consent(given=True, text_version="T1-1", given_by=given_by)
    holder = HolderGiven(subjects=(subject,), type="person", identity=identity, consent=consent)
    return [fault.code for fault in check(PrefillRequest(holders=(holder,)), OFFER, NOW)]


@pytest.mark.parametrize("identity", [ADULT, CHILD])
def test_for_the_deceased_a_relative_and_nobody_else(identity: str) -> None:
    assert faults("late", identity, "relative") == []
    for given_by in ("self", "agent"):
        assert faults("late", identity, given_by) == ["relative-consent"]
    assert "relative-consent" in faults("late", identity, "guardian")


def test_a_relative_consents_for_nobody_alive() -> None:
    assert faults("heir", ADULT, "relative") == ["option"]
    assert faults("heir", CHILD, "relative") == ["option"]


def test_for_a_child_its_guardian() -> None:
    assert faults("heir", CHILD, "guardian") == []
    assert faults("heir", CHILD, "agent") == ["guardian-consent"]
