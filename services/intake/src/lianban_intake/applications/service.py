"""Filing: an application becomes a case with a plan, or is refused with every fault at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lianban.catalog.terms import Channel, DeliveryMode
from lianban.clock.deadlines import local_date
from lianban.contracts.case import CASE_EDITION, CaseInput
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, EventKind
from lianban.platform.auth import Principal
from lianban.platform.crypto import Keyring
from lianban.platform.problems import Problem
from lianban_intake.applications import repository
from lianban_intake.applications.case_number import case_number
from lianban_intake.applications.licences import holders_named, licence_of
from lianban_intake.applications.repository import Filing, Look
from lianban_intake.applications.schemas import ApplicationRequest, Receipt
from lianban_intake.applications.validation import check, digests_of
from lianban_intake.dependencies import Unit
from lianban_intake.outbox.repository import GRACE
from lianban_intake.outbox.starter import Starter
from lianban_intake.sealed import Column, seal
from lianban_intake.themes.edition import Edition, Prepared

_BODY: Final = "application-body"


@dataclass(frozen=True)
class Filed:
    """``new``: False when the application had been filed before, with the same content."""

    receipt: Receipt
    new: bool


@dataclass(frozen=True)
class Desk:
    """Where applications are handed in: what a filing needs beside the application.

    ``kept``: digests of compilations known to be in the database, so that each is sent there once, not every time.
    ``licence_days``: for how long an e-licence once fetched may be filed as one.
    """

    edition: Edition
    keyring: Keyring
    starter: Starter
    kept: set[str]
    licence_days: int

    async def file(self, unit: Unit, application: ApplicationRequest, key: str, caller: Principal) -> Filed:
        """Raises the problems 422 ``invalid-application``, 409 ``idempotency-conflict`` and ``source-conflict``."""
        body_hash = self.keyring.blind_index(_canonical(application), _BODY)
        seen = await self._look(unit, application, key, caller)
        if earlier := _earlier(seen, body_hash):
            return earlier
        prepared, faults = check(application, self.edition, seen.uploaded, caller)
        if faults or prepared is None:
            detail = f"共有 {len(faults)} 处需要更正，已全部列出。"
            raise Problem(422, "invalid-application", "申请内容有误", detail, faults)
        case, filing = self._filing(application, prepared, seen, body_hash, key, caller)
        if prepared.digest not in self.kept:
            await repository.keep_compilation(unit.connection, prepared)
            unit.committed.append(lambda: self.kept.add(prepared.digest))
        if not await repository.file(unit.connection, filing):
            # Somebody filed the same at the same time and has committed since.
            if earlier := _earlier(await self._look(unit, application, key, caller), body_hash):
                return earlier
            raise RuntimeError("case number taken")
        unit.committed.append(lambda: self.starter.offer(case))
        return Filed(Receipt.of(case.case_no), new=True)

    async def _look(self, unit: Unit, application: ApplicationRequest, key: str, caller: Principal) -> Look:
        return await repository.look(
            unit.connection,
            client=caller.subject,
            key=key,
            system=_storable(application.source.system),
            number=_storable(application.source.number),
            theme=_storable(application.theme),
            digests=digests_of(application),
            holders=self._holders(application),
            licence_days=self.licence_days,
        )

    def _filing(
        self,
        application: ApplicationRequest,
        prepared: Prepared,
        seen: Look,
        body_hash: str,
        key: str,
        caller: Principal,
    ) -> tuple[CaseInput, Filing]:
        plan = prepared.compilation.plan
        received_at = datetime.now(UTC)
        day = local_date(received_at)
        case_no = case_number(plan.division, plan.theme, day, seen.number)
        case = CaseInput(
            case_no=case_no,
            plan=plan,
            calendar=self.edition.calendar_from(day),
            received_at=received_at,
            channel=Channel(application.channel),
            delivery=DeliveryMode(application.delivery.mode),
            edition=CASE_EDITION,
        )
        event = CaseEvent(seq=0, at=received_at, kind=EventKind.CASE_RECEIVED, case_status=CaseStatus.RECEIVED)
        handed_in = [
            {
                "material": item.material,
                "digest": item.digest,
                "media_type": seen.uploaded[item.digest],
                "file_name": item.name,
                "licence": licence_of(
                    self.keyring, seen.fetched, item.digest, prepared.requirements[item.material].elicence
                ),
            }
            for item in application.materials
        ]
        form = {"answers": prepared.compilation.answers, "values": application.form}
        filing = Filing(
            case_no=case_no,
            source_system=application.source.system,
            source_no=application.source.number,
            client=caller.subject,
            idempotency_key=key,
            body_hash=body_hash,
            compilation=prepared.digest,
            form=seal(self.keyring, form, case_no, Column.FORM),
            applicant=seal(self.keyring, application.applicant, case_no, Column.APPLICANT),
            delivery=seal(self.keyring, application.delivery, case_no, Column.DELIVERY),
            materials=seal(self.keyring, handed_in, case_no, Column.MATERIALS),
            theme=plan.theme,
            theme_name=plan.theme_name,
            division=plan.division,
            channel=application.channel,
            catalog_version=plan.version,
            received_at=received_at,
            delivery_mode=application.delivery.mode,
            steps=prepared.steps_json,
            event_kind=event.kind,
            event=event.model_dump_json(exclude_defaults=True),
            grace=GRACE,
            calendar=case.calendar.version,
        )
        return case, filing

    def _holders(self, application: ApplicationRequest) -> set[str]:
        applicant = application.applicant
        named = (applicant.identity_number, applicant.credit_code, *application.form.values())
        return holders_named(self.keyring, named)


def _earlier(seen: Look, body_hash: str) -> Filed | None:
    """The same filing once more gets the same answer; another content under the same key or number is refused."""
    if seen.by_key and seen.by_key.body_hash != body_hash:
        detail = "这个 Idempotency-Key 已用于另一份申请；新的申请请用新的键。"
        raise Problem(409, "idempotency-conflict", "幂等键已被使用", detail)
    if seen.by_source and seen.by_source.body_hash != body_hash:
        detail = "来源系统的这个申请编号已用于另一份内容不同的申请。"
        raise Problem(409, "source-conflict", "来源申请编号已被使用", detail)
    found = seen.by_key or seen.by_source
    return Filed(Receipt.of(found.case_no), new=False) if found else None


def _canonical(application: ApplicationRequest) -> str:
    """One text for one content, whatever the order and spacing it was sent in."""
    return json.dumps(application.model_dump(), sort_keys=True, separators=(",", ":"))


def _storable(value: str) -> str:
    """For a look-up only: text that cannot be stored was never stored."""
    return value if value.isprintable() else ""
