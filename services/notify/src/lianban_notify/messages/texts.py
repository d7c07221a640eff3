"""Texts of messages, from the templates beside this file: one a kind, with the blocks ``sms``, ``subject``, ``body``.

A text is the same every time it is made for the same message: gateways refuse another text under a known key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from lianban.catalog.terms import DeliveryMode, SpecialProcedureKind
from lianban.catalog.wording import SPECIAL_PROCEDURE_ZH
from lianban.clock.limits import Light
from lianban.contracts.status import OUTCOME_ZH, Cause, MessageKind, Outcome
from lianban_notify.messages.reminders import reminder


@dataclass(frozen=True)
class Text:
    sms: str
    subject: str
    body: str


@dataclass(frozen=True)
class Written:
    """An official document that goes with a message. ``link``: where the applicant, signed in, finds it."""

    title: str
    number: str
    link: str | None = None


@dataclass(frozen=True)
class Facts:
    """What a text may speak of. No personal data: texts are read on screens in public places."""

    case_no: str
    theme_name: str
    step_name: str | None = None
    light: Light | None = None
    cause: Cause | None = None
    due: date | None = None
    legal_due: date | None = None
    procedure: SpecialProcedureKind | None = None
    days: int | None = None
    until: date | None = None
    outcome: Outcome | None = None
    mode: DeliveryMode | None = None
    results: tuple[str, ...] = ()
    waybill_no: str | None = None
    at_once: bool = False
    """Finished with being decided: nothing was told of the decision before."""
    documents: tuple[Written, ...] = ()


@dataclass(frozen=True)
class House:
    """Who speaks."""

    organisation: str
    hotline: str
    pickup_place: str


def zh_date(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def quoted(name: str) -> str:
    """In quotation marks; those within become single ones (GB/T 15834-2011, 4.8)."""
    return f"“{name.replace('“', '‘').replace('”', '’')}”"


def procedure_zh(procedure: SpecialProcedureKind | None) -> str:
    return SPECIAL_PROCEDURE_ZH[procedure] if procedure else "特别程序"


class Texts:
    def __init__(self, house: House) -> None:
        self._signature = f"【{house.organisation}】"  # what operators demand of every SMS
        environment = Environment(
            loader=PackageLoader("lianban_notify.messages"),
            autoescape=False,  # plain text
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"zh_date": zh_date, "quoted": quoted}
        environment.globals |= {"house": house, "OUTCOME_ZH": OUTCOME_ZH}
        environment.globals |= {"reminder": reminder, "procedure_zh": procedure_zh}
        self._templates = {kind: environment.get_template(f"{kind.value}.j2") for kind in MessageKind}

    def of(self, kind: MessageKind, facts: Facts) -> Text:
        template = self._templates[kind]
        return Text(
            sms=self._signature + _one_line(_block(template, "sms", facts)),
            subject=_one_line(_block(template, "subject", facts)),
            body=_block(template, "body", facts).strip() + "\n",
        )


def _block(template: Template, name: str, facts: Facts) -> str:
    return "".join(template.blocks[name](template.new_context(vars(facts))))


def _one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())
