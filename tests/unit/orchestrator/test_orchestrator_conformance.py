"""The conformance kit answers acts on its sample tasks as a case does: whatever comes, in whatever order."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from case_by_days import Case

from fixtures.plans import make_plan, make_step
from lianban.catalog.terms import AcceptanceMode, SpecialProcedureKind
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, ActorKind, Decision, Role
from lianban.platform.problems import Problem
from lianban_adapters.acts.documents import Prepared
from lianban_adapters.acts.submission import Submission
from lianban_adapters.conformance.standing import Standing
from lianban_orchestrator.domain.refusals import ActRefused

TESTING, HEARING = SpecialProcedureKind.TESTING, SpecialProcedureKind.HEARING
DAY = 3

ACTS: dict[str, dict[str, Any]] = {
    "accept": {"kind": ActKind.ACCEPT},
    "not-accept": {"kind": ActKind.NOT_ACCEPT},
    "ask": {"kind": ActKind.REQUEST_SUPPLEMENT},
    "override": {"kind": ActKind.OVERRIDE, "role": Role.SUPERVISOR, "overrides": Rule.ONCE},
    "override-by-officer": {"kind": ActKind.OVERRIDE, "role": Role.OFFICER, "overrides": Rule.ONCE},
    "test": {"kind": ActKind.STOP, "procedure": TESTING, "days": 5},
    "hear": {"kind": ActKind.STOP, "procedure": HEARING, "days": 5},
    "own-law": {"kind": ActKind.STOP, "procedure": SpecialProcedureKind.OWN_LAW, "days": 5},
    "tested": {"kind": ActKind.RESUME, "procedure": TESTING},
    "extend": {"kind": ActKind.EXTEND, "role": Role.AGENCY_HEAD, "days": 10},
    "extend-too-far": {"kind": ActKind.EXTEND, "role": Role.AGENCY_HEAD, "days": 11},
    "extend-by-officer": {"kind": ActKind.EXTEND, "role": Role.OFFICER, "days": 5},
    "grant": {"kind": ActKind.DECIDE, "decision": Decision.GRANTED},
    "refuse": {"kind": ActKind.DECIDE, "decision": Decision.REFUSED},
    "supplement": {},
}
"""``supplement`` is the applicant's."""


def of_case(case: Case, step: str, name: str) -> str:
    """What the case says; nothing when it takes it."""
    if not ACTS[name]:
        asked = case.machine.supplements if step == ACCEPTANCE_STEP else case.machine.steps[step].supplements
        if asked.until:
            case.supplement(step, DAY)
        return ""
    department = "lead" if step == ACCEPTANCE_STEP else f"dept-of-{step}"
    act = DepartmentAct(
        act_id=name,
        step=step,
        department=department,
        actor=ActorKind.HUMAN,
        officer="officer-1",
        document="0" * 64,
        occurred_at=case.machine.received_at,
        **ACTS[name],
    )
    try:
        case.do(act, DAY)
    except ActRefused as refused:
        return f"{refused.refusal} {refused.rule} {refused}"
    return ""


def of_kit(standing: Standing, name: str) -> str:
    if not ACTS[name]:
        standing.supplemented()
        return ""
    fields: dict[str, Any] = {"decision": None, **ACTS[name]}
    act = Submission(
        department="d",
        act_id=name,
        task_id=f"c:{standing.step}",
        actor=ActorKind.HUMAN,
        occurred_at=Case(make_plan(make_step("a"))).machine.received_at,
        officer="officer-1",
        prepared=Prepared(None, ()),
        fingerprint="",
        **fields,
    )
    try:
        standing.apply(act)
    except Problem as problem:
        return f"{problem.slug} {problem.extra['rule']} {problem.detail}"
    return ""


@pytest.mark.parametrize("first", ACTS)
@pytest.mark.parametrize("step", ["a", ACCEPTANCE_STEP])
def test_the_kit_says_what_the_case_says(step: str, first: str) -> None:
    mode = AcceptanceMode.LEAD if step == ACCEPTANCE_STEP else AcceptanceMode.ON_FILING
    for others in itertools.product(ACTS, repeat=2):
        case, standing = Case(make_plan(make_step("a"), make_step("b"), acceptance=mode)), Standing(step)
        course = (first, *others)
        assert [of_case(case, step, name) for name in course] == [of_kit(standing, name) for name in course], course
