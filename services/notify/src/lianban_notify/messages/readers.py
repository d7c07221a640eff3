"""Who reads a message: the applicant; or the officer on duty, and the supervisor once a light is red, a department has
let the time to accept pass or a special procedure takes longer than the applicant was told. What the officer was told
the day before is told again to the supervisor only."""

from __future__ import annotations

import logging
from typing import Final

from lianban.clock.limits import Light
from lianban.contracts.orders import MessageOrder
from lianban.contracts.status import Cause, MessageKind
from lianban.platform.directory import Directory
from lianban_notify.intake import Intake
from lianban_notify.messages.ports import Reader, Readers

_SUPERVISED: Final = frozenset({Cause.DEEMED, Cause.STILL_OVERDUE, Cause.STOP_OVERRUN})
"""Whatever the light shows."""

_log = logging.getLogger(__name__)


class ReaderBook:
    def __init__(self, intake: Intake, directory: Directory) -> None:
        self._intake = intake
        self._directory = directory

    async def of(self, order: MessageOrder) -> Readers:
        """Raises :class:`~lianban_notify.outward.Unavailable` while the intake cannot be asked."""
        if order.kind is MessageKind.LIGHT:
            return self._officers(order)
        applicant = await self._intake.recipient(order.case_no, f"告知：{order.kind.value}")
        return [Reader("applicant", applicant.mobile, applicant.email)]

    def _officers(self, order: MessageOrder) -> Readers:
        readers = [] if order.cause is Cause.STILL_OVERDUE else self._on_duty(order)
        if order.light is Light.RED or order.cause in _SUPERVISED:
            supervisor = self._directory.supervisor
            readers.append(Reader("supervisor", supervisor.mobile, supervisor.email))
        return readers

    def _on_duty(self, order: MessageOrder) -> list[Reader]:
        department = self._directory.departments.get(order.department or "")
        if department is None:
            _log.warning("no officer to remind", extra={"department": order.department, "case_no": order.case_no})
            return []
        return [Reader("duty", department.duty_mobile, department.duty_email)]
