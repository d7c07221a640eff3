"""Runs a case and the reference model side by side, and says where they differ."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from case_by_days import frozen
from reference_days import Limit, Worked
from reference_faults import Fault, faults, supplement_faults, withdrawal_faults
from reference_model import ReferenceCase, local

from fixtures.plans import MONDAY
from lianban.catalog.plan import Plan
from lianban.catalog.terms import DeliveryMode
from lianban.clock.calendar import CalendarSnapshot
from lianban.contracts.acts import DepartmentAct, Supplement
from lianban.contracts.status import CaseStatus, StepState
from lianban_orchestrator.domain import acts, timing
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused

HOUR = timedelta(hours=1)


def worked_by(calendar: CalendarSnapshot) -> Worked:
    def worked(day: date) -> bool:
        return day in calendar.workdays if day.weekday() >= 5 else day not in calendar.holidays

    return worked


class SideBySide:
    def __init__(self, plan: Plan, calendar: CalendarSnapshot) -> None:
        self.now = MONDAY
        self.machine = CaseMachine("case", plan, calendar, MONDAY, DeliveryMode.ELECTRONIC)
        if self.machine.accepts_on_filing:
            self.machine.accept(MONDAY)
        self.reference = ReferenceCase(plan, worked_by(calendar), MONDAY)
        self.settle()

    def settle(self) -> None:
        """What the workflow does after every turn, up to what becomes due at once."""
        self.reference.silence(self.now)
        self.machine.start_ready(self.now)
        for _ in range(100):
            instant = timing.next_instant(self.machine)
            if instant is None or instant > self.now:
                break
            timing.tick(self.machine, self.now)
            self.machine.start_ready(self.now)
        else:
            raise AssertionError("something is due again and again")
        self.compare()

    def pass_time(self, days: int) -> None:
        """To 09:00 that many days later; whatever becomes due on the way happens at its own instant."""
        until = self.now + timedelta(days=days)
        while local(self.now) < local(until):
            over = local(self.now)
            midnight = datetime.combine(over, datetime.min.time(), UTC) + timedelta(days=1) - 8 * HOUR
            while (instant := timing.next_instant(self.machine)) is not None and instant < midnight:
                assert instant > self.now, "overdue, and nobody was told"
                self.now = instant
                timing.tick(self.machine, instant)
            self.now = midnight
            self.reference.midnight(over, midnight)
            self.settle()
        self.now = until

    def act(self, act: DepartmentAct) -> None:
        expected = faults(self.reference, act, self.now)
        before = frozen(self.machine)
        try:
            acts.apply(self.machine, act, self.now)
        except ActRefused as refused:
            self._refused(refused, expected, before)
        else:
            assert not expected, f"{act.kind} of {act.step} should have been refused: {sorted(expected)}"
            self.reference.act(act, self.now)
        self.settle()

    def supplement(self, step: str, waited: float) -> None:
        expected = supplement_faults(self.reference, step)
        before = frozen(self.machine)
        try:
            acts.apply_supplement(self.machine, Supplement(act_id="s", step=step, waited=waited), self.now)
        except ActRefused as refused:
            self._refused(refused, expected, before)
        else:
            assert not expected
            self.reference.supplement(step, waited, self.now)
        self.settle()

    def withdraw(self) -> None:
        expected = withdrawal_faults(self.reference)
        before = frozen(self.machine)
        try:
            self.machine.withdraw(self.now, "w")
        except ActRefused as refused:
            self._refused(refused, expected, before)
        else:
            assert not expected
            self.reference.withdraw(self.now)
        self.settle()

    def recalendar(self, calendar: CalendarSnapshot) -> None:
        if self.machine.closed:
            return
        timing.recalendar(self.machine, calendar, self.now)
        self.reference.recalendar(worked_by(calendar), self.now)
        self.settle()

    def _refused(self, refused: ActRefused, expected: set[Fault], before: dict[str, Any]) -> None:
        fault = (refused.refusal, refused.rule)
        assert fault in expected, f"refused by {fault}, expected one of {sorted(expected)}"
        assert refused.rule in str(refused)
        assert frozen(self.machine) == before, "refused, and yet something has changed"

    # -- what has to be the same ------------------------------------------------------------------------------------

    def compare(self) -> None:
        machine, reference = self.machine, self.reference
        assert machine.status is reference.status
        for step in machine.steps.values():
            other = reference.steps[step.plan.code]
            assert step.state is other.state, step.plan.code
            if step.state is StepState.OPEN and other.clock is not None and not step.is_notice:
                self._compare_clock(step.plan.code, step.clock, other.clock)
            elif step.state in (StepState.STOPPED, StepState.SUPPLEMENT):
                assert step.progress().due is None
                assert step.progress().light == "none"
        if machine.status is CaseStatus.RECEIVED:
            self._compare_clock("acceptance", machine.acceptance_clock, reference.acceptance)
        if machine.status is CaseStatus.IN_PROGRESS:
            if reference.case_stopped:
                assert machine.due is None, "every open step is stopped"
            else:
                case = reference.count_case(local(self.now))
                assert case is not None
                self._compare_clock("case", machine.case_clock, case)

    def _compare_clock(self, what: str, clock: RunningClock | None, other: Limit) -> None:
        assert clock is not None
        assert clock.due is not None, f"{what} has no date"
        worked = self.reference.worked
        dates = (other.promised(worked), other.legal(worked))
        assert (clock.due.promised, clock.due.legal) == dates, f"{what}: {clock.facts}, {other}"
        assert clock.light == other.light(worked, local(self.now)), f"{what}: {clock.facts}"
