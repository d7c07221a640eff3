"""Acceptance, supplements and silence on a running case, on the real server with its time skipped. Tests are named by
the rule's id in clocks.md; where a rule refuses an act, the test sees the refusal name it."""

from datetime import timedelta

from workflow_world import StartCase, after, dates_of, opened, told

from fixtures.plans import act_of, decide, make_plan, make_step, working_days
from lianban.catalog.terms import (
    AcceptanceMode,
    RefusalPolicy,
)
from lianban.clock.deadlines import local_date
from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import (
    ActKind,
    ActorKind,
    CaseStatus,
    Cause,
    EventKind,
    MessageKind,
    Outcome,
    Role,
    StepState,
)


async def test_l_accept_5_silence_accepts_from_the_day_of_receipt(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    await case.services.until(lambda: case.services.tasks)
    received = case.today()
    await case.skip_to(after(received, 5) + timedelta(days=1))
    services = case.services
    await services.until(lambda: any(m.cause is Cause.DEEMED for m in services.messages))
    progress = await case.progress()
    assert progress.accepted_at is not None
    assert local_date(progress.accepted_at) == received
    assert progress.due is not None
    assert progress.due.promised == after(received, 20)
    await services.until(lambda: any(event.cause is Cause.DEEMED for event in services.recorded))


async def test_l_accept_5_nothing_is_missing_after_five_days(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=working_days(20, 20))))
    services = await opened(case)
    received = case.today()
    await case.skip_to(after(received, 6))
    for kind in (ActKind.REQUEST_SUPPLEMENT, ActKind.NOT_ACCEPT):
        assert await case.refused(case.act(act_of("a", kind))) == (Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5)
    assert told(services, MessageKind.SUPPLEMENT) == []


async def test_l_accept_5_not_accepted_ends_the_case(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    await case.services.until(lambda: case.services.tasks)
    act = act_of(ACCEPTANCE_STEP, ActKind.NOT_ACCEPT, department="lead")
    by_system = act.model_copy(update={"actor": ActorKind.SYSTEM, "act_id": "by-system"})
    assert await case.refused(case.act(by_system)) == (Refusal.HUMAN_NEEDED, Rule.ACCEPT_5)
    outcome = await case.act(act)
    assert outcome.case_status is CaseStatus.NOT_ACCEPTED
    assert (await case.handle.result()).outcome is Outcome.NOT_ACCEPTED
    assert told(case.services, MessageKind.NOT_ACCEPTED) == [outcome.events[-1].seq]


async def test_l_accept_5_a_step_not_accepted_ends_what_waits_for_it(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), make_step("b"), make_step("c", after=("a",))))
    await opened(case, 2)
    outcome = await case.act(act_of("a", ActKind.NOT_ACCEPT))
    assert [(e.kind, e.step) for e in outcome.events] == [
        (EventKind.STEP_NOT_ACCEPTED, "a"),
        (EventKind.STEP_CANCELLED, "c"),
    ]
    assert (await case.act(decide("b"))).case_status is CaseStatus.DELIVERING


async def test_l_once_a_second_request_needs_a_supervisor(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=working_days(20, 20))))
    services = await opened(case)
    override = act_of("a", ActKind.OVERRIDE, role=Role.SUPERVISOR, overrides=Rule.ONCE)
    assert await case.refused(case.act(override)) == (Refusal.NOT_OVERRIDABLE, Rule.ONCE)  # nothing stands in the way
    first = await case.act(act_of("a", ActKind.REQUEST_SUPPLEMENT))
    assert first.step_state is StepState.SUPPLEMENT
    await case.supplement("a")
    again = act_of("a", ActKind.REQUEST_SUPPLEMENT, act_id="again")
    assert await case.refused(case.act(again)) == (Refusal.ALREADY_REQUESTED, Rule.ONCE)
    by_officer = override.model_copy(update={"role": Role.OFFICER, "act_id": "by-officer"})
    assert await case.refused(case.act(by_officer)) == (Refusal.WRONG_ROLE, Rule.ONCE)
    made = await case.act(override.model_copy(update={"act_id": "override"}))
    assert [event.kind for event in made.events] == [EventKind.STEP_OVERRIDDEN]
    outcome = await case.act(again.model_copy(update={"act_id": "after-override"}))
    assert outcome.step_state is StepState.SUPPLEMENT
    await services.until(lambda: len(told(services, MessageKind.SUPPLEMENT)) == 2)
    await case.supplement("a", "s2")


async def test_l_supplement_the_clock_starts_anew(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=working_days(5, 20)), make_step("b")))
    services = await opened(case, 2)
    start = case.today()
    await case.skip_to(after(start, 2))
    outcome = await case.act(act_of("a", ActKind.REQUEST_SUPPLEMENT))
    [requested] = outcome.events
    assert (requested.due, requested.until) == (None, after(case.today(), 20))
    assert (await case.step("a")).due is None
    assert await case.refused(case.act(decide("a"))) == (Refusal.SUPPLEMENT_AWAITED, Rule.SUPPLEMENT)
    await case.skip_to(after(start, 8))  # far beyond the promise, and no light
    assert [m for m in services.messages if m.light and m.department == "dept-of-a"] == []
    handed_in = await case.supplement("a")
    arrived = case.today()
    assert await dates_of(case, "a") == (after(arrived, 5), after(arrived, 20))
    assert handed_in.step_state is StepState.OPEN
    await services.until(lambda: services.supplemented)
    assert services.supplemented[0].due == handed_in.events[0].due
    assert await case.refused(case.supplement("a", "s2")) == (Refusal.NOT_REQUESTED, Rule.SUPPLEMENT)
    await case.act(decide("a"))


async def test_l_supplement_what_is_complete_has_to_be_accepted(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    services = case.services
    await services.until(lambda: services.tasks)
    lead = {"department": "lead"}
    await case.act(act_of(ACCEPTANCE_STEP, ActKind.REQUEST_SUPPLEMENT, **lead))
    await case.supplement(ACCEPTANCE_STEP)
    not_accepted = act_of(ACCEPTANCE_STEP, ActKind.NOT_ACCEPT, **lead)
    assert await case.refused(case.act(not_accepted)) == (Refusal.MUST_BE_ACCEPTED, Rule.SUPPLEMENT)
    await case.act(act_of(ACCEPTANCE_STEP, ActKind.ACCEPT, **lead))
    await services.until(lambda: [task.step for task in services.tasks] == [ACCEPTANCE_STEP, "a"])
    await case.act(act_of("a", ActKind.REQUEST_SUPPLEMENT))
    await case.supplement("a", "s2")
    assert await case.refused(case.act(act_of("a", ActKind.NOT_ACCEPT))) == (Refusal.MUST_BE_ACCEPTED, Rule.SUPPLEMENT)


async def test_l_supplement_at_acceptance_the_five_days_start_anew(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    services = case.services
    await services.until(lambda: services.tasks)
    outcome = await case.act(act_of(ACCEPTANCE_STEP, ActKind.REQUEST_SUPPLEMENT, department="lead"))
    assert outcome.case_status is CaseStatus.SUPPLEMENT
    await case.skip_to(after(case.today(), 9))  # nobody is silent while the applicant is waited for
    assert (await case.progress()).status is CaseStatus.SUPPLEMENT
    await case.supplement(ACCEPTANCE_STEP)
    arrived = case.today()
    await case.skip_to(after(arrived, 5) + timedelta(days=1))
    await services.until(lambda: any(event.cause is Cause.DEEMED for event in services.recorded))
    accepted_at = (await case.progress()).accepted_at
    assert accepted_at is not None
    assert local_date(accepted_at) == arrived
    assert [order.step for order in services.supplemented] == [ACCEPTANCE_STEP]


async def test_l_supplement_what_does_not_come_closes_the_case(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    await case.services.until(lambda: case.services.tasks)
    await case.act(act_of(ACCEPTANCE_STEP, ActKind.REQUEST_SUPPLEMENT, department="lead"))
    await case.skip_to(after(case.today(), 20) + timedelta(days=1))
    result = await case.handle.result()
    assert (result.status, result.outcome) == (CaseStatus.LAPSED, Outcome.LAPSED)
    assert [order.cause for order in case.services.withdrawn] == [Cause.NOT_SUPPLEMENTED]
    assert len(told(case.services, MessageKind.LAPSED)) == 1


async def test_l_supplement_what_does_not_come_ends_the_step(start_case: StartCase) -> None:
    policy = RefusalPolicy.INDEPENDENT
    plan = make_plan(make_step("a", policy=policy), make_step("b", policy=policy, limit=working_days(60)))
    case = await start_case(plan)
    await opened(case, 2)
    await case.act(act_of("a", ActKind.REQUEST_SUPPLEMENT))
    await case.skip_to(after(case.today(), 20) + timedelta(days=1))
    await case.services.until(lambda: case.services.withdrawn)
    assert (await case.step("a")).state is StepState.LAPSED
    assert (await case.step("b")).state is StepState.OPEN
    await case.act(decide("b"))
    await case.services.until(lambda: case.services.deliveries)
    assert case.services.deliveries[0].outcome is Outcome.PARTIAL
