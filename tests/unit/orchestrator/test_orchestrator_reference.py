"""Random acts on random plans: the case does what clocks.md says, as a model written from it alone has it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from reference_faults import faults
from reference_run import SideBySide

from fixtures.plans import CALENDAR, MONDAY, act_of, make_plan, make_step, working_days
from lianban.catalog.plan import Plan, PlanProcedure, PlanStep
from lianban.catalog.terms import (
    AcceptanceMode,
    HandlingMode,
    RefusalPolicy,
    Silence,
    SpecialProcedureKind,
    StepKind,
)
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.limits import TimeLimit, Unit
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct
from lianban.contracts.names import ACCEPTANCE_STEP, CASE_STEP
from lianban.contracts.status import ActKind, ActorKind, Decision, Role, StepState

TESTING, HEARING, OWN_LAW = SpecialProcedureKind.TESTING, SpecialProcedureKind.HEARING, SpecialProcedureKind.OWN_LAW
LISTED = PlanProcedure(kind=TESTING, longest=working_days(6))
OWN = PlanProcedure(kind=OWN_LAW, longest=working_days(8))

LIMITS = (
    working_days(5, 20),
    working_days(3, 3),
    working_days(10),
    TimeLimit(unit=Unit.NATURAL_DAYS, promised=7, legal=15),
    TimeLimit(unit=Unit.INSTANT, promised=0, legal=0),
)
MARCH = [MONDAY.date() + timedelta(days=number) for number in range(60)]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps: list[PlanStep] = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([*[StepKind.DECIDE] * 7, StepKind.OPINION, StepKind.NOTICE, StepKind.BATCH]))
        limit = draw(st.sampled_from(LIMITS[:3] if kind is StepKind.NOTICE else LIMITS))
        steps.append(
            make_step(
                f"s{number}",
                after=tuple(draw(st.lists(st.sampled_from([s.code for s in steps]), unique=True))) if steps else (),
                kind=kind,
                policy=draw(st.sampled_from(RefusalPolicy)),
                limit=None if kind is StepKind.BATCH else limit,
                deliverable=False,
                procedures=draw(st.sampled_from([(), (LISTED,), (OWN,)])),
                silence=draw(st.sampled_from(Silence)),
            )
        )
    return make_plan(
        *steps,
        acceptance=draw(st.sampled_from(AcceptanceMode)),
        handling=draw(st.sampled_from([HandlingMode.SEPARATE, HandlingMode.JOINT])),
    ).model_copy(update={"limit": draw(st.sampled_from([working_days(20, 45), working_days(8, 12)]))})


@st.composite
def calendars(draw: st.DrawFn) -> CalendarSnapshot:
    days = draw(st.sets(st.sampled_from(MARCH), max_size=8))
    return CALENDAR.model_copy(
        update={
            "version": f"drawn-{len(days)}",
            "holidays": {day: "节日" for day in days if day.weekday() < 5},
            "workdays": {day: "调休" for day in days if day.weekday() >= 5},
        }
    )


DAY = 24 * 3600.0
WRONG: dict[str, st.SearchStrategy[object]] = {
    "department": st.sampled_from(["other", "lead"]),
    "actor": st.just(ActorKind.SYSTEM),
    "officer": st.none(),
    "document": st.none(),
    "role": st.sampled_from([None, *Role]),
    "procedure": st.sampled_from([None, OWN_LAW, SpecialProcedureKind.AUCTION]),
    "days": st.sampled_from([None, 0, 9, 11, 16]),
    "overrides": st.sampled_from([None, Rule.EXT_10]),
    "decision": st.sampled_from([None, *Decision]),
    "occurred_at": st.just(MONDAY - timedelta(days=3)),
    "step": st.sampled_from(["nowhere", ACCEPTANCE_STEP, CASE_STEP]),
    "waited": st.sampled_from([DAY, 3 * DAY]),
}


def as_it_should_be(kind: ActKind, step: str, procedure: SpecialProcedureKind) -> DepartmentAct:
    head = Role.GOVERNMENT_HEAD if step == CASE_STEP else Role.AGENCY_HEAD
    return act_of(
        step,
        kind,
        department="lead" if step in (ACCEPTANCE_STEP, CASE_STEP) else f"dept-of-{step}",
        role={ActKind.EXTEND: head, ActKind.OVERRIDE: Role.SUPERVISOR}.get(kind),
        procedure=procedure if kind in (ActKind.STOP, ActKind.RESUME) else None,
        days={ActKind.STOP: 5, ActKind.EXTEND: 10}.get(kind),
        overrides=Rule.ONCE if kind is ActKind.OVERRIDE else None,
        decision=Decision.GRANTED if kind is ActKind.DECIDE else None,
    )


LIKELY = {ActKind.STOP: 4, ActKind.RESUME: 6, ActKind.REQUEST_SUPPLEMENT: 4, ActKind.EXTEND: 3, ActKind.OVERRIDE: 3}
"""How much oftener than a decision, or another act that ends something, an act is drawn."""


def complete_acts(plan: Plan) -> list[DepartmentAct]:
    steps = [*(step.code for step in plan.steps), ACCEPTANCE_STEP, CASE_STEP]
    return [
        as_it_should_be(kind, step, procedure)
        for kind in ActKind
        for step in steps
        for procedure in (TESTING, HEARING)
        if procedure is TESTING or kind in (ActKind.STOP, ActKind.RESUME)
    ]


@st.composite
def acts_on(draw: st.DrawFn, run: SideBySide, complete: list[DepartmentAct]) -> DepartmentAct:
    """An act as it should be, mostly one that is possible now; or with one thing wrong; or handed in a while before the
    case hears of it."""
    possible = [act for act in complete if not faults(run.reference, act, run.now)]
    if not possible or draw(st.integers(0, 9)) == 9:
        possible = complete
    weighed = [act for act in possible for _ in range(LIKELY.get(act.kind, 1))]
    act = draw(st.sampled_from(weighed)).model_copy(update={"occurred_at": run.now})
    wrong = draw(st.sampled_from([*[None] * 30, *WRONG]))
    return act.model_copy(update={wrong: draw(WRONG[wrong])}) if wrong else act


# Not shrunk: a history as long as these takes minutes to shrink, and reads well enough as it is.
@settings(max_examples=200, phases=[Phase.generate], report_multiple_bugs=False)
@given(plan=plans(), calendar=calendars(), data=st.data())
def test_a_case_goes_as_the_law_has_it(plan: Plan, calendar: CalendarSnapshot, data: st.DataObject) -> None:
    run, complete = SideBySide(plan, calendar), complete_acts(plan)
    over = 0  # how long everything has been decided: a few acts more are refused all the same
    moves = st.sampled_from(["act"] * 14 + ["time"] * 9 + ["supplement"] * 3 + ["recalendar"] * 3 + ["withdraw"])
    for move in data.draw(st.lists(moves, min_size=10, max_size=40)):
        match move:
            case "act":
                run.act(data.draw(acts_on(run, complete)))
            case "time":
                run.pass_time(data.draw(st.sampled_from([1, 1, 1, 2, 3, 5, 9])))
            case "supplement":
                awaited = [code for code, step in run.reference.steps.items() if step.state is StepState.SUPPLEMENT]
                step = data.draw(st.sampled_from([*awaited * 5, ACCEPTANCE_STEP, plan.steps[0].code, "nowhere"]))
                run.supplement(step, data.draw(st.sampled_from([0.0, 0.0, DAY])))
            case "recalendar":
                run.recalendar(data.draw(calendars()))
            case "withdraw" if data.draw(st.integers(0, 3)) == 3:
                run.withdraw()
        over += not run.machine.deciding
        if over > 3:
            break
