"""Prefill: asks everything at once, within bounded seconds, and gives what came back with where it is from."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.catalog.form_check import check_form
from lianban.catalog.terms import Audience
from lianban.platform.auth import Principal
from lianban.platform.crypto import Keyring
from lianban.platform.media_types import FORMATS, sniff
from lianban.platform.objects import ObjectStore
from lianban.platform.problems import Problem
from lianban_intake.materials import repository as materials
from lianban_intake.materials.schemas import StoredMaterial
from lianban_intake.materials.service import MAX_SIZE
from lianban_intake.prefill import repository
from lianban_intake.prefill.holders import holder_index
from lianban_intake.prefill.ports import (
    Holder,
    Licence,
    LicenceLibrary,
    NotConnected,
    NotHeld,
    Purpose,
    Registries,
    Unavailable,
)
from lianban_intake.prefill.questions import Question, questions
from lianban_intake.prefill.schemas import (
    FetchedMaterial,
    LicenceShown,
    NotFetched,
    Prefilled,
    PrefilledValue,
    PrefillRequest,
    Reason,
)
from lianban_intake.prefill.validation import check
from lianban_intake.sealed import seal_licence
from lianban_intake.themes.edition import Prepared

ANSWERED: Final = "answered"


_LICENCES: Final = 3
"""In memory at a time, each as it came (28 MiB), as text and decoded (20 MiB)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Answer:
    """``values`` of a registry; of the library, what has been stored and what would not do; else why neither."""

    values: Mapping[str, Any] | None = None
    fetched: Sequence[FetchedMaterial] = ()
    missing: Sequence[NotFetched] = ()
    reason: Reason | None = None

    @property
    def outcome(self) -> str:
        return self.reason or ANSWERED


class Prefiller:
    """One for the service: its ports remember who is down, and licences take turns. ``seconds``: bound of one turn's
    wait; the ports bound the questions themselves."""

    def __init__(
        self,
        engine: AsyncEngine,
        objects: ObjectStore,
        keyring: Keyring,
        registries: Registries,
        library: LicenceLibrary,
        seconds: float,
    ) -> None:
        self._engine = engine
        self._objects = objects
        self._keyring = keyring
        self._registries = registries
        self._library = library
        self._turns = asyncio.Semaphore(_LICENCES)
        self._seconds = seconds

    async def prefill(self, prepared: Prepared, request: PrefillRequest, caller: Principal) -> Prefilled:
        """Raises the problem 422 ``invalid-prefill`` with every fault; nobody is asked then."""
        now = datetime.now(UTC)
        offer = prepared.compilation.prefill
        if faults := check(request, offer, now):
            detail = f"共有 {len(faults)} 处需要更正，已全部列出；没有查询任何信息。"
            raise Problem(422, "invalid-prefill", "预填请求有误", detail, faults)
        found = questions(offer, request.holders)
        asked = [question for question in found if question.holder is not None]
        async with self._engine.begin() as connection:  # closed before anybody is asked
            rows = self._consents(prepared, request, caller, now)
            consents, ids = await repository.begin(connection, rows, asked)
        answers = await asyncio.gather(*(self._ask(prepared, request, question, rows, consents) for question in asked))
        async with self._engine.begin() as connection:
            await repository.end(
                connection, {query: answer.outcome for query, answer in zip(ids, answers, strict=True)}
            )
        values: dict[str, PrefilledValue] = {}
        fetched: list[FetchedMaterial] = []
        missing: list[NotFetched] = [
            question.unanswered(target, Reason.NO_HOLDER)
            for question in found
            if question.holder is None
            for target in question.targets
        ]
        for question, answer in zip(asked, answers, strict=True):
            if answer.reason is not None:
                missing += [question.unanswered(target, answer.reason) for target in question.targets]
            elif answer.values is not None:
                missing += _take(prepared, question, answer.values, values)
            fetched += answer.fetched
            missing += answer.missing
        return Prefilled(values=values, materials=tuple(fetched), not_fetched=tuple(missing))

    def _consents(
        self, prepared: Prepared, request: PrefillRequest, caller: Principal, now: datetime
    ) -> list[repository.ConsentRow]:
        plan = prepared.compilation.plan
        return [
            repository.ConsentRow(
                asked_by=caller.subject,
                role="window" if "window" in caller.roles else "portal",
                holder=holder_index(self._keyring, holder.type, holder.identity),
                holder_type=holder.type,
                subjects=list(holder.subjects),
                theme=plan.theme,
                division=plan.division,
                text_version=holder.consent.text_version,
                given_by=holder.consent.given_by,
                given_at=holder.consent.given_at or now,
                guardian=holder_index(self._keyring, Audience.PERSON, holder.consent.guardian)
                if holder.consent.guardian
                else None,
            )
            for holder in request.holders
        ]

    async def _ask(
        self,
        prepared: Prepared,
        request: PrefillRequest,
        question: Question,
        rows: Sequence[repository.ConsentRow],
        consents: Sequence[int],
    ) -> _Answer:
        assert question.holder is not None
        given = request.holders[question.holder]
        holder = Holder(Audience(given.type), given.identity)
        purpose = Purpose(prepared.compilation.plan.theme, question.matters)
        try:
            if question.kind == "licence":
                async with self._turn():
                    licence = await self._library.fetch(question.source, question.source_name, holder, purpose)
                    return await self._keep(
                        prepared, question, licence, rows[question.holder], consents[question.holder]
                    )
            schemas = prepared.schemas
            elements = {target.code: schemas[target.code] for target in question.targets}
            return _Answer(values=await self._registries.ask(question.source, holder, elements, purpose))
        except NotHeld:
            return _Answer(reason=Reason.NOT_HELD)
        except NotConnected:
            return _Answer(reason=Reason.NOT_CONNECTED)
        except Unavailable as failure:
            _log.warning("nothing prefilled", extra={"source": question.source, "reason": str(failure)})
            return _Answer(reason=Reason.UNAVAILABLE)

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """A licence's, until it is stored: a few are in memory at a time, whoever asks for how many."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable("too many licences at a time") from None
        try:
            yield
        finally:
            self._turns.release()

    async def _keep(
        self, prepared: Prepared, question: Question, licence: Licence, row: repository.ConsentRow, consent: int
    ) -> _Answer:
        """The file becomes a material like any uploaded one; what does not do is told."""
        media_type = sniff(licence.content) if len(licence.content) <= MAX_SIZE else None
        usable = [
            target
            for target in question.targets
            if media_type and FORMATS[media_type] in prepared.requirements[target.code].formats
        ]
        unusable = [question.unanswered(target, Reason.UNUSABLE) for target in question.targets if target not in usable]
        if not usable or not media_type:
            return _Answer(missing=unusable)
        shown = LicenceShown(
            type=question.source,
            type_name=question.source_name,
            number=licence.number,
            issuer=licence.issuer,
            verification=dict(licence.verification),
        )
        digest = await self._objects.put(licence.content)
        stored = StoredMaterial(digest=digest, media_type=media_type, size=len(licence.content))
        kept = repository.LicenceRow(
            digest=digest,
            type=question.source,
            asked_by=row.asked_by,
            theme=row.theme,
            holder=row.holder,
            consent=consent,
            details=seal_licence(self._keyring, shown, digest),
        )
        async with self._engine.begin() as connection:
            await materials.add(connection, stored, row.asked_by)
            await repository.keep_licence(connection, kept)
        name = f"{question.source_name}.{_EXTENSIONS.get(media_type, FORMATS[media_type])}"
        fetched = [
            FetchedMaterial(
                material=target.code,
                name=target.name,
                subject=target.subject.code,
                **stored.model_dump(),
                file_name=name,
                licence=shown,
            )
            for target in usable
        ]
        return _Answer(fetched=fetched, missing=unusable)


_EXTENSIONS: Final = {"image/jpeg": "jpg"}


def _take(
    prepared: Prepared, question: Question, said: Mapping[str, Any], values: dict[str, PrefilledValue]
) -> Sequence[NotFetched]:
    """Takes over what fits the form. What a registry was not asked is left aside."""
    asked = {target.code: said[target.code] for target in question.targets if said.get(target.code) is not None}
    unfit = {fault.pointer.removeprefix("/") for fault in check_form(prepared.prefilled_form, asked)}
    if unfit:
        _log.warning("a registry's values do not fit", extra={"source": question.source, "elements": sorted(unfit)})
    missing = []
    for target in question.targets:
        if target.code in unfit:
            missing.append(question.unanswered(target, Reason.UNUSABLE))
        elif target.code not in asked:
            missing.append(question.unanswered(target, Reason.NOT_HELD))
        else:
            values[target.code] = PrefilledValue(
                value=asked[target.code],
                subject=target.subject.code,
                source=question.source,
                source_name=question.source_name,
            )
    return missing
