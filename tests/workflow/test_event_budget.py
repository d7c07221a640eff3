"""History events of a case without incidents: each costs the server about half a millisecond and is kept for years."""

from conftest import Case, StartCase
from fixtures.plans import decide, five_parallel
from lianban.contracts.status import CaseStatus, DeliveryState

ONE_AT_A_TIME = 100
TOGETHER = 70


async def deliver(case: Case) -> None:
    await case.services.until(lambda: case.services.deliveries)
    await case.deliver(DeliveryState.PICKED_UP)
    await case.deliver(DeliveryState.SIGNED)
    assert (await case.handle.result()).status is CaseStatus.COMPLETED


async def test_decisions_one_at_a_time(start_case: StartCase) -> None:
    case = await start_case(five_parallel())
    await case.services.until(lambda: len(case.services.tasks) == 5 and case.services.messages)
    for code in "abcde":
        await case.act(decide(code))
    await deliver(case)
    assert await case.history_events() <= ONE_AT_A_TIME


async def test_decisions_together(start_case: StartCase) -> None:
    """Departments that decide at once: every answer is there when the case next looks."""
    case = await start_case(five_parallel())
    await case.services.until(lambda: len(case.services.tasks) == 5 and case.services.messages)
    await case.act_together([decide(code) for code in "abcde"])
    await deliver(case)
    assert await case.history_events() <= TOGETHER
