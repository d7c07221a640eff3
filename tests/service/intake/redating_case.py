"""A case that counts one clock by its calendar, and nothing else: what a run needs of the workflow, with the means to
see how often it was asked."""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from lianban.clock.calendar import CalendarSnapshot
    from lianban.clock.deadlines import local_date
    from lianban.clock.facts import ClockFacts, dates
    from lianban.contracts import names
    from lianban.contracts.acts import ActOutcome, Recalendar, Refusal
    from lianban.contracts.case import CaseInput
    from lianban.contracts.events import CaseEvent, Due
    from lianban.contracts.status import CaseStatus, Cause, EventKind


@workflow.defn(name=names.CASE_WORKFLOW)
class CountingCase:
    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        self._case = case
        self._calendar = case.calendar
        self._due = self._counted(case.calendar)
        self._asked: list[str] = []
        self._seq = 0
        self._refuses = False
        self._ends = False

    @workflow.run
    async def run(self, case: CaseInput) -> None:
        await workflow.wait_condition(lambda: self._ends)

    @workflow.signal
    def end(self) -> None:
        self._ends = True

    @workflow.signal
    def refuse(self, whether: bool) -> None:
        self._refuses = whether

    @workflow.query
    def asked(self) -> list[str]:
        """Version of each calendar it was asked to count by, in order."""
        return self._asked

    @workflow.update(name=names.UPDATE_RECALENDAR)
    async def recalendar(self, new: Recalendar) -> ActOutcome:
        await asyncio.sleep(0.02)  # a moment in which whoever asked may be killed
        self._asked.append(new.calendar.version)
        self._calendar, was, self._due = new.calendar, self._due, self._counted(new.calendar)
        events: tuple[CaseEvent, ...] = ()
        if (was.promised, was.legal) != (self._due.promised, self._due.legal):
            self._seq += 1
            event = CaseEvent(
                seq=self._seq,
                at=workflow.now(),
                kind=EventKind.CASE_REDATED,
                case_status=CaseStatus.IN_PROGRESS,
                due=self._due,
                was=was,
                cause=Cause.CALENDAR,
                act_id=new.act_id,
            )
            events = (event,)
        return ActOutcome(case_status=CaseStatus.IN_PROGRESS, events=events)

    @recalendar.validator
    def _validate(self, new: Recalendar) -> None:
        if self._refuses or new.calendar.first_year > local_date(self._case.received_at).year:
            raise ApplicationError("日历太新", type=Refusal.OLD_CALENDAR.value, non_retryable=True)

    def _counted(self, calendar: CalendarSnapshot) -> Due:
        facts = ClockFacts(started=local_date(self._case.received_at))
        counted = dates(calendar, self._case.plan.limit, facts)
        assert counted
        return Due(
            promised=counted.promised.day,
            legal=counted.legal.day if counted.legal else None,
            calendar_version=calendar.version,
            provisional=counted.promised.provisional,
        )
