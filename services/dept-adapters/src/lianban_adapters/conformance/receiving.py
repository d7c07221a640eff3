"""Acts on their way in: examined for the report whatever becomes of them, then taken as the platform takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic_core import from_json, to_json

from lianban.platform.encodings import encoding_fault
from lianban.platform.problems import FieldError, Problem
from lianban.platform.webhooks import verify
from lianban_adapters.acts.endpoints import read_json, signed_act
from lianban_adapters.acts.problems import unknown_department
from lianban_adapters.acts.schemas import ActAnswer, CallbackAct
from lianban_adapters.acts.service import Answer
from lianban_adapters.acts.submission import of_system
from lianban_adapters.acts.validation import parse
from lianban_adapters.channels.incoming.port import Found, Receipt, Unusable
from lianban_adapters.channels.incoming.reception import Reception
from lianban_adapters.conformance.desk import Desk
from lianban_adapters.conformance.evidence import CALLBACK, FETCHED, IN_ANSWER, Arrival, Evidence, Play, now
from lianban_adapters.conformance.signatures import flaw

_LONGEST: Final = 2000


class Receiver:
    """``plays``: which exchange a task belongs to. ``secret``: none where the department does not call back.
    ``is_sample``: whether a task is one of the kit's, of this run or of an earlier one."""

    def __init__(
        self, desk: Desk, evidence: Evidence, is_sample: Callable[[str], bool], secret: str | None = None
    ) -> None:
        self._desk = desk
        self._is_sample = is_sample
        self._evidence = evidence
        self._secret = secret
        self._reception = Reception(desk, desk.keyring)
        self.plays: dict[str, Play] = {}

    async def callback(self, department: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises the problem to answer with."""
        if self._secret is None:
            raise unknown_department()  # one that is polled calls nobody
        began = now()
        signature, lag = _signature(self._secret, headers, body, began)
        written, faults = _read(body)
        act, form = self._form(written, faults)
        outcome: Answer | Problem
        try:
            outcome = await self._taken(self._secret, department, headers, body, written)
        except Problem as problem:
            outcome = problem
        mistake = flaw(self._secret, headers, body)
        await self._note(CALLBACK, began, written, act, form, outcome, signature, lag, mistake)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    async def in_answer(self, task_id: str, answers: tuple[object, ...]) -> None:
        """Acts that stand in the answer to a task: they have no signature, and nobody is answered."""
        for written in answers:
            began = now()
            act, form = self._form(written, ())
            if act is not None and act.task_id != task_id:
                form = (FieldError("/task_id", "invalid-act", "答复的是另一项任务"),)
            outcome: Answer | Problem
            try:
                if act is None or form:
                    raise Problem(422, "invalid-act", "办理动作内容有误")
                outcome = await self._desk.take(of_system(self._desk.department, act, self._desk.keyring))
            except Problem as problem:
                outcome = problem
            await self._note(IN_ANSWER, began, written, act, form, outcome)

    async def take(self, department: str, found: Found) -> Receipt:
        """An act that was fetched. Raises :class:`Unusable`, and the problem 5xx when it is to be fetched again."""
        began = now()
        act, form = self._form(found.act, tuple(found.faults))
        outcome: Answer | Problem = Answer(200, ActAnswer(status="applied"))
        try:
            receipt = await self._reception.take(department, found)
        except Unusable as unusable:
            outcome = Problem(422, "invalid-act", "办理动作内容有误", errors=unusable.faults)
            raise
        except Problem as problem:
            outcome = problem
            raise
        else:
            if receipt.problem:
                outcome = Problem(409, receipt.problem, "不能执行该办理动作")
            return receipt
        finally:
            await self._note(FETCHED, began, found.act, act, form, outcome)

    async def unreadable(self, key: str, unusable: Unusable) -> None:
        """What was listed and is no act at all."""
        problem = Problem(422, "invalid-act", "办理动作内容有误", errors=unusable.faults)
        await self._note(FETCHED, now(), {"act_id": key}, None, unusable.faults, problem)

    async def _taken(
        self, secret: str, department: str, headers: Mapping[str, str], body: bytes, written: Any
    ) -> Answer:
        if problem := self._desk.out_of_order(_text(written, "task_id")):
            raise problem  # as whatever stands before the platform would, having read nothing
        if department != self._desk.department:
            raise unknown_department()
        act = signed_act(secret, headers, body)
        return await self._desk.take(of_system(department, act, self._desk.keyring))

    def _form(self, written: Any, faults: tuple[FieldError, ...]) -> tuple[CallbackAct | None, tuple[FieldError, ...]]:
        if faults:
            return None, faults
        try:
            return parse(CallbackAct, written, datetime.now(UTC)), ()
        except Problem as problem:
            return None, problem.errors

    async def _note(
        self,
        way: str,
        began: float,
        written: Any,
        act: CallbackAct | None,
        form: tuple[FieldError, ...],
        outcome: Answer | Problem,
        signature: str | None = None,
        lag: float | None = None,
        mistake: str | None = None,
    ) -> None:
        task_id = _text(written, "task_id")
        if task_id not in self.plays and self._is_sample(task_id):
            self._evidence.leftovers.add(task_id)  # answered as any unknown task, so that it does not come again
            return
        await self._evidence.arrived(
            Arrival(
                play=self.plays.get(task_id),
                way=way,
                at=began,
                task_id=task_id,
                act_id=_text(written, "act_id"),
                act=act,
                written=to_json(_shortened(written)).decode(),
                fingerprint=self._desk.fingerprint(act) if act else hashlib.sha256(to_json(written)).hexdigest(),
                signature=signature,
                lag=lag,
                form=form,
                content=self._desk.faults(act) if act else (),
                status=outcome.status,
                problem=outcome.slug if isinstance(outcome, Problem) else None,
                flaw=mistake,
            )
        )


def _signature(secret: str, headers: Mapping[str, str], body: bytes, began: float) -> tuple[str | None, float | None]:
    """What is wrong with it, and how long ago it was made."""
    stamp = headers.get("webhook-timestamp", "")
    lag = began - int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 else None
    try:
        verify(secret, headers, body)
    except Problem as problem:
        return problem.slug, lag
    return None, lag


def _read(body: bytes) -> tuple[Any, tuple[FieldError, ...]]:
    try:
        return read_json(body), ()
    except Problem as problem:
        try:
            body.decode()
        except UnicodeDecodeError:
            return _guessed(body), (FieldError("", "encoding", encoding_fault(body)),)
        return None, problem.errors


def _guessed(body: bytes) -> Any:
    """What a wrongly encoded act is about, so that the report can say where it belongs."""
    try:
        return from_json(body.decode("gb18030", "replace"))
    except ValueError:
        return None


def _shortened(written: Any) -> Any:
    """For the report: files are long, and what is wrong may be longer."""
    if isinstance(written, dict):
        return {str(key)[:_LONGEST]: "…" if key == "content" else _shortened(one) for key, one in written.items()}
    if isinstance(written, list):
        return [_shortened(one) for one in written[:_LONGEST]]
    return written[:_LONGEST] if isinstance(written, str) else written


def _text(written: Any, name: str) -> str:
    value = written.get(name) if isinstance(written, dict) else None
    return value if isinstance(value, str) else ""
