"""Special procedures, refusals, working days and new calendars on a running case, on the real server with its time
skipped. Tests are named by the rule's id in clocks.md."""

from datetime import timedelta

from workflow_world import Case, Services, StartCase, after, dates_of, opened, told

from fixtures.plans import CALENDAR, act_of, decide, make_plan, make_step, working_days
from lianban.catalog.plan import PlanProcedure
from lianban.catalog.terms import (
    DeliveryMode,
    RefusalPolicy,
    Silence,
    SpecialProcedureKind,
    StepKind,
)
from lianban.clock.deadlines import local_date
from lianban.clock.limits import Light
from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal
from lianban.contracts.status import (
    ActKind,
    ActorKind,
    CaseStatus,
    Cause,
    Decision,
    DeliveryState,
    EventKind,
    MessageKind,
    Outcome,
    StepState,
)

TESTING = SpecialProcedureKind.TESTING


# -- L-STOP ---


async def test_l_stop_takes_out_the_days_of_the_procedure(start_case: StartCase) -> None:
    case = await start_case(
        make_plan(make_step("a", limit=working_days(10, 20)), make_step("b", limit=working_days(60)))
    )
    services = await opened(case, 2)
    start = case.today()
    stop = act_of("a", ActKind.STOP, procedure=TESTING, days=8)
    for number, (changes, refusal) in enumerate(
        [
            ({"procedure": None}, Refusal.UNKNOWN_PROCEDURE),
            ({"procedure": SpecialProcedureKind.OWN_LAW}, Refusal.UNKNOWN_PROCEDURE),
            ({"document": None}, Refusal.NOTICE_NEEDED),
            ({"days": 0}, Refusal.LENGTH_NEEDED),
            ({"actor": ActorKind.SYSTEM}, Refusal.HUMAN_NEEDED),
            ({"occurred_at": stop.occurred_at - timedelta(days=30)}, Refusal.IN_PAST),
        ]
    ):
        wrong = stop.model_copy(update={"act_id": f"wrong-{number}", **changes})
        assert await case.refused(case.act(wrong)) == (refusal, Rule.STOP)
    await case.skip_to(after(start, 4))
    stopped = case.today()
    outcome = await case.act(stop)
    assert outcome.step_state is StepState.STOPPED
    assert outcome.events[0].until == after(stopped, 8)
    assert await case.refused(case.act(stop.model_copy(update={"act_id": "x"}))) == (Refusal.ALREADY_STOPPED, Rule.STOP)
    assert await case.refused(case.act(decide("a"))) == (Refusal.STOPPED, Rule.STOP)
    await case.skip_to(after(stopped, 11))  # longer than the applicant was told
    await services.until(lambda: any(m.cause is Cause.STOP_OVERRUN for m in services.messages))
    assert [m for m in services.messages if m.light is Light.RED] == []
    await case.act(act_of("a", ActKind.RESUME, procedure=TESTING))
    assert case.today() == after(stopped, 11)
    assert await dates_of(case, "a") == (after(start, 10 + 11), after(start, 20 + 11))
    resumed_again = act_of("a", ActKind.RESUME, procedure=TESTING, act_id="again")
    assert await case.refused(case.act(resumed_again)) == (Refusal.NOT_STOPPED, Rule.STOP)
    await services.until(lambda: told(services, MessageKind.STOPPED) and told(services, MessageKind.RESUMED))


async def test_l_stop_no_longer_than_the_matters_own_law_allows(start_case: StartCase) -> None:
    listed = PlanProcedure(kind=SpecialProcedureKind.OWN_LAW, longest=working_days(15))
    case = await start_case(make_plan(make_step("a", procedures=(listed,))))
    await opened(case)
    stop = act_of("a", ActKind.STOP, procedure=SpecialProcedureKind.OWN_LAW, days=16)
    assert await case.refused(case.act(stop)) == (Refusal.TOO_LONG, Rule.STOP)
    assert (await case.act(stop.model_copy(update={"days": 15, "act_id": "y"}))).step_state is StepState.STOPPED


async def test_l_stop_the_case_stands_still_only_with_every_open_step(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=working_days(20)), make_step("b", limit=working_days(20))))
    await opened(case, 2)
    start = case.today()
    await case.act(act_of("a", ActKind.STOP, procedure=TESTING, days=5))
    assert (await case.progress()).due is not None  # the other goes on
    await case.skip_to(after(start, 2))
    outcome = await case.act(act_of("b", ActKind.STOP, procedure=TESTING, days=5))
    assert [event.kind for event in outcome.events] == [EventKind.STEP_STOPPED, EventKind.CASE_STOPPED]
    assert (await case.progress()).due is None
    await case.skip_to(after(start, 5))
    outcome = await case.act(act_of("a", ActKind.RESUME, procedure=TESTING))
    assert [event.kind for event in outcome.events] == [EventKind.STEP_RESUMED, EventKind.CASE_RESUMED]
    due = (await case.progress()).due
    assert due is not None
    assert due.promised == after(start, 20 + 3)


# -- L-REFUSE, L-REMEDY, L-WD ---


async def test_l_refuse_is_told_in_writing_though_the_rest_is_withdrawn(start_case: StartCase) -> None:
    policy = RefusalPolicy.INDEPENDENT
    case = await start_case(make_plan(make_step("a", policy=policy), make_step("b", policy=policy)))
    services = await opened(case, 2)
    services.delivered = DeliveryState.SIGNED
    [refusal] = (await case.act(decide("a", Decision.REFUSED))).events
    await case.withdraw()
    assert (await case.handle.result()).status is CaseStatus.WITHDRAWN
    [order] = services.deliveries
    assert (order.refusals, order.results, order.outcome) == ((refusal.seq,), (), Outcome.WITHDRAWN)
    assert order.mode is DeliveryMode.ELECTRONIC
    assert [event.delivery for event in case.all_events() if event.delivery] == ["ordered", "signed"]


async def test_l_refuse_only_a_person_and_in_writing(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a")))
    services = await opened(case)
    refusal = decide("a", Decision.REFUSED)
    for number, (changes, slug) in enumerate(
        [
            ({"actor": ActorKind.SYSTEM}, Refusal.HUMAN_NEEDED),
            ({"officer": None}, Refusal.HUMAN_NEEDED),
            ({"document": None}, Refusal.DOCUMENT_NEEDED),
        ]
    ):
        wrong = refusal.model_copy(update={"act_id": f"wrong-{number}", **changes})
        assert await case.refused(case.act(wrong)) == (slug, Rule.REFUSE)
    await case.act(refusal)
    await services.until(lambda: services.deliveries)
    assert services.deliveries[0].outcome is Outcome.REFUSED


async def test_l_remedy_an_approval_stays_when_a_sibling_is_refused(start_case: StartCase) -> None:
    case = await start_case(make_plan(*(make_step(code, policy=RefusalPolicy.ALL) for code in "abc")))
    services = await opened(case, 3)
    await case.act(decide("a"))
    await case.act(decide("b", Decision.REFUSED))
    assert (await case.step("a")).state is StepState.GRANTED
    await services.until(lambda: services.deliveries)
    assert [result.code for result in services.deliveries[0].results] == ["result-a"]
    assert await case.refused(case.withdraw()) == (Refusal.TOO_LATE, Rule.REMEDY)


async def test_l_wd_holidays_and_weekends_do_not_count(start_case: StartCase) -> None:
    services = Services()
    start = local_date((await _clock(start_case, services)).now())
    holidays = {CALENDAR.next_working_day(start): "节日", after(start, 2): "节日"}
    calendar = CALENDAR.model_copy(update={"version": "with-holidays", "holidays": holidays})
    case = await start_case(make_plan(make_step("a", limit=working_days(5, 5))), services=services, calendar=calendar)
    await services.until(lambda: len(services.tasks) == 2)
    assert await dates_of(case, "a") == (after(start, 7), after(start, 7))
    await case.skip_to(after(start, 7) + timedelta(days=1))
    await services.until(lambda: any(event.cause is Cause.PROMISE_OVERDUE for event in services.recorded))
    [red] = [event for event in services.recorded if event.cause is Cause.PROMISE_OVERDUE]
    assert red.due is not None
    assert {day.day for day in red.due.trace if day.reason == "节日"} == set(holidays)


async def _clock(start_case: StartCase, services: Services) -> Case:
    case: Case = await start_case(make_plan(make_step("a")), services=services)
    await services.until(lambda: services.tasks)
    return case


async def test_l_wd_a_new_calendar_dates_anew_and_never_into_the_past(start_case: StartCase) -> None:
    """Counting 6."""
    case = await start_case(make_plan(make_step("a", limit=working_days(5, 20))))
    services = await opened(case)
    start = case.today()
    holiday = CALENDAR.model_copy(update={"version": "2", "holidays": {after(start, 3): "新增假日"}})
    outcome = await case.recalendar(holiday)
    moved = [event for event in outcome.events if event.kind is EventKind.STEP_REDATED]
    assert [(e.was and e.was.promised, e.due and e.due.promised) for e in moved] == [(after(start, 5), after(start, 6))]
    assert (await case.handle.describe()).typed_search_attributes
    await case.skip_to(after(start, 6))  # the last day
    back = CALENDAR.model_copy(update={"version": "3"})
    await case.recalendar(back)  # would have been over yesterday
    assert (await dates_of(case, "a"))[0] == case.today()
    assert [m for m in services.messages if m.light is Light.RED] == []
    old = CALENDAR.model_copy(update={"version": "4", "first_year": start.year + 1})
    assert await case.refused(case.recalendar(old)) == (Refusal.OLD_CALENDAR, Rule.WD)


async def test_silence_of_an_opinion_is_no_objection(start_case: StartCase) -> None:
    """缺席默认 TACIT_OPINION."""
    opinion = make_step("a", kind=StepKind.OPINION, limit=working_days(3), silence=Silence.TACIT_OPINION)
    case = await start_case(make_plan(opinion, make_step("b", after=("a",))))
    services = await opened(case)
    await case.skip_to(after(case.today(), 3) + timedelta(days=1))
    await services.until(lambda: len(services.tasks) == 2)
    assert (await case.step("a")).state is StepState.GRANTED
    assert [order.cause for order in services.withdrawn] == [Cause.TACIT_OPINION]


async def test_after_the_end_every_act_is_refused_by_its_rule(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), make_step("b")))
    await opened(case, 2)
    await case.act(decide("a"))
    for kind, rule in [
        (ActKind.ACCEPT, Rule.ACCEPT_5),
        (ActKind.NOT_ACCEPT, Rule.ACCEPT_5),
        (ActKind.REQUEST_SUPPLEMENT, Rule.ONCE),
        (ActKind.STOP, Rule.STOP),
        (ActKind.RESUME, Rule.STOP),
        (ActKind.EXTEND, Rule.EXT_10),
        (ActKind.OVERRIDE, Rule.ONCE),
    ]:
        assert await case.refused(case.act(act_of("a", kind))) == (Refusal.STEP_NOT_OPEN, rule)
