"""History events of a case without incidents: each costs the server about half a millisecond and is kept for years.

How many workflow tasks a case takes depends on how the answers of its services happen to fall together on a busy
machine, so the median of a few cases is held against the budget.
"""

from collections.abc import Awaitable, Callable
from statistics import median_low

from workflow_world import Case, Services, StartCase

from fixtures.plans import decide, five_parallel
from lianban.contracts.status import CaseStatus, DeliveryState

ONE_AT_A_TIME = 68
TOGETHER = 57
_CASES = 6


async def usual_events(start_case: StartCase, decisions: Callable[[Case], Awaitable[None]]) -> int:
    counts = []
    services = Services()
    for _ in range(_CASES):
        services.forget()
        case = await start_case(five_parallel(), services=services)
        await services.until(lambda: len(services.tasks) == 5 and services.messages)
        await decisions(case)
        await services.until(lambda: services.deliveries)
        await case.deliver(DeliveryState.PICKED_UP)
        await case.deliver(DeliveryState.SIGNED)
        assert (await case.handle.result()).status is CaseStatus.COMPLETED
        counts.append(await case.history_events())
    return median_low(counts)


async def test_decisions_one_at_a_time(start_case: StartCase) -> None:
    async def decisions(case: Case) -> None:
        for code in "abcde":
            await case.act(decide(code))

    assert await usual_events(start_case, decisions) <= ONE_AT_A_TIME


async def test_decisions_together(start_case: StartCase) -> None:
    async def decisions(case: Case) -> None:
        await case.act_together([decide(code) for code in "abcde"])

    assert await usual_events(start_case, decisions) <= TOGETHER
