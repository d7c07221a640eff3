"""CaseWorkflow on a real server: the whole way of a case, its refusals, its time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from workflow_world import Case, Services, StartCase

from fixtures.plans import decide, five_parallel, make_plan, make_step, working_days
from lianban.catalog.terms import AcceptanceMode, DeliveryMode, StepKind
from lianban.clock.limits import Light
from lianban.contracts import names
from lianban.contracts.acts import Refusal
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.search_attributes import PENDING_DEPARTMENTS
from lianban.contracts.status import (
    ActKind,
    CaseStatus,
    Cause,
    Decision,
    DeliveryState,
    EventKind,
    MessageKind,
    Outcome,
    StepState,
)


async def test_from_filing_to_signature(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), make_step("b"), make_step("c", after=("a", "b"))))
    services = case.services
    await services.until(lambda: len(services.tasks) == 2)
    outcome = await case.act(decide("a", document="1" * 64))
    assert outcome.step_state is StepState.GRANTED
    assert [event.kind for event in outcome.events] == [EventKind.STEP_DECIDED]
    await case.act(decide("b"))
    await services.until(lambda: len(services.tasks) == 3)
    assert services.tasks[-1].documents == {"a": "1" * 64}
    assert (await case.act(decide("c"))).case_status is CaseStatus.DELIVERING
    await services.until(lambda: services.deliveries)
    assert [result.code for result in services.deliveries[0].results] == ["result-a", "result-b", "result-c"]
    assert services.deliveries[0].outcome is Outcome.GRANTED
    await case.deliver(DeliveryState.PICKED_UP)
    assert (await case.deliver(DeliveryState.SIGNED)).closed
    result = await case.handle.result()
    assert (result.status, result.outcome) == (CaseStatus.COMPLETED, Outcome.GRANTED)
    assert [event.seq for event in case.all_events()] == list(range(1, len(case.all_events()) + 1))
    assert services.recorded == []  # every event found a carrier
    assert [message.kind for message in services.messages] == [MessageKind.ACCEPTED]


async def test_electronic_delivery_ends_the_case_by_itself(start_case: StartCase) -> None:
    services = Services()
    services.delivered = DeliveryState.SIGNED
    case = await start_case(make_plan(make_step("a")), services=services, delivery=DeliveryMode.ELECTRONIC)
    await services.until(lambda: services.tasks)
    await case.act(decide("a"))
    assert (await case.handle.result()).status is CaseStatus.COMPLETED
    assert services.recorded[-1].kind is EventKind.CASE_COMPLETED
    assert [event.seq for event in case.all_events()] == list(range(1, len(case.all_events()) + 1))


async def test_a_refused_act_says_why_and_changes_nothing(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), make_step("b", after=("a",))))
    await case.services.until(lambda: case.services.tasks)
    before = await case.progress()
    for act, refusal in [
        (decide("z"), Refusal.UNKNOWN_STEP),
        (decide("b"), Refusal.STEP_NOT_OPEN),
        (decide("a", department="other"), Refusal.FOREIGN_STEP),
        (decide("a", Decision.REFUSED, document=None), Refusal.DOCUMENT_NEEDED),
    ]:
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await case.act(act)
        assert isinstance(caught.value.cause, ApplicationError)
        assert caught.value.cause.type == refusal
    assert await case.progress() == before


async def test_a_repeated_act_gets_the_first_outcome(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), make_step("b")))
    await case.services.until(lambda: len(case.services.tasks) == 2)
    assert await case.act(decide("a")) == await case.act(decide("a"))


async def test_refusal_of_a_gate_reaches_the_departments(start_case: StartCase) -> None:
    policy_all = make_plan(*(make_step(code, policy="ALL") for code in "ab"))
    case = await start_case(policy_all)
    await case.services.until(lambda: len(case.services.tasks) == 2)
    outcome = await case.act(decide("a", Decision.REFUSED))
    assert [event.kind for event in outcome.events] == [
        EventKind.STEP_DECIDED,
        EventKind.STEP_CANCELLED,
        EventKind.CASE_DECIDED,
    ]
    await case.services.until(lambda: case.services.withdrawn)
    assert case.services.withdrawn[0].cause is Cause.ALL_REFUSED
    await case.services.until(lambda: case.services.deliveries)
    assert case.services.deliveries[0].mode is DeliveryMode.ELECTRONIC
    assert case.services.deliveries[0].refusals == (outcome.events[0].seq,)


async def test_withdrawal(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), make_step("b")))
    await case.services.until(lambda: len(case.services.tasks) == 2)
    assert (await case.withdraw()).closed
    assert (await case.handle.result()).outcome is Outcome.WITHDRAWN
    assert sorted(order.step for order in case.services.withdrawn) == ["a", "b"]
    assert case.services.messages[-1].kind is MessageKind.WITHDRAWN


async def test_tasks_of_a_turn_are_handed_over_together(start_case: StartCase) -> None:
    plan = make_plan(make_step("a"), make_step("b"), make_step("c", after=("a",)))
    case = await start_case(plan)
    await case.services.until(lambda: len(case.services.tasks) == 2)
    await case.act(decide("a"))
    await case.services.until(lambda: len(case.services.tasks) == 3)
    assert [[task.step for task in orders.tasks] for orders in case.services.handed_over] == [["a", "b"], ["c"]]


async def test_withdrawal_while_nothing_can_be_handed_over(start_case: StartCase) -> None:
    services = Services()
    services.down.add(names.QUEUE_DEPARTMENTS)
    case = await start_case(make_plan(make_step("a"), make_step("b")), services=services)
    await services.until(lambda: services.messages)
    await case.withdraw()
    assert (await case.handle.result()).outcome is Outcome.WITHDRAWN
    assert services.tasks == []
    told = {order.step: [event.kind for event in order.events] for order in services.withdrawn}
    assert told == {"a": [EventKind.STEP_STARTED], "b": [EventKind.STEP_STARTED]}


async def test_a_gate_refused_while_nothing_can_be_handed_over(start_case: StartCase) -> None:
    """What is still wanted of a turn stays on its way when another of its tasks is taken back."""
    services = Services()
    services.down.add(names.QUEUE_DEPARTMENTS)
    gated = make_step("b", after=("g",))
    case = await start_case(make_plan(make_step("g", policy="GATE"), gated, make_step("a")), services=services)
    await services.until(lambda: services.messages)
    await case.act(decide("g", Decision.REFUSED))
    services.down.clear()
    await services.until(lambda: len(services.tasks) == 2)
    assert sorted(task.step for task in services.tasks) == ["a", "g"]


async def test_withdrawal_while_a_department_is_down(start_case: StartCase) -> None:
    """A case of the second edition hands each task over by itself."""
    services = Services()
    services.down.add("dept-of-a")
    case = await start_case(make_plan(make_step("a"), make_step("b")), services=services, edition=2)
    await services.until(lambda: services.tasks)
    await case.withdraw()
    assert (await case.handle.result()).outcome is Outcome.WITHDRAWN
    assert [task.step for task in services.tasks] == ["b"]


async def test_one_department_down_delays_its_own_step_only(start_case: StartCase) -> None:
    services = Services()
    services.down.add("dept-of-a")
    case = await start_case(make_plan(make_step("a"), make_step("b")), services=services, edition=2)
    await services.until(lambda: services.tasks)
    await case.act(decide("b"))
    services.down.clear()
    await services.until(lambda: len(services.tasks) == 2)
    await case.act(decide("a"))
    await services.until(lambda: services.deliveries)


async def test_lead_department_accepts(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    await case.services.until(lambda: case.services.tasks)
    assert case.services.tasks[0].step == ACCEPTANCE_STEP
    accept = decide(ACCEPTANCE_STEP, kind=ActKind.ACCEPT, department="lead", decision=None)
    outcome = await case.act(accept)
    assert (outcome.case_status, outcome.step_state) == (CaseStatus.IN_PROGRESS, None)
    await case.services.until(lambda: len(case.services.tasks) == 2 and case.services.messages)


async def test_silence_accepts(start_case: StartCase) -> None:
    """L-ACCEPT-5 on the real server, with its time skipped."""
    case = await start_case(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    await case.services.until(lambda: case.services.tasks)
    await case.skip(days=10)
    await case.services.until(lambda: len(case.services.tasks) == 2)
    await case.services.until(lambda: any(e.cause is Cause.DEEMED for e in case.services.recorded))
    assert [order.cause for order in case.services.withdrawn] == [Cause.DEEMED]
    progress = await case.progress()
    assert progress.accepted_at is not None
    assert progress.accepted_at.date() == datetime.now(UTC).date()
    [step] = progress.steps
    assert step.due is not None
    assert progress.due is not None
    assert step.due.promised < progress.due.promised  # both count from the receipt
    assert [m.department for m in case.services.messages if m.cause is Cause.DEEMED] == ["lead"]
    assert [m.kind for m in case.services.messages].count(MessageKind.ACCEPTED) == 1


async def test_lights_are_told_to_the_officer(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=working_days(3))))
    services = case.services
    await services.until(lambda: services.tasks)
    due = (await case.step("a")).due
    assert due is not None
    await case.skip_to(due.promised + timedelta(days=1))
    await services.until(lambda: [m.light for m in services.messages if m.light] == [Light.YELLOW, Light.RED])
    await services.until(lambda: len([e for e in services.recorded if e.kind is EventKind.STEP_LIGHT]) == 2)
    assert all(event.due and event.due.trace is not None for event in services.recorded)
    assert {message.department for message in services.messages if message.light} == {"dept-of-a"}
    await case.act(decide("a"))


async def test_public_notice_ends_by_time(start_case: StartCase) -> None:
    notice = make_step("a", kind=StepKind.NOTICE, limit=working_days(5))
    case = await start_case(make_plan(notice, make_step("b", after=("a",))))
    await case.services.until(lambda: case.services.tasks)
    await case.skip(days=10)
    await case.services.until(lambda: [task.step for task in case.services.tasks] == ["a", "b"])
    assert [order.cause for order in case.services.withdrawn] == [Cause.NOTICE_ENDED]


async def test_operators_read_the_case(start_case: StartCase) -> None:
    case = await start_case(five_parallel())
    await case.services.until(lambda: len(case.services.tasks) == 5)
    await case.act(decide("a"))
    described = await case.handle.describe()
    assert described.typed_search_attributes
    assert "| 环节a | a局 | 准予（通过） |" in await details(case)


async def test_the_list_of_departments_waited_for_never_lacks_anybody(start_case: StartCase) -> None:
    """A department that joins is told at once; one that has decided leaves with the next change of another kind."""
    case = await start_case(make_plan(make_step("a"), make_step("b"), make_step("c", after=("a",))))
    await case.services.until(lambda: len(case.services.tasks) == 2)
    assert await waited_for(case) == ["dept-of-a", "dept-of-b"]
    await case.act(decide("a"))
    await case.services.until(lambda: len(case.services.tasks) == 3)
    assert await waited_for(case) == ["dept-of-b", "dept-of-c"]
    await case.act(decide("b"))
    assert "dept-of-c" in await waited_for(case)
    await case.act(decide("c"))
    await case.services.until(lambda: case.services.deliveries)
    assert await waited_for(case) == []


async def waited_for(case: Case) -> list[str]:
    described = await case.handle.describe()
    return sorted(described.typed_search_attributes.get(PENDING_DEPARTMENTS) or [])


async def test_operators_see_what_failed_for_good(start_case: StartCase) -> None:
    services = Services()
    services.broken.add(MessageKind.ACCEPTED)
    case = await start_case(make_plan(make_step("a"), make_step("b")), services=services)
    await services.until(lambda: services.tasks)
    await case.act(decide("b"))
    while "⚠ 未办成，需运维处理：send_message" not in await details(case):
        await asyncio.sleep(0.05)
    await case.act(decide("a"))  # the case itself goes on
    await services.until(lambda: services.deliveries)


async def details(case: Case) -> str:
    """Current details as the Temporal UI asks for them."""
    return str(await case.handle.query("__temporal_workflow_metadata"))
