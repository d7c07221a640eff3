"""A case driven by days of March 2026, for tests of what acts do to each other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from fixtures.plans import CALENDAR, MONDAY, act_of
from lianban.catalog.plan import Plan
from lianban.catalog.terms import DeliveryMode, SpecialProcedureKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct, Refusal, Supplement
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import ActKind, Role
from lianban_orchestrator.domain import acts, timing
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused
from lianban_orchestrator.domain.supplements import GRACE

DAY = timedelta(days=1)
TESTING, HEARING = SpecialProcedureKind.TESTING, SpecialProcedureKind.HEARING


def on(number: int) -> datetime:
    """09:00 of that day of March 2026, of which the 2nd is the Monday all these cases are filed on."""
    return MONDAY + (number - 2) * DAY


def march(number: int) -> date:
    return date(2026, 3, number)


def frozen(machine: CaseMachine) -> dict[str, Any]:
    """Everything a machine holds, to be compared after a refusal. Calendars remember days looked at: no part of it."""

    def plain(value: object) -> object:
        if isinstance(value, CalendarSnapshot):
            return value.version
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if hasattr(value, "model_dump"):
            return value
        return plain(vars(value)) if hasattr(value, "__dict__") and not isinstance(value, type) else value

    return {key: plain(value) for key, value in vars(machine).items()}


class Case:
    """A case whose acts come at their own time, or later by ``waited`` days."""

    def __init__(self, plan: Plan) -> None:
        self.machine = CaseMachine("case", plan, CALENDAR, MONDAY, DeliveryMode.COURIER)
        if self.machine.accepts_on_filing:
            self.machine.accept(MONDAY)
        self.machine.start_ready(MONDAY)

    def do(self, act: DepartmentAct, day: int, *, waited: int = 0, dated: int | None = None) -> list[CaseEvent]:
        """``dated``: the day written on it, if not the one it was handed in."""
        dated = day - waited if dated is None else dated
        act = act.model_copy(update={"occurred_at": on(dated), "waited": waited * DAY.total_seconds()})
        events = acts.apply(self.machine, act, on(day))
        self.machine.start_ready(on(day))
        return events

    def refused(self, act: DepartmentAct, day: int, *, dated: int | None = None) -> tuple[Refusal, Rule]:
        """Why, and by which rule. Nothing has changed then."""
        before = frozen(self.machine)
        with pytest.raises(ActRefused) as caught:
            self.do(act, day, dated=dated)
        assert frozen(self.machine) == before
        return caught.value.refusal, caught.value.rule

    def stop(self, step: str, day: int, kind: SpecialProcedureKind = TESTING, **late: int) -> list[CaseEvent]:
        return self.do(act_of(step, ActKind.STOP, procedure=kind, days=5), day, **late)

    def resume(self, step: str, day: int, kind: SpecialProcedureKind = TESTING, **late: int) -> list[CaseEvent]:
        return self.do(act_of(step, ActKind.RESUME, procedure=kind), day, **late)

    def supplement(self, step: str, day: int, *, waited: int = 0) -> list[CaseEvent]:
        handed_in = Supplement(act_id="s", step=step, waited=waited * DAY.total_seconds())
        return acts.apply_supplement(self.machine, handed_in, on(day))

    def pass_to(self, now: datetime) -> list[CaseEvent]:
        """Up to ``now``, having been away until then: what is granted a grace has used it up."""
        events = timing.tick(self.machine, now) + timing.tick(self.machine, now + GRACE)
        self.machine.start_ready(now + GRACE)
        return events

    def promised(self, step: str | None = None) -> date | None:
        clock: Any = self.machine.steps[step].clock if step else self.machine.case_clock
        return clock.due.promised if clock.due else None


def extend(step: str) -> DepartmentAct:
    return act_of(step, ActKind.EXTEND, role=Role.AGENCY_HEAD, days=10)


def override(step: str, **changes: object) -> DepartmentAct:
    act = act_of(step, ActKind.OVERRIDE, role=Role.SUPERVISOR, overrides=Rule.ONCE)
    return act.model_copy(update=changes)
