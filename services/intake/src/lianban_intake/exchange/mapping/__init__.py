"""From a case's events to the records of the staging tables. Pure: the same events yield the same records."""

from __future__ import annotations

from lianban_intake.exchange.mapping import accept, material, process, result, special
from lianban_intake.exchange.records import CaseFile, Record


def records_of(case: CaseFile) -> list[Record]:
    """Everything the events so far have to be told by, in the order it came about. A record's key never changes; a
    special procedure's is told anew when it ends."""
    found: list[Record] = []
    for part in (accept, process, special, material, result):
        found += part.records(case)
    return sorted(found, key=lambda each: each.seq)
