"""Supplements as applicants read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Row

from lianban.contracts.documents import ActDocument, MissingItem
from lianban.contracts.events import CaseEvent
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.platform.crypto import Keyring
from lianban_intake.cases.moves import day_zh
from lianban_intake.cases.service import ACCEPTANCE_ZH, due_of
from lianban_intake.sealed import unseal_supplement
from lianban_intake.supplements.corrections import Corrections
from lianban_intake.supplements.repository import CaseStanding
from lianban_intake.supplements.requests import Request
from lianban_intake.supplements.schemas import (
    ElementHandedIn,
    HandedInShown,
    ItemAsked,
    MaterialHandedIn,
    RequestShown,
    SupplementAnswer,
    SupplementList,
)
from lianban_intake.supplements.states import STATE_ZH, SupplementState
from lianban_intake.supplements.validation import Compiled


def answer_of(row: Row[Any], standing: CaseStanding) -> SupplementAnswer:
    """``row``: with the ``body`` of the event by which the case took it."""
    state = SupplementState(row.state)
    return SupplementAnswer(
        case_no=row.case_no,
        step=row.step,
        step_name=_step_name(row.step, standing),
        state=state,
        state_zh=STATE_ZH[state],
        handed_in_at=row.handed_in_at,
        due=due_of(CaseEvent.model_validate(row.body).due) if row.body else None,
    )


def list_of(
    case_no: str,
    standing: CaseStanding,
    compiled: Compiled,
    asked: Iterable[tuple[Request, ActDocument]],
    rows: Iterable[Row[Any]],
    keyring: Keyring,
) -> SupplementList:
    return SupplementList(
        case_no=case_no,
        requests=tuple(_request(request, document, standing, compiled) for request, document in asked),
        handed_in=tuple(_handed_in(row, standing, compiled, keyring) for row in rows),
    )


def _request(request: Request, document: ActDocument, standing: CaseStanding, compiled: Compiled) -> RequestShown:
    until = request.event.until
    deadline = f"请于{day_zh(until)}前（含当日）" if until else "请"
    return RequestShown(
        step=request.step,
        step_name=_step_name(request.step, standing),
        requested_at=request.event.at,
        until=until,
        reason=document.reason,
        items=tuple(item for missing in document.missing for item in _items(missing, compiled)),
        text_zh=f"{deadline}一次提交以下全部补正内容；补正期间不计入办理时限，逾期未补正的，终止办理。",
    )


def _items(missing: MissingItem, compiled: Compiled) -> Iterator[ItemAsked]:
    if missing.element is not None:
        name = compiled.element(missing.element)
        yield ItemAsked(element=missing.element, material=None, name=name, note=missing.note)
    if missing.material is not None:
        name = compiled.material(missing.material)
        yield ItemAsked(element=None, material=missing.material, name=name, note=missing.note)


def _handed_in(row: Row[Any], standing: CaseStanding, compiled: Compiled, keyring: Keyring) -> HandedInShown:
    content = Corrections.model_validate(unseal_supplement(keyring, row.content, row.act_id))
    files = Counter(file["material"] for file in content.materials)
    state = SupplementState(row.state)
    return HandedInShown(
        step=row.step,
        step_name=_step_name(row.step, standing),
        handed_in_at=row.handed_in_at,
        state=state,
        state_zh=STATE_ZH[state],
        elements=tuple(ElementHandedIn(element=code, name=compiled.element(code)) for code in content.form),
        materials=tuple(
            MaterialHandedIn(material=code, name=compiled.material(code), files=count) for code, count in files.items()
        ),
        refusal=row.refusal_detail,
        rule=row.refusal_rule,
    )


def _step_name(step: str, standing: CaseStanding) -> str:
    return ACCEPTANCE_ZH if step == ACCEPTANCE_STEP else standing.names.get(step, step)
