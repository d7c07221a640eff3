"""Reading cases as the mapping needs them: what is stored, opened, and the departments' statements."""

from __future__ import annotations

import logging
from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.catalog.plan import Plan
from lianban.catalog.terms import DeliveryMode
from lianban.contracts.documents import ActDocument
from lianban.contracts.events import CaseEvent
from lianban.platform.crypto import Keyring
from lianban.platform.objects import ObjectStore
from lianban_intake.dossiers.cut import DossierCut
from lianban_intake.exchange.records import CaseFile
from lianban_intake.sealed import Column, unseal, unseal_supplement
from lianban_intake.supplements.corrections import Corrections

_REMEMBERED: Final = 256

_CASES: Final = text("""
SELECT c.case_no, c.received_at, c.delivery_mode, a.compilation, a.applicant, a.materials,
    e.events, e.recorded,
    (SELECT coalesce(json_object_agg(d.seq, d.number), '{}') FROM intake.official_documents AS d
     WHERE d.case_no = c.case_no) AS numbers,
    (SELECT coalesce(json_object_agg(s.act_id, encode(s.content, 'base64')), '{}') FROM intake.supplements AS s
     WHERE s.case_no = c.case_no) AS supplements
FROM intake.cases AS c
JOIN intake.applications AS a ON a.case_no = c.case_no
CROSS JOIN LATERAL (
    SELECT json_agg(body ORDER BY seq) AS events, array_agg(recorded_at ORDER BY seq) AS recorded
    FROM intake.events WHERE case_no = c.case_no
) AS e
WHERE c.case_no = ANY(:case_nos)
""")
_COMPILATIONS: Final = text("SELECT digest, plan, dossiers FROM intake.compilations WHERE digest = ANY(:digests)")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Compiled:
    plan: Plan
    names: Mapping[str, str]


class CaseReader:
    """One for the process: it remembers compilations, for thousands of cases share a handful."""

    def __init__(self, direct: AsyncEngine, objects: ObjectStore, keyring: Keyring) -> None:
        self._direct = direct
        self._objects = objects
        self._keyring = keyring
        self._compiled: dict[str, _Compiled] = {}

    async def read(self, case_nos: Collection[str]) -> tuple[list[CaseFile], dict[str, str]]:
        """Those that could be read; and of the others, why not."""
        async with self._direct.connect() as connection:
            rows = (await connection.execute(_CASES, {"case_nos": list(case_nos)})).all()
            missing = {row.compilation for row in rows} - self._compiled.keys()
            if missing:
                self._remember((await connection.execute(_COMPILATIONS, {"digests": list(missing)})).all())
        read, failed = [], {}
        for row in rows:
            try:
                read.append(await self._case(row))
            except Exception as error:
                # Of a newer release, damaged, or a file missing. What stands there is not logged.
                failed[row.case_no] = type(error).__name__
                _log.error("a case cannot be read", extra={"case_no": row.case_no, "cause": type(error).__name__})
        if len(self._compiled) > _REMEMBERED:
            self._compiled.clear()
        return read, failed

    def _remember(self, rows: Iterable[Row[Any]]) -> None:
        for row in rows:
            cut = DossierCut.model_validate(row.dossiers)
            names = {code: material.name for code, material in cut.materials.items()}
            self._compiled[row.digest] = _Compiled(Plan.model_validate(row.plan), names)

    async def _case(self, row: Row[Any]) -> CaseFile:
        events = [CaseEvent.model_validate(body) for body in row.events]
        whole = without_gap(events)
        compiled = self._compiled[row.compilation]
        digests = {event.document for event in whole if event.document}
        return CaseFile(
            case_no=row.case_no,
            received_at=row.received_at,
            delivery_mode=DeliveryMode(row.delivery_mode),
            plan=compiled.plan,
            names=compiled.names,
            numbers={int(seq): number for seq, number in row.numbers.items()},
            events=whole,
            recorded=row.recorded[: len(whole)],
            latest=events[-1].seq,
            applicant=unseal(self._keyring, row.applicant, row.case_no, Column.APPLICANT),
            materials=unseal(self._keyring, row.materials, row.case_no, Column.MATERIALS),
            supplements={act_id: self._files(act_id, content) for act_id, content in row.supplements.items()},
            acts={digest: ActDocument.model_validate_json(await self._objects.get(digest)) for digest in digests},
        )

    def _files(self, act_id: str, content: str) -> Sequence[Mapping[str, Any]]:
        found = unseal_supplement(self._keyring, b64decode(content), act_id)
        return Corrections.model_validate(found).materials


def without_gap(events: Sequence[CaseEvent]) -> list[CaseEvent]:
    """From the first up to where one is still on its way: a case's events have no gaps, but may be late."""
    return [event for position, event in enumerate(events) if event.seq == position]
