"""Reconciliation (对账): the staging tables against what the feed should have written there, and mending that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from lianban_intake.exchange import cursors
from lianban_intake.exchange.cursors import Settled
from lianban_intake.exchange.mapping import records_of
from lianban_intake.exchange.province import Province, Standing
from lianban_intake.exchange.reading import CaseReader
from lianban_intake.exchange.records import CaseFile
from lianban_intake.exchange.staging import TABLES, metadata

_PAGE: Final = 100
_WAITS: Final = 20
"""Times, half a second apart, a case is waited for that is being written just now."""


class Kind(StrEnum):
    MISSING = "missing"
    DIFFERENT = "different"
    SUPERFLUOUS = "superfluous"


@dataclass(frozen=True)
class Difference:
    """One row. ``columns``: what does not say what it should, by name: values are personal data."""

    kind: Kind
    case_no: str
    table: str
    seq: int
    columns: tuple[str, ...] = ()


@dataclass
class Findings:
    """``cases`` and ``records``: compared. ``waiting``: cases with something the feed has not told yet, which is no
    difference. ``unreadable``: cases of ours that cannot be read, with why. ``unsettled``: not mended, because somebody
    else was writing them all the time."""

    cases: int = 0
    records: int = 0
    waiting: int = 0
    differences: list[Difference] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    unsettled: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.differences or self.unreadable or self.unsettled)


class Reconciler:
    """Nothing is locked: the feed may run meanwhile. So of each case it is first noted how far it was told, then what
    stands at the province is read, then what is stored here, which is never behind that."""

    def __init__(self, direct: AsyncEngine, reader: CaseReader, province: Province) -> None:
        self._direct = direct
        self._reader = reader
        self._province = province

    async def compare(self, since: datetime, only: str | None = None) -> Findings:
        """What came to be since then; rows written before that may have been cleared away by the province."""
        findings = Findings()
        async with self._direct.connect() as connection:
            await cursors.notice_since(connection, since)
        async for page in self._pages(since, only):
            told = {case_no: seq for case_no, (_, seq) in page.items()}
            standing = await self._province.standing(told)
            cases, failed = await self._reader.read(told)
            findings.unreadable |= failed
            findings.cases += len(page)
            findings.waiting += sum(seq < known for known, seq in page.values())
            for case in cases:
                rows = standing.get(case.case_no, {})
                findings.records += len(rows)
                findings.differences += differences(case, told[case.case_no], rows, since)
        if only is None:
            await self._compare_unknown(since, findings)
        return findings

    async def knows(self, case_no: str) -> bool:
        """Whether the case is one of ours."""
        async with self._direct.connect() as connection:
            return not await cursors.unknown(connection, [case_no])

    async def mend(self, found: Findings) -> Findings:
        """Writes what is missing or different, and withdraws what is superfluous; what of it could not be done."""
        left = Findings(found.cases, found.records, found.waiting, unreadable=found.unreadable)
        by_case: dict[str, list[Difference]] = {}
        for each in found.differences:
            by_case.setdefault(each.case_no, []).append(each)
        for case_no, own in by_case.items():
            await self._withdraw(case_no, [each for each in own if each.kind is Kind.SUPERFLUOUS])
            wanted = {(each.table, each.seq) for each in own if each.kind is not Kind.SUPERFLUOUS}
            if wanted and not await self._rewrite(case_no, wanted):
                left.unsettled.append(case_no)
        return left

    async def _pages(self, since: datetime, only: str | None) -> AsyncIterator[Mapping[str, tuple[int, int]]]:
        after = ""
        while True:
            async with self._direct.connect() as connection:
                page = await cursors.page_since(connection, since, only, after, _PAGE)
            if not page:
                return
            yield page
            after = max(page)

    async def _compare_unknown(self, since: datetime, findings: Findings) -> None:
        """Rows of cases that are none of ours."""
        for table in TABLES:
            after = ""
            while page := await self._province.page_since(table, since, after, _PAGE):
                after = page[-1]
                async with self._direct.connect() as connection:
                    strange = await cursors.unknown(connection, page)
                for case_no, rows in (await self._province.standing(strange) if strange else {}).items():
                    findings.differences += [
                        Difference(Kind.SUPERFLUOUS, case_no, name, seq)
                        for (name, seq), row in rows.items()
                        if name == table.name and not row.withdrawn
                    ]

    async def _withdraw(self, case_no: str, superfluous: Sequence[Difference]) -> None:
        for each in superfluous:
            await self._province.withdraw(metadata.tables[each.table], [(case_no, each.seq)])

    async def _rewrite(self, case_no: str, wanted: set[tuple[str, int]]) -> bool:
        """Claimed like a case the feed writes, so that nothing newer is overwritten by something older."""
        for _ in range(_WAITS):
            async with self._direct.connect() as connection:
                claims = await cursors.claim_these(connection, [case_no])
            if claims:
                break
            await asyncio.sleep(0.5)
        else:
            return False
        [claim] = claims
        try:
            cases, _ = await self._reader.read([case_no])
            for case in cases:
                records = records_of(case.until(claim.told))
                await self._province.write({case_no: [each for each in records if each.key in wanted]})
        finally:
            async with self._direct.connect() as connection:
                await cursors.settle(connection, [Settled(case_no, claim.told, claim.attempts)])
        return bool(cases)


def differences(
    case: CaseFile, told: int, rows: Mapping[tuple[str, int], Standing], since: datetime
) -> Iterator[Difference]:
    """Between what stands at the province and what the case's events up to ``told`` yield. The feed may be further by
    now: what the latest events yield is right too. Pure."""
    latest = {each.key: each for each in records_of(case)}
    for record in records_of(case.until(told)):
        row = rows.get(record.key)
        if row is None or row.withdrawn:
            if case.recorded[record.changed] >= since:
                yield Difference(Kind.MISSING, case.case_no, *record.key)
        elif (columns := row.differing(record.values)) and row.differing(latest[record.key].values):
            yield Difference(Kind.DIFFERENT, case.case_no, *record.key, columns)
    for key, row in rows.items():
        if key not in latest and not row.withdrawn:
            yield Difference(Kind.SUPERFLUOUS, case.case_no, *key)
