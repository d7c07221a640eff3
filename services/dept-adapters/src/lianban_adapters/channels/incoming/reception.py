"""An act that was fetched goes the way of every callback; only the answer is written back instead of sent."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Protocol

from lianban.platform.crypto import Keyring
from lianban.platform.problems import Problem
from lianban_adapters.acts.schemas import CallbackAct
from lianban_adapters.acts.service import Answer
from lianban_adapters.acts.submission import Submission, of_system
from lianban_adapters.acts.validation import parse
from lianban_adapters.channels.incoming.port import Found, Receipt, Status, Unusable


class Acts(Protocol):
    """:class:`~lianban_adapters.acts.service.Acts`."""

    async def take(self, submission: Submission) -> Answer:
        """Raises the problem to answer with."""


class Reception:
    def __init__(self, acts: Acts, keyring: Keyring) -> None:
        self._acts = acts
        self._keyring = keyring

    async def take(self, department: str, found: Found) -> Receipt:
        """Raises :class:`Unusable` for what is wrong in itself, with every fault. What is right but not possible is
        refused for good: the same act again would be refused again."""
        try:
            act = parse(CallbackAct, found.act, datetime.now(UTC))
            submission = of_system(department, act, self._keyring)
            if found.faults:
                raise Unusable((*found.faults, *submission.unproven))
            answer = (await self._acts.take(submission)).body
        except Problem as problem:
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:
                raise Unusable((*found.faults, *problem.errors)) from None
            return Receipt(Status.REFUSED, problem.slug, problem.extra.get("rule"), problem.detail)
        return Receipt(
            Status(answer.status),
            detail=answer.detail,
            case_status=answer.case_status,
            step_state=answer.step_state,
        )
