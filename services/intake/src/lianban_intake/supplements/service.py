"""Supplements: what is asked, and taking in what is handed in, with every fault at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal
from lianban.contracts.documents import ActDocument
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CLOSED
from lianban.platform.auth import Principal
from lianban.platform.crypto import Keyring
from lianban.platform.media_types import FORMATS
from lianban.platform.problems import Problem
from lianban_intake.applications import repository as applications
from lianban_intake.applications.licences import holders_named, licence_of
from lianban_intake.applications.repository import Files
from lianban_intake.applications.validation import look_up
from lianban_intake.cases.results import ResultReader
from lianban_intake.cases.service import no_such_case
from lianban_intake.sealed import Column, seal_supplement, unseal
from lianban_intake.supplements import repository
from lianban_intake.supplements.carrier import Carrier
from lianban_intake.supplements.corrections import Corrections, corrected_form
from lianban_intake.supplements.outbox import Pending
from lianban_intake.supplements.repository import CaseStanding
from lianban_intake.supplements.requests import Request, open_requests
from lianban_intake.supplements.schemas import SupplementAnswer, SupplementList, SupplementRequest
from lianban_intake.supplements.showing import answer_of, list_of
from lianban_intake.supplements.states import SupplementState
from lianban_intake.supplements.validation import Compiled, Wanted, check

_BODY: Final = "supplement-body"
_REMEMBERED: Final = 256
_RULE: Final = {"rule": Rule.SUPPLEMENT}
_ANSWERED: Final = "already-supplemented"


@dataclass(frozen=True)
class _Found:
    """A case, what is asked of its applicant and what has been corrected before, as far as the database knows."""

    standing: CaseStanding
    requests: list[Request]
    compiled: Compiled
    corrections: list[Corrections]


class SupplementDesk:
    """One for the service: it remembers compilations, for thousands of cases share a handful. ``licence_days``: for how
    long an e-licence once fetched may be handed in as one. No connection is held while files are read or a case is
    asked."""

    def __init__(
        self, direct: AsyncEngine, documents: ResultReader, keyring: Keyring, carrier: Carrier, licence_days: int
    ) -> None:
        self._direct = direct
        self._documents = documents
        self._keyring = keyring
        self._carrier = carrier
        self._licence_days = licence_days
        self._compiled: dict[str, Compiled] = {}

    async def hand_in(
        self, case_no: str, source: str | None, request: SupplementRequest, key: str, caller: Principal
    ) -> SupplementAnswer:
        """Repeating it with the same key gives the same answer. Raises the problems 404 ``unknown-case``, 409 with a
        refusal or ``idempotency-conflict``, 422 ``invalid-supplement``, 503."""
        act_id = act_id_of(case_no, key)
        body_hash = self._keyring.blind_index(_canonical(request), _BODY)
        found = await self._find(case_no, source)
        async with self._direct.connect() as connection:
            earlier = await repository.find(connection, act_id)
        if earlier is None:
            earlier = await self._take_in(case_no, request, found, act_id, body_hash, caller)
        if earlier.body_hash != body_hash:
            detail = "这个 Idempotency-Key 已用于另一份补正；新的补正请用新的键。"
            raise Problem(409, "idempotency-conflict", "幂等键已被使用", detail)
        return await self._carried(earlier, found)

    async def shown(self, case_no: str, source: str | None) -> SupplementList:
        """Raises the problems 404 ``unknown-case``, 503."""
        found = await self._find(case_no, source)
        async with self._direct.connect() as connection:
            rows = await repository.all_of(connection, case_no)
        answered = {row.request_seq for row in rows if row.state != SupplementState.REFUSED}
        waiting = [request for request in found.requests if request.event.seq not in answered]
        asked = [(request, await self._documents.document(request.event.document)) for request in waiting]
        return list_of(case_no, found.standing, found.compiled, asked, rows, self._keyring)

    async def _find(self, case_no: str, source: str | None) -> _Found:
        async with self._direct.connect() as connection:
            standing = await repository.standing(connection, case_no, source)
            if standing is None:
                raise no_such_case()
            compiled = self._compiled.get(standing.compilation)
            if compiled is None:
                compiled = await repository.compiled(connection, standing.compilation)
                if len(self._compiled) >= _REMEMBERED:
                    self._compiled.clear()
                self._compiled[standing.compilation] = compiled
            corrections = await repository.applied(connection, self._keyring, case_no)
        requests = open_requests(standing.status, standing.states, standing.asked)
        return _Found(standing, requests, compiled, corrections)

    async def _take_in(
        self, case_no: str, given: SupplementRequest, found: _Found, act_id: str, body_hash: str, caller: Principal
    ) -> Row[Any]:
        """Checks and keeps it; its row."""
        asked = _asked(found, given.step)
        document = await self._documents.document(asked.document)
        content = await self._checked(case_no, given, found, document, caller)
        async with self._direct.connect() as connection:
            await repository.hand_in(
                connection,
                act_id=act_id,
                case_no=case_no,
                step=given.step,
                request_seq=asked.seq,
                handed_in_by=caller.subject,
                body_hash=body_hash,
                content=seal_supplement(self._keyring, content, act_id),
            )
            row = await repository.find(connection, act_id)
        if row is None:
            detail = "这次告知的补正内容已经提交，正在转送办理部门，请勿重复提交。"
            raise Problem(409, _ANSWERED, "已经提交过补正", detail, extra=_RULE)
        return row

    async def _checked(
        self, case_no: str, given: SupplementRequest, found: _Found, document: ActDocument, caller: Principal
    ) -> Corrections:
        """What is to be kept. Raises 422 with every fault."""
        filed = unseal(self._keyring, found.standing.form, case_no, Column.FORM)["values"]
        values = corrected_form(filed, found.corrections)
        applicant = unseal(self._keyring, found.standing.applicant, case_no, Column.APPLICANT)
        named = (applicant["identity_number"], applicant["credit_code"], *values.values(), *given.form.values())
        async with self._direct.connect() as connection:
            files = await applications.files(
                connection,
                client=caller.subject,
                theme=found.standing.theme,
                digests=look_up(digest for digests in given.materials.values() for digest in digests),
                holders=holders_named(self._keyring, named),
                licence_days=self._licence_days,
            )
        wanted = Wanted.of(document, found.compiled)
        if faults := check(given, wanted, found.compiled, values, files.uploaded):
            detail = f"共有 {len(faults)} 处需要更正，已全部列出；要求补正的内容须一次交齐。"
            raise Problem(422, "invalid-supplement", "补正内容有误", detail, faults, extra=_RULE)
        return Corrections(form=given.form, materials=tuple(self._files(given, found.compiled, files)))

    def _files(self, given: SupplementRequest, compiled: Compiled, files: Files) -> list[dict[str, Any]]:
        return [
            {
                "material": code,
                "digest": digest,
                "media_type": files.uploaded[digest],
                "file_name": f"{compiled.material(code)}（补正{position}）.{FORMATS[files.uploaded[digest]]}",
                "licence": licence_of(self._keyring, files.fetched, digest, compiled.cut.materials[code].elicence),
            }
            for code, digests in given.materials.items()
            for position, digest in enumerate(digests, 1)
        ]

    async def _carried(self, row: Row[Any], found: _Found) -> SupplementAnswer:
        """The answer of the case, asked now unless it is known."""
        if row.state == SupplementState.PENDING:
            await self._carrier.carry(Pending(row.act_id, row.case_no, row.step, row.handed_in_at))
            async with self._direct.connect() as connection:
                row = await repository.find(connection, row.act_id) or row
        if row.state == SupplementState.REFUSED:
            rule = row.refusal_rule or Rule.SUPPLEMENT
            raise Problem(409, row.refusal, "补正未予接收", row.refusal_detail, extra={"rule": rule})
        return answer_of(row, found.standing)


def act_id_of(case_no: str, key: str) -> str:
    """Id of the act and of its Update: the same for the same key, and nothing of the key can be read from it."""
    return f"supplement-{hashlib.sha256(f'{case_no}:{key}'.encode()).hexdigest()[:32]}"


def _asked(found: _Found, step: str) -> CaseEvent:
    """The event by which that step asks. Raises 409."""
    if found.standing.status in CLOSED:
        raise Problem(409, Refusal.CASE_CLOSED, "不能补正", "该办件已经结束。", extra=_RULE)
    for request in found.requests:
        if request.step == step:
            return request.event
    detail = "目前没有要求申请人补正，或者补正已经收到。"
    raise Problem(409, Refusal.NOT_REQUESTED, "不能补正", detail, extra=_RULE)


def _canonical(request: SupplementRequest) -> str:
    """One text for one content, whatever the order and spacing it was sent in."""
    return json.dumps(request.model_dump(), sort_keys=True, separators=(",", ":"))
