"""Texts of messages, from the templates beside this file: one a kind, with the blocks ``sms``, ``subject``, ``body``.

A text is the same every time it is made for the same message: gateways refuse another text under a known key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from lianban.catalog.terms import DeliveryMode
from lianban.clock.limits import Light
from lianban.contracts.status import LIGHT_ZH, OUTCOME_ZH, Cause, MessageKind, Outcome


@dataclass(frozen=True)
class Text:
    sms: str
    subject: str
    body: str


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
    outcome: Outcome | None = None
    mode: DeliveryMode | None = None
    results: tuple[str, ...] = ()
    waybill_no: str | None = None
    at_once: bool = False
    """Finished with being decided: nothing was told of the decision before."""


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


class Limit(NamedTuple):
    """What a light is about: the limit's name, its last day, and what is asked for."""

    name: str
    until: date | None
    wanted: str


def limit(cause: Cause | None, due: date | None, legal_due: date | None) -> Limit:
    match cause:
        case Cause.LEGAL_OVERDUE:
            return Limit("法定时限", legal_due, "办理")
        case Cause.DELIVERY:
            return Limit("送达时限", due, "送达")
    return Limit("承诺时限", due, "办理")


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
        environment.globals |= {"house": house, "LIGHT_ZH": LIGHT_ZH, "OUTCOME_ZH": OUTCOME_ZH, "limit": limit}
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
