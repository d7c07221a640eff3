"""Lets time pass for one case, on the real server: for demonstrations and tests only.

The one module that touches Temporal's experimental time skipping (``temporalio.testing.TimeSkipper``). The server needs
``frontend.WorkflowTimeSkippingEnabled=true``; with ``history.timerProcessorMaxTimeShift="1ms"`` and
``history.timerProcessorMaxPollRPS=1000`` a timer takes about 10 ms to be skipped over, without them 0.2 to 1 s.
A case needs no preparation: it may have been started by anybody, without any setting for time skipping.

What there is to know:

- Only this case's clock moves. Databases, departments and the case's own activities stay on real time; from the skip
  on, ``workflow.now()`` runs ahead of them, at their pace.
- Time stands still while an activity of the case is open (an attempt that runs, or waits for a worker). An activity
  that waits for its next retry does not stop it: its pauses are skipped, so that every attempt still happens, at once.
- Timers that become due on the way fire, each at its own time; those due exactly at the end may fire just after it.
- The server allows a number of skips a session (200 unless told otherwise), one for each timer or retry passed.
- A skip that stalls is withdrawn. The next one may then pass over a timer that was due just then, which fires late.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import TimeSkippingConfig as RawConfig
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from lianban.clock.deadlines import SHANGHAI
from lianban.contracts.names import department_queue

_DEPARTMENT: Final = department_queue("")

MAX_SKIPS: Final = 2000
"""Timers and retries one skip may pass: enough for a year of working days, and an end to retries without end."""


class CaseEnded(Exception):
    """The case was over before, or ended while its time passed."""


class SkipStalled(Exception):
    """Time did not get as far as asked: an activity stays open, there were too many timers and retries, or somebody
    else began to skip the same case."""


async def skip(client: Client, case_no: str, duration: timedelta, *, patience: float = 30.0) -> datetime:
    """Lets ``duration`` pass for the case; its time afterwards. ``patience``: seconds of real time to wait for it.

    Raises :class:`CaseEnded`, :class:`SkipStalled`, and RPCError NOT_FOUND for a case the server does not know.
    """
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(case_no)
    skipper = TimeSkipper(client, config=TimeSkippingConfig(max_session_skip_count=MAX_SKIPS))
    try:
        async with asyncio.timeout(patience):
            arrived = await skipper.fast_forward(handle, duration)
    except TimeoutError:
        await _withdraw(client, case_no)
        stood = (await now(client, case_no)).astimezone(SHANGHAI)
        raise SkipStalled(f"办件的时间停在北京时间 {stood:%Y-%m-%d %H:%M:%S}{await _retried(handle)}") from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and "already completed" in error.message:
            raise CaseEnded(case_no) from None
        raise
    except RuntimeError:  # what the client makes of it
        raise SkipStalled("这个办件又开始了另一次快进，以那一次为准") from None
    if arrived:
        return await skipper.get_current_time(handle)
    # Not arrived and no longer under way: either nothing is left to skip for, or the server's bound was reached.
    if (await handle.describe()).close_time is not None:
        raise CaseEnded(case_no)
    passed = f"途中的计时器和重试超过 {MAX_SKIPS} 个，{duration / timedelta(days=1):g} 天未能过完"
    raise SkipStalled(f"{passed}{await _retried(handle)}")


async def _retried(handle: WorkflowHandle[Any, Any]) -> str:
    """What the case asks for again and again, by whom it is to be done: most often the reason why time stalls."""
    pending = (await handle.describe()).raw_description.pending_activities
    queues = sorted({one.activity_options.task_queue.name for one in pending if one.attempt > 1})
    departments = [queue.removeprefix(_DEPARTMENT) for queue in queues if queue.startswith(_DEPARTMENT)]
    others = [queue for queue in queues if not queue.startswith(_DEPARTMENT)]
    told = [f"部门 {'、'.join(departments)} 联系不上，办件在反复重试"] if departments else []
    told += [f"队列 {'、'.join(others)} 的工作没有做成，办件在反复重试"] if others else []
    return "".join(f"；{one}" for one in told)


async def now(client: Client, case_no: str) -> datetime:
    """The case's own time: the real one until its time has been skipped."""
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(case_no)
    return await TimeSkipper(client).get_current_time(handle)


async def _withdraw(client: Client, case_no: str) -> None:
    """Ends skipping: otherwise the case would leap on once what held it up has ended."""
    try:
        await client.workflow_service.update_workflow_execution_options(
            UpdateWorkflowExecutionOptionsRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=case_no),
                workflow_execution_options=WorkflowExecutionOptions(time_skipping_config=RawConfig(enabled=False)),
                update_mask=FieldMask(paths=["time_skipping_config"]),
                identity=client.identity,
            )
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it ended meanwhile
            raise
