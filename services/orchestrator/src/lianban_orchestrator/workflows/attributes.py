"""Search attributes of a case, upserted together when something changes that operators search for.

Each upsert is an event and a write of its own to visibility. So a department that has decided leaves
``PendingDepartments`` with the next change of state, light or date, or when another department joins; only a department
that joins is told at once. An electronic delivery takes seconds, so that it is under way is told only when a light
says that it does not. Where a case needs attention the list is therefore exact, and elsewhere it never lacks anybody.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from lianban.clock.deadlines import start_of_day
from lianban.contracts import search_attributes as known
from lianban.contracts.case import CaseInput
from lianban.contracts.status import CaseStatus
from lianban_orchestrator.domain.machine import CaseMachine


class Attributes:
    """Remembers what the server was told last."""

    def __init__(self, case: CaseInput) -> None:
        self._told: dict[Any, Any] = {}
        self._case = case

    def publish(self, machine: CaseMachine) -> None:
        """Tell the server what changed since the last time."""
        now = self._values(machine)
        if not self._told:
            self._told = {key: workflow.info().typed_search_attributes.get(key) for key in now}
        if self._told[known.LIGHT] == now[known.LIGHT] and (_in_passing(machine) or self._only_left(now)):
            return
        changes: list[SearchAttributeUpdate[Any]] = [
            key.value_unset() if value is None else key.value_set(value)  # a clock that is stopped has no date
            for key, value in now.items()
            if value != self._told[key]
        ]
        if changes:
            workflow.upsert_search_attributes(changes)
            self._told = now

    def _only_left(self, now: dict[Any, Any]) -> bool:
        """Whether nothing but this has changed: departments are no longer waited for."""
        pending = known.PENDING_DEPARTMENTS
        if not now[pending]:
            return False
        same = all(value == self._told[key] for key, value in now.items() if key is not pending)
        return same and set(now[pending]) <= set(self._told[pending] or ())

    def _values(self, machine: CaseMachine) -> dict[Any, Any]:
        due = machine.due
        return {
            known.CASE_STATUS: machine.status.value,
            known.LIGHT: machine.light.value,
            known.PENDING_DEPARTMENTS: machine.pending_departments,
            known.CALENDAR_VERSION: machine.calendar.version,
            known.PROMISED_DUE: _last_instant(due.promised if due else None),
            known.LEGAL_DUE: _last_instant(due.legal if due else None),
        }


def _in_passing(machine: CaseMachine) -> bool:
    return machine.delivers_in_passing and machine.status is CaseStatus.DELIVERING


def _last_instant(day: date | None) -> datetime | None:
    """Start of the last day: the UI then shows the day itself, where 24:00 would show the next."""
    return start_of_day(day) if day else None
