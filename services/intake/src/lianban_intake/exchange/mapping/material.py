"""材料: what was handed in with the application, and with each supplement after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lianban.contracts.events import CaseEvent
from lianban.contracts.status import EventKind
from lianban_intake.exchange.records import CaseFile, Record, local, record
from lianban_intake.exchange.staging import MATERIAL

_UPLOADED: Final = "1"
_LICENCE: Final = "2"
_SUPPLEMENTED: Final = frozenset({EventKind.CASE_SUPPLEMENT_RECEIVED, EventKind.STEP_SUPPLEMENT_RECEIVED})


def records(case: CaseFile) -> list[Record]:
    found: list[Record] = []
    for event in case.events:
        if event.kind is EventKind.CASE_RECEIVED:
            found += _handed_in(case, event, case.materials)
        elif event.kind in _SUPPLEMENTED and event.act_id is not None:
            found += _handed_in(case, event, case.supplements.get(event.act_id, ()))
    return found


def _handed_in(case: CaseFile, event: CaseEvent, files: Sequence[Mapping[str, Any]]) -> list[Record]:
    """One record a material and way it came, whatever the number of its files."""
    numbers: dict[tuple[str, str], int] = {}
    for file in files:
        key = file["material"], _LICENCE if file.get("licence") else _UPLOADED
        numbers[key] = numbers.get(key, 0) + 1
    return [
        record(
            MATERIAL,
            event,
            {
                "material_code": code,
                "material_name": case.names.get(code, code),
                "get_type": way,
                "get_num": number,
                "get_time": local(event.at),
            },
            item,
        )
        for item, ((code, way), number) in enumerate(numbers.items())
    ]
