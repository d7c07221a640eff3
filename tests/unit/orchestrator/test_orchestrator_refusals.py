"""Every act at the wrong time, in the wrong role, twice, after the end: why it is refused, and by which rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from case_by_days import HEARING, TESTING, Case, extend, frozen, on, override

from fixtures.plans import act_of, decide, make_plan, make_step, working_days
from lianban.catalog.plan import Plan, PlanProcedure
from lianban.catalog.terms import AcceptanceMode, HandlingMode, SpecialProcedureKind, StepKind
from lianban.clock.rules import RULE_ZH, Rule
from lianban.contracts.acts import DepartmentAct, Refusal
from lianban.contracts.names import ACCEPTANCE_STEP, CASE_STEP
from lianban.contracts.status import ActKind, ActorKind, Decision, Role
from lianban_orchestrator.domain.refusals import ActRefused

OWN_LAW, AUCTION = SpecialProcedureKind.OWN_LAW, SpecialProcedureKind.AUCTION
R, L = Refusal, Rule


# -- cases, each on the day its acts are tried ---------------------------------------------------------------------


def plan(acceptance: AcceptanceMode = AcceptanceMode.ON_FILING, handling: HandlingMode = HandlingMode.SEPARATE) -> Plan:
    """``a`` decides within 5 of 20 working days and may be tested for 6; ``b`` follows it; ``n`` is a public notice,
    ``t`` is decided at a common date, ``s`` is bound by its promise only."""
    procedures = (PlanProcedure(kind=TESTING, longest=working_days(6)),)
    return make_plan(
        make_step("a", procedures=procedures),
        make_step("b", after=("a",)),
        make_step("n", kind=StepKind.NOTICE, limit=working_days(30)),
        make_step("t", kind=StepKind.BATCH, limit=None),
        make_step("s", kind=StepKind.SERVICE, limit=working_days(10)),
        acceptance=acceptance,
        handling=handling,
    )


def filed() -> tuple[Case, int]:
    return Case(plan(AcceptanceMode.LEAD)), 2


def asked_of_case() -> tuple[Case, int]:
    case, day = filed()
    case.do(of_lead(ActKind.REQUEST_SUPPLEMENT), day)
    return case, day


def complete_case() -> tuple[Case, int]:
    case, _ = asked_of_case()
    case.supplement(ACCEPTANCE_STEP, 3)
    return case, 3


def accepted() -> tuple[Case, int]:
    case, day = filed()
    case.do(of_lead(ActKind.ACCEPT), day)
    return case, day


def open_case() -> tuple[Case, int]:
    return Case(plan()), 3


def joint() -> tuple[Case, int]:
    return Case(plan(handling=HandlingMode.JOINT)), 3


def joint_extended() -> tuple[Case, int]:
    case, day = joint()
    case.do(of_government(), day)
    return case, day


def joint_overdue() -> tuple[Case, int]:
    return joint()[0], 66  # 45 working days from the 2nd are over on 4 May


def asked() -> tuple[Case, int]:
    case, day = open_case()
    case.do(act_of("a", ActKind.REQUEST_SUPPLEMENT), day)
    return case, day


def supplemented() -> tuple[Case, int]:
    case, _ = asked()
    case.supplement("a", 5)
    return case, 5


def taken_up() -> tuple[Case, int]:
    case, day = open_case()
    case.do(act_of("a", ActKind.ACCEPT), day)
    return case, day


def stopped() -> tuple[Case, int]:
    case, day = open_case()
    case.stop("a", day)
    return case, day


def extended() -> tuple[Case, int]:
    case, day = open_case()
    case.do(extend("a"), day)
    return case, day


def late() -> tuple[Case, int]:
    return open_case()[0], 10


def overdue() -> tuple[Case, int]:
    return open_case()[0], 31


def decided() -> tuple[Case, int]:
    case, day = open_case()
    case.do(decide("a"), day)
    return case, day


def withdrawn() -> tuple[Case, int]:
    case, day = open_case()
    case.machine.withdraw(on(day), "w")
    return case, day


# -- acts ----------------------------------------------------------------------------------------------------------


def of_lead(kind: ActKind, **changes: object) -> DepartmentAct:
    return act_of(ACCEPTANCE_STEP, kind, department="lead", **changes)


def of_government(**changes: object) -> DepartmentAct:
    act = act_of(CASE_STEP, ActKind.EXTEND, department="lead", role=Role.GOVERNMENT_HEAD, days=15)
    return act.model_copy(update=changes)


def request(**changes: object) -> DepartmentAct:
    return act_of("a", ActKind.REQUEST_SUPPLEMENT, **changes)


def not_accept(**changes: object) -> DepartmentAct:
    return act_of("a", ActKind.NOT_ACCEPT, **changes)


def accept(**changes: object) -> DepartmentAct:
    return act_of("a", ActKind.ACCEPT).model_copy(update=changes)


def stop(**changes: object) -> DepartmentAct:
    return act_of("a", ActKind.STOP, procedure=HEARING, days=5).model_copy(update=changes)


def resume(**changes: object) -> DepartmentAct:
    return act_of("a", ActKind.RESUME, procedure=TESTING).model_copy(update=changes)


def prolong(**changes: object) -> DepartmentAct:
    return extend("a").model_copy(update=changes)


def excuse(**changes: object) -> DepartmentAct:
    return override("a").model_copy(update=changes)


def refuse(**changes: object) -> DepartmentAct:
    return decide("a", Decision.REFUSED, **changes)


SYSTEM: dict[str, Any] = {"actor": ActorKind.SYSTEM}
NOBODY: dict[str, Any] = {"officer": None}
UNWRITTEN: dict[str, Any] = {"document": None}

Row = tuple[Callable[[], tuple[Case, int]], DepartmentAct, Refusal, Rule]

ROWS: list[Row] = [
    # whose step it is, and whether there is one
    (open_case, accept(step="z"), R.UNKNOWN_STEP, L.ACCEPT_5),
    (open_case, accept(step=ACCEPTANCE_STEP), R.UNKNOWN_STEP, L.ACCEPT_5),
    (open_case, stop(step="z"), R.UNKNOWN_STEP, L.STOP),
    (open_case, prolong(department="dept-of-s"), R.FOREIGN_STEP, L.EXT_10),
    (open_case, request(department="lead"), R.FOREIGN_STEP, L.ONCE),
    (filed, of_lead(ActKind.ACCEPT).model_copy(update={"department": "dept-of-a"}), R.FOREIGN_STEP, L.ACCEPT_5),
    (joint, of_government(department="dept-of-a"), R.FOREIGN_STEP, L.EXT_15),
    # before it has begun, after it has ended
    (open_case, decide("b"), R.STEP_NOT_OPEN, L.DEC_20),
    (open_case, decide("b", Decision.REFUSED), R.STEP_NOT_OPEN, L.REFUSE),
    (open_case, extend("b"), R.STEP_NOT_OPEN, L.EXT_10),
    (filed, accept(), R.STEP_NOT_OPEN, L.ACCEPT_5),
    (filed, of_government(), R.STEP_NOT_OPEN, L.EXT_15),
    (filed, of_lead(ActKind.STOP, procedure=TESTING, days=5), R.STEP_NOT_OPEN, L.STOP),
    (joint, act_of(CASE_STEP, ActKind.STOP, department="lead"), R.STEP_NOT_OPEN, L.STOP),
    *((decided, act, R.STEP_NOT_OPEN, rule) for act, rule in [
        (accept(), L.ACCEPT_5), (not_accept(), L.ACCEPT_5), (request(), L.ONCE), (excuse(), L.ONCE), (stop(), L.STOP),
        (resume(), L.STOP), (prolong(), L.EXT_10), (decide("a"), L.DEC_20), (refuse(), L.REFUSE),
    ]),
    *((withdrawn, act, R.CASE_CLOSED, rule) for act, rule in [
        (accept(), L.ACCEPT_5), (not_accept(), L.ACCEPT_5), (request(), L.ONCE), (excuse(), L.ONCE), (stop(), L.STOP),
        (resume(), L.STOP), (prolong(), L.EXT_10), (decide("a"), L.DEC_20), (refuse(), L.REFUSE),
        (of_government(), L.EXT_15), (decide("z"), L.DEC_20),
    ]),
    # acceptance of the case
    (accepted, of_lead(ActKind.ACCEPT), R.ALREADY_ACCEPTED, L.ACCEPT_5),
    (accepted, of_lead(ActKind.NOT_ACCEPT), R.ACCEPTANCE_OVER, L.ACCEPT_5),
    (accepted, of_lead(ActKind.REQUEST_SUPPLEMENT), R.ACCEPTANCE_OVER, L.ACCEPT_5),
    (asked_of_case, of_lead(ActKind.ACCEPT), R.SUPPLEMENT_AWAITED, L.SUPPLEMENT),
    (asked_of_case, of_lead(ActKind.REQUEST_SUPPLEMENT), R.SUPPLEMENT_AWAITED, L.SUPPLEMENT),
    (complete_case, of_lead(ActKind.REQUEST_SUPPLEMENT), R.ALREADY_REQUESTED, L.ONCE),
    (complete_case, of_lead(ActKind.NOT_ACCEPT), R.MUST_BE_ACCEPTED, L.SUPPLEMENT),
    (complete_case, override(ACCEPTANCE_STEP, department="lead", role=Role.AGENCY_HEAD), R.WRONG_ROLE, L.ONCE),
    (filed, override(ACCEPTANCE_STEP, department="lead"), R.NOT_OVERRIDABLE, L.ONCE),
    (filed, of_lead(ActKind.NOT_ACCEPT, **SYSTEM), R.HUMAN_NEEDED, L.ACCEPT_5),
    (filed, of_lead(ActKind.NOT_ACCEPT, **UNWRITTEN), R.DOCUMENT_NEEDED, L.ACCEPT_5),
    (filed, of_lead(ActKind.REQUEST_SUPPLEMENT, **UNWRITTEN), R.DOCUMENT_NEEDED, L.ONCE),
    # acceptance by a department
    (taken_up, accept(), R.ALREADY_ACCEPTED, L.ACCEPT_5),
    (taken_up, request(), R.ACCEPTANCE_OVER, L.ACCEPT_5),
    (taken_up, not_accept(), R.ACCEPTANCE_OVER, L.ACCEPT_5),
    (late, request(), R.ACCEPTANCE_OVER, L.ACCEPT_5),
    (late, not_accept(), R.ACCEPTANCE_OVER, L.ACCEPT_5),
    (open_case, not_accept(**SYSTEM), R.HUMAN_NEEDED, L.ACCEPT_5),
    (open_case, not_accept(**NOBODY), R.HUMAN_NEEDED, L.ACCEPT_5),
    (open_case, not_accept(**UNWRITTEN), R.DOCUMENT_NEEDED, L.ACCEPT_5),
    (open_case, request(**UNWRITTEN), R.DOCUMENT_NEEDED, L.ONCE),
    (open_case, act_of("n", ActKind.REQUEST_SUPPLEMENT), R.NO_ACCEPTANCE, L.ONCE),
    (open_case, act_of("t", ActKind.NOT_ACCEPT), R.NO_ACCEPTANCE, L.ACCEPT_5),
    # what is missing is told once
    (supplemented, request(), R.ALREADY_REQUESTED, L.ONCE),
    (supplemented, not_accept(), R.MUST_BE_ACCEPTED, L.SUPPLEMENT),
    (supplemented, excuse(role=Role.OFFICER), R.WRONG_ROLE, L.ONCE),
    (supplemented, excuse(role=None), R.WRONG_ROLE, L.ONCE),
    (supplemented, excuse(overrides=L.EXT_10), R.NOT_OVERRIDABLE, L.ONCE),
    (supplemented, excuse(overrides=None), R.NOT_OVERRIDABLE, L.ONCE),
    (supplemented, excuse(**UNWRITTEN), R.DOCUMENT_NEEDED, L.ONCE),
    (supplemented, excuse(**SYSTEM), R.HUMAN_NEEDED, L.ONCE),
    (open_case, excuse(), R.NOT_OVERRIDABLE, L.ONCE),
    # while the applicant is waited for
    *((asked, act, R.SUPPLEMENT_AWAITED, L.SUPPLEMENT) for act in [
        accept(), not_accept(), request(), stop(), resume(), prolong(), decide("a"), refuse(),
    ]),
    # special procedures
    (stopped, decide("a"), R.STOPPED, L.STOP),
    (stopped, refuse(), R.STOPPED, L.STOP),
    (stopped, accept(), R.STOPPED, L.STOP),
    (stopped, request(), R.STOPPED, L.STOP),
    (stopped, stop(procedure=TESTING), R.ALREADY_STOPPED, L.STOP),
    (stopped, resume(procedure=HEARING), R.NOT_STOPPED, L.STOP),
    (stopped, resume(procedure=None), R.NOT_STOPPED, L.STOP),
    (stopped, resume(**UNWRITTEN), R.DOCUMENT_NEEDED, L.STOP),
    (open_case, resume(), R.NOT_STOPPED, L.STOP),
    (open_case, stop(procedure=None), R.UNKNOWN_PROCEDURE, L.STOP),
    (open_case, stop(procedure=OWN_LAW), R.UNKNOWN_PROCEDURE, L.STOP),
    (open_case, stop(**UNWRITTEN), R.NOTICE_NEEDED, L.STOP),
    (open_case, stop(**SYSTEM), R.HUMAN_NEEDED, L.STOP),
    (open_case, stop(**NOBODY), R.HUMAN_NEEDED, L.STOP),
    (open_case, stop(days=None), R.LENGTH_NEEDED, L.STOP),
    (open_case, stop(days=0), R.LENGTH_NEEDED, L.STOP),
    (open_case, stop(procedure=TESTING, days=7), R.TOO_LONG, L.STOP),
    (open_case, act_of("n", ActKind.STOP, procedure=AUCTION, days=5), R.NO_CLOCK, L.STOP),
    (open_case, act_of("t", ActKind.STOP, procedure=AUCTION, days=5), R.NO_CLOCK, L.STOP),
    # extension of a step
    (open_case, prolong(role=None), R.WRONG_ROLE, L.EXT_10),
    (open_case, prolong(role=Role.OFFICER), R.WRONG_ROLE, L.EXT_10),
    (open_case, prolong(role=Role.GOVERNMENT_HEAD), R.WRONG_ROLE, L.EXT_10),
    (open_case, prolong(**SYSTEM), R.HUMAN_NEEDED, L.EXT_10),
    (open_case, prolong(**UNWRITTEN), R.NOTICE_NEEDED, L.EXT_10),
    (open_case, prolong(days=None), R.LENGTH_NEEDED, L.EXT_10),
    (open_case, prolong(days=-1), R.LENGTH_NEEDED, L.EXT_10),
    (open_case, prolong(days=11), R.TOO_LONG, L.EXT_10),
    (extended, prolong(days=1), R.ALREADY_EXTENDED, L.EXT_10),
    (overdue, prolong(), R.EXPIRED, L.EXT_10),
    (open_case, extend("s"), R.NOT_EXTENDABLE, L.EXT_10),
    (open_case, extend("n"), R.NOT_EXTENDABLE, L.EXT_10),
    (open_case, extend("t"), R.NOT_EXTENDABLE, L.EXT_10),
    # extension of the case
    (open_case, of_government(), R.NOT_EXTENDABLE, L.EXT_15),
    (joint, of_government(role=Role.AGENCY_HEAD), R.WRONG_ROLE, L.EXT_15),
    (joint, of_government(days=16), R.TOO_LONG, L.EXT_15),
    (joint, of_government(days=None), R.LENGTH_NEEDED, L.EXT_15),
    (joint, of_government(**UNWRITTEN), R.NOTICE_NEEDED, L.EXT_15),
    (joint, of_government(**NOBODY), R.HUMAN_NEEDED, L.EXT_15),
    (joint_extended, of_government(days=1), R.ALREADY_EXTENDED, L.EXT_15),
    (joint_overdue, of_government(), R.EXPIRED, L.EXT_15),
    # decision
    (open_case, decide("a", decision=None), R.DECISION_NEEDED, L.DEC_20),
    (open_case, refuse(**SYSTEM), R.HUMAN_NEEDED, L.REFUSE),
    (open_case, refuse(**NOBODY), R.HUMAN_NEEDED, L.REFUSE),
    (open_case, refuse(**UNWRITTEN), R.DOCUMENT_NEEDED, L.REFUSE),
    (open_case, decide("n"), R.TOO_EARLY, L.DEC_20),
]  # fmt: skip


@pytest.mark.parametrize(
    ("situation", "act", "refusal", "rule"),
    [pytest.param(*row, id=f"{row[0].__name__}-{row[1].kind}-{row[2]}-{number}") for number, row in enumerate(ROWS)],
)
def test_refused(situation: Callable[[], tuple[Case, int]], act: DepartmentAct, refusal: Refusal, rule: Rule) -> None:
    case, day = situation()
    assert case.refused(act, day) == (refusal, rule)


@pytest.mark.parametrize(
    ("act", "rule"),
    [(request(), L.ONCE), (not_accept(), L.ACCEPT_5), (stop(), L.STOP), (prolong(), L.EXT_10)],
)
def test_dated_before_the_step_began(act: DepartmentAct, rule: Rule) -> None:
    """Sunday the 1st; the day it began is early enough."""
    case, day = open_case()
    assert case.refused(act, day, dated=1) == (Refusal.IN_PAST, rule)
    case.do(act, day, dated=2)


def test_an_extension_of_the_case_dated_before_it_was_accepted() -> None:
    case, day = joint()
    assert case.refused(of_government(), day, dated=1) == (Refusal.IN_PAST, Rule.EXT_15)


def test_what_the_applicant_does() -> None:
    def supplement(case: Case, step: str, day: int) -> tuple[Refusal, Rule]:
        before = frozen(case.machine)
        with pytest.raises(ActRefused) as caught:
            case.supplement(step, day)
        assert frozen(case.machine) == before
        return caught.value.refusal, caught.value.rule

    assert supplement(open_case()[0], "a", 3) == (Refusal.NOT_REQUESTED, Rule.SUPPLEMENT)
    assert supplement(supplemented()[0], "a", 5) == (Refusal.NOT_REQUESTED, Rule.SUPPLEMENT)
    assert supplement(open_case()[0], "z", 3) == (Refusal.UNKNOWN_STEP, Rule.SUPPLEMENT)
    assert supplement(open_case()[0], ACCEPTANCE_STEP, 3) == (Refusal.UNKNOWN_STEP, Rule.SUPPLEMENT)
    assert supplement(filed()[0], ACCEPTANCE_STEP, 3) == (Refusal.NOT_REQUESTED, Rule.SUPPLEMENT)
    assert supplement(withdrawn()[0], "a", 3) == (Refusal.CASE_CLOSED, Rule.SUPPLEMENT)


def test_a_refusal_cites_its_rule_and_no_more_than_codes() -> None:
    case, _ = supplemented()
    with pytest.raises(ActRefused) as caught:
        case.do(request(), 5)
    assert str(caught.value).endswith(f"（L-ONCE，{RULE_ZH[Rule.ONCE]}）")


def test_every_refusal_of_an_act_stands_in_the_table() -> None:
    elsewhere = {R.SUPPLEMENT_OVER, R.TOO_LATE, R.NO_DELIVERY, R.NOT_REQUESTED, R.IN_PAST, R.OLD_CALENDAR}
    assert {refusal for _, _, refusal, _ in ROWS} == set(Refusal) - elsewhere
