"""Official documents that go with a message: which, what they are called, and the files themselves.

What the law wants told in writing is attached to the mail, and named in the SMS. Routine news only says where to find
its document: asking for each would cost a request and a page for every case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lianban.contracts.orders import MessageOrder
from lianban.contracts.status import MessageKind
from lianban_notify.intake import DocumentName, Intake
from lianban_notify.messages.ports import Attachment
from lianban_notify.messages.texts import Written

IN_WRITING: Final = frozenset(
    {
        MessageKind.SUPPLEMENT,
        MessageKind.NOT_ACCEPTED,
        MessageKind.LAPSED,
        MessageKind.STOPPED,
        MessageKind.EXTENDED,
        MessageKind.DECIDED,
        MessageKind.FINISHED,
    }
)


@dataclass(frozen=True)
class Enclosure:
    case_no: str
    document: DocumentName
    written: Written


class Enclosures:
    """``link``: where an applicant who has signed in finds a document, with {case_no} and {seq}; empty: nowhere."""

    def __init__(self, intake: Intake, link: str) -> None:
        self._intake = intake
        self._link = link

    async def of(self, order: MessageOrder, events: Sequence[int]) -> tuple[Enclosure, ...]:
        """Of the event the order is about, and of ``events``, those that yield a document.

        Raises :class:`~lianban_notify.outward.Unavailable` while one of the events has not reached the intake.
        """
        if order.kind not in IN_WRITING:
            return ()
        told = events if order.about is None else (order.about, *events)
        found = [
            await self._intake.document(order.case_no, seq, f"告知：{order.kind.value}") for seq in dict.fromkeys(told)
        ]
        return tuple(self._enclosure(order.case_no, document) for document in found if document)

    async def attached(self, enclosures: Sequence[Enclosure]) -> tuple[Attachment, ...]:
        return tuple([await self._attachment(enclosure) for enclosure in enclosures])

    def _enclosure(self, case_no: str, document: DocumentName) -> Enclosure:
        link = self._link.replace("{case_no}", case_no).replace("{seq}", str(document.seq))
        return Enclosure(case_no, document, Written(document.title, document.number, link or None))

    async def _attachment(self, enclosure: Enclosure) -> Attachment:
        document = enclosure.document
        content = await self._intake.document_pdf(enclosure.case_no, document.seq, "告知：随信附送")
        return Attachment(f"{document.title}（{document.number}）.pdf", content)
