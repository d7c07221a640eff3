"""What registries and the library know of one holder. Nothing is stored: the number says it all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from lianban.catalog.terms import Audience
from lianban_sandbox import documents
from lianban_sandbox.portal.people import Person, Registry, company_of, person_of
from lianban_sandbox.portal.values import Values

_DIVISION: Final = "429006001"
_OF_AGE: Final = 18 * 366
_CHILD: Final = "child_"


class Holder(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    type: Audience
    identity: str = Field(pattern=r"^[0-9A-Z]{18}$", repr=False)


class Record:
    """A company's people are its representative; whoever is of age has a new-born child."""

    def __init__(self, holder: Holder, today: date) -> None:
        self._holder = holder
        self._today = today
        self.registry = Registry(Random(holder.identity), today)
        self.address = self.registry.address()
        if holder.type is Audience.COMPANY:
            self.company = company_of(holder.identity)
            self.person = self.company.representative
        else:
            self.company = self.registry.company()
            self.person = person_of(holder.identity)
        self._child = self.registry.child(0)

    def of(self, code: str) -> Person:
        grown = (self._today - self.person.birth_date).days > _OF_AGE
        return self._child if code.startswith(_CHILD) and grown else self.person

    def values(self, elements: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """A value for each element, that its schema lets pass; the same whatever else is asked."""
        return {
            code: Values(self, Random(f"{self._holder.identity} {code}"), self._today, _DIVISION).value(code, field)
            for code, field in elements.items()
        }

    def licence(self, kind: str, name: str) -> tuple[str, bytes]:
        """Number and file (PDF)."""
        mark = hashlib.sha256(f"{kind} {self._holder.identity}".encode()).hexdigest()
        number = f"SB{mark[:12].upper()}"
        owner = self.company.name if self._holder.type is Audience.COMPANY else self.person.name
        lines = [f"持证人：{owner}", f"证照编号：{number}", "本证照由沙箱生成，仅供演示和测试，不具有法律效力。"]
        return number, documents.pdf(name or kind, lines)
