"""Tells the province what has happened: a loop of its own that reads what is stored, so nothing in a case's path waits.

Per case in the order of its events, and only up to where one is still on its way. Written first and settled then: what
is cut off in between is written again, which changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from lianban_intake.exchange import cursors
from lianban_intake.exchange.cursors import Claim, Settled
from lianban_intake.exchange.mapping import records_of
from lianban_intake.exchange.province import Province, is_of_the_data
from lianban_intake.exchange.reading import CaseReader
from lianban_intake.exchange.records import CaseFile, Record

BATCH: Final = 50
_PAUSE: Final = (1.0, 300.0)  # seconds after a failure: first, longest
_LONGEST_DELAY: Final = 300.0  # seconds until a case that failed is tried again
_GAP_DELAY: Final = 30.0  # the longest where only an event is awaited
_GIVE_UP: Final = 3  # cases failing one after the other: then it is not the cases
_GAP: Final = "gap"

_log = logging.getLogger(__name__)


class ProvinceRefuses(Exception):
    """It fails on whatever it is told."""


class Feed:
    """``run`` until cancelled. Any number may run; the province may be down meanwhile. ``poll`` in seconds."""

    def __init__(self, direct: AsyncEngine, reader: CaseReader, province: Province, poll: float) -> None:
        self._direct = direct
        self._reader = reader
        self._province = province
        self._poll = poll

    async def run(self) -> None:
        pause = _PAUSE[0]
        while True:
            try:
                await self.run_once()
            except Exception as error:
                # Its text may name what was written.
                _log.warning("the province is not told; tried again", extra={"cause": type(error).__name__})
                await asyncio.sleep(pause)
                pause = min(pause * 2, _PAUSE[1])
            else:
                pause = _PAUSE[0]
                await asyncio.sleep(self._poll)

    async def run_once(self) -> int:
        """Everything there is to tell; number of cases taken up. Raises when the province or the database is away."""
        async with self._direct.connect() as connection:
            await cursors.notice(connection)
        taken = 0
        while True:
            async with self._direct.connect() as connection:
                claims = await cursors.claim(connection, BATCH)
            if claims:
                await self._tell(claims)
            taken += len(claims)
            if len(claims) < BATCH:
                return taken

    async def _tell(self, claims: Sequence[Claim]) -> None:
        left = {claim.case_no: claim for claim in claims}
        try:
            cases, failed = await self._reader.read(left)
            settled = [_postponed(left.pop(case_no), cause) for case_no, cause in failed.items()]
            records = {case.case_no: _untold(case, left[case.case_no].told) for case in cases}
            written = await self._write(records)
            for case in cases:
                if case.case_no in written:
                    claim, cause = left.pop(case.case_no), written[case.case_no]
                    settled.append(_postponed(claim, cause) if cause else _settled(case, claim))
            await self._settle(settled)
        finally:
            if left:
                # Their claim ends by itself, but nobody has to wait for that; and they have not failed.
                await asyncio.shield(self._settle([_freed(claim) for claim in left.values()]))
        if len(written) < len(records):
            raise ProvinceRefuses(f"{_GIVE_UP} cases in a row")

    async def _write(self, records: Mapping[str, Sequence[Record]]) -> Mapping[str, str | None]:
        """Cases that were tried, with why the province did not take one. One among many may be what it fails on: the
        others do not wait."""
        try:
            await self._province.write(records)
        except Exception as error:
            if not is_of_the_data(error):
                raise
            _log.warning("the province did not take a batch; its cases are told one by one")
        else:
            return dict.fromkeys(records)
        tried: dict[str, str | None] = {}
        for case_no, own in records.items():
            tried[case_no] = await self._write_one(case_no, own)
            if len(tried) >= _GIVE_UP and all(list(tried.values())[-_GIVE_UP:]):
                break
        return tried

    async def _write_one(self, case_no: str, records: Sequence[Record]) -> str | None:
        try:
            await self._province.write({case_no: records})
        except Exception as error:
            cause = type(error).__name__
            _log.error("the province did not take a case", extra={"case_no": case_no, "cause": cause})
            return cause
        return None

    async def _settle(self, settled: Sequence[Settled]) -> None:
        async with self._direct.connect() as connection:
            await cursors.settle(connection, settled)


def _untold(case: CaseFile, told: int) -> list[Record]:
    return [record for record in records_of(case) if record.changed > told]


def _settled(case: CaseFile, claim: Claim) -> Settled:
    told = case.events[-1].seq if case.events else claim.told
    if told < case.latest:  # an event before the latest is on its way: it is looked for again
        return Settled(claim.case_no, told, claim.attempts, min(2.0**claim.attempts, _GAP_DELAY), _GAP)
    return Settled(claim.case_no, told)


def _postponed(claim: Claim, cause: str) -> Settled:
    return Settled(claim.case_no, claim.told, claim.attempts, min(2.0**claim.attempts, _LONGEST_DELAY), cause)


def _freed(claim: Claim) -> Settled:
    return Settled(claim.case_no, claim.told, claim.attempts - 1)
