"""Who reads a message: the applicant, or the officer on duty (and the supervisor, once a light is red
or a department has let the time to accept pass)."""

from __future__ import annotations

import logging

from lianban.clock.limits import Light
from lianban.contracts.orders import MessageOrder
from lianban.contracts.status import Cause, MessageKind
from lianban.platform.directory import Directory
from lianban_notify.intake import Intake
from lianban_notify.messages.ports import Reader, Readers

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
        readers = []
        department = self._directory.departments.get(order.department or "")
        if department is None:
            _log.warning("no officer to remind", extra={"department": order.department, "case_no": order.case_no})
        else:
            readers.append(Reader("duty", department.duty_mobile, department.duty_email))
        if order.light is Light.RED or order.cause is Cause.DEEMED:
            supervisor = self._directory.supervisor
            readers.append(Reader("supervisor", supervisor.mobile, supervisor.email))
        return readers
