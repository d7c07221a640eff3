"""Limits of decision, of the whole case and of delivery, and their extension, on the real server with its time skipped.
Tests are named by the rule's id in clocks.md."""

from datetime import timedelta

from workflow_world import StartCase, after, dates_of, opened, told

from fixtures.plans import act_of, decide, make_plan, make_step, working_days
from lianban.catalog.terms import (
    HandlingMode,
)
from lianban.clock.deadlines import local_date
from lianban.clock.limits import Light
from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal
from lianban.contracts.names import CASE_STEP
from lianban.contracts.status import (
    ActKind,
    ActorKind,
    Cause,
    DeliveryState,
    EventKind,
    MessageKind,
    Role,
)

# -- L-DEC-20, L-FIRST-20 ---


async def test_l_dec_20_red_is_told_again_each_working_day(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=working_days(20, 20))))
    services = await opened(case)
    due = after(case.today(), 20)
    assert await dates_of(case, "a") == (due, due)
    await case.skip_to(after(due, 3))
    await services.until(lambda: len([m for m in services.messages if m.cause is Cause.STILL_OVERDUE]) >= 4)
    steps = [event for event in services.recorded if event.kind is EventKind.STEP_LIGHT]
    assert [(e.light, e.cause) for e in steps[:2]] == [(Light.YELLOW, None), (Light.RED, Cause.PROMISE_OVERDUE)]
    assert {local_date(e.at) for e in steps if e.cause is Cause.STILL_OVERDUE} == {
        after(due, day) for day in (1, 2, 3)
    } - {
        due + timedelta(days=1)  # told that day already: red itself
    }
    assert all(event.due is not None and event.due.trace for event in steps)
    await case.act(decide("a"))


async def test_l_first_20_a_first_review_is_a_step_of_its_own(start_case: StartCase) -> None:
    limit = working_days(20, 20)
    case = await start_case(make_plan(make_step("a", limit=limit), make_step("b", after=("a",), limit=limit)))
    services = await opened(case)
    start = case.today()
    assert await dates_of(case, "a") == (after(start, 20), after(start, 20))
    await case.skip_to(after(start, 7))
    await case.act(decide("a"))
    reported_up = case.today()
    await services.until(lambda: len(services.tasks) == 2)
    assert await dates_of(case, "b") == (after(reported_up, 20), after(reported_up, 20))


# -- L-EXT-10, L-JOINT-45, L-EXT-15 ---


async def test_l_ext_10_once_by_the_head_of_the_agency(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=working_days(5, 20)), make_step("b")))
    services = await opened(case, 2)
    start = case.today()
    extend = act_of("a", ActKind.EXTEND, role=Role.AGENCY_HEAD, days=10)
    for number, (changes, refusal) in enumerate(
        [
            ({"role": Role.OFFICER}, Refusal.WRONG_ROLE),
            ({"role": Role.GOVERNMENT_HEAD}, Refusal.WRONG_ROLE),
            ({"days": 11}, Refusal.TOO_LONG),
            ({"days": None}, Refusal.LENGTH_NEEDED),
            ({"document": None}, Refusal.NOTICE_NEEDED),
            ({"actor": ActorKind.SYSTEM}, Refusal.HUMAN_NEEDED),
        ]
    ):
        wrong = extend.model_copy(update={"act_id": f"wrong-{number}", **changes})
        assert await case.refused(case.act(wrong)) == (refusal, Rule.EXT_10)
    outcome = await case.act(extend)
    assert await dates_of(case, "a") == (after(start, 15), after(start, 30))
    assert [(e.kind, e.days, e.was and e.was.legal) for e in outcome.events] == [
        (EventKind.STEP_EXTENDED, 10, after(start, 20))
    ]
    again = extend.model_copy(update={"act_id": "again"})
    assert await case.refused(case.act(again)) == (Refusal.ALREADY_EXTENDED, Rule.EXT_10)
    await services.until(lambda: told(services, MessageKind.EXTENDED) == [outcome.events[0].seq])
    await case.skip_to(after(start, 21))
    late = act_of("b", ActKind.EXTEND, role=Role.AGENCY_HEAD, days=5)
    assert await case.refused(case.act(late)) == (Refusal.EXPIRED, Rule.EXT_10)


async def test_l_joint_45_binds_the_whole_case(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=None), handling=HandlingMode.JOINT))
    services = await opened(case)
    start = case.today()
    due = (await case.progress()).due
    assert due is not None
    assert (due.promised, due.legal) == (after(start, 20), after(start, 45))
    await case.skip_to(after(start, 46))
    await services.until(lambda: any(m.cause is Cause.LEGAL_OVERDUE for m in services.messages))
    await case.act(decide("a"))


async def test_l_ext_15_once_by_the_head_of_the_government(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), handling=HandlingMode.JOINT))
    await opened(case)
    start = case.today()
    extend = act_of(CASE_STEP, ActKind.EXTEND, department="lead", role=Role.GOVERNMENT_HEAD, days=15)
    for number, (changes, refusal) in enumerate(
        [
            ({"role": Role.AGENCY_HEAD}, Refusal.WRONG_ROLE),
            ({"days": 16}, Refusal.TOO_LONG),
            ({"department": "dept-of-a"}, Refusal.FOREIGN_STEP),
        ]
    ):
        wrong = extend.model_copy(update={"act_id": f"wrong-{number}", **changes})
        assert await case.refused(case.act(wrong)) == (refusal, Rule.EXT_15)
    await case.act(extend)
    due = (await case.progress()).due
    assert due is not None
    assert (due.promised, due.legal) == (after(start, 35), after(start, 60))
    again = extend.model_copy(update={"act_id": "again"})
    assert await case.refused(case.act(again)) == (Refusal.ALREADY_EXTENDED, Rule.EXT_15)


async def test_l_ext_15_not_where_departments_decide_separately(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a")))
    await opened(case)
    extend = act_of(CASE_STEP, ActKind.EXTEND, department="lead", role=Role.GOVERNMENT_HEAD, days=15)
    assert await case.refused(case.act(extend)) == (Refusal.NOT_EXTENDABLE, Rule.EXT_15)


# -- L-DELIVER-10 ---


async def test_l_deliver_10_starts_at_each_decision_and_ends_with_the_courier(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), make_step("b", limit=working_days(60))))
    services = await opened(case, 2)
    await case.act(decide("a"))
    decided = case.today()
    await case.skip_to(after(decided, 5))  # the promise of five days: its last begins
    await services.until(lambda: services.deliveries)
    assert services.deliveries[0].due is not None
    assert (services.deliveries[0].due.promised, services.deliveries[0].due.legal) == (
        after(decided, 5),
        after(decided, 10),
    )
    await case.deliver(DeliveryState.PICKED_UP)
    told_before = len(services.messages)
    await case.skip_to(after(decided, 12))  # with the courier: no light of delivery any more
    assert [m.cause for m in services.messages[told_before:] if m.cause is Cause.DELIVERY] == []
    await case.deliver(DeliveryState.SIGNED)
    await case.act(decide("b"))
