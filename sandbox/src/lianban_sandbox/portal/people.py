"""Invented citizens and companies. Their numbers are valid by form, and plainly samples to whoever reads them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from stdnum.cn import ric, uscc

_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_TOWNS: Final = ("竟陵街道", "侨乡街道", "杨林街道", "岳口镇", "皂市镇", "张港镇")
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ADULT_YEARS: Final = (22, 58)
_FEMALE, _MALE = 998, 999
_TRIES: Final = 100
_SOME_DAY: Final = date(2026, 1, 1)
"""Whose representative a company is does not change from day to day."""


@dataclass(frozen=True)
class Person:
    name: str
    identity_number: str
    birth_date: date
    female: bool
    mobile: str
    email: str


@dataclass(frozen=True)
class Company:
    name: str
    credit_code: str
    representative: Person


def person_of(identity_number: str) -> Person:
    """Whoever has that number. It says everything, so that portal and registries know the same people."""
    serial = _hash(identity_number) % 10_000
    return Person(
        name=f"测试{_pair(identity_number)}",
        identity_number=identity_number,
        birth_date=date.fromisoformat(identity_number[6:14]),
        female=int(identity_number[16]) % 2 == 0,
        mobile=f"1990000{serial:04d}",
        email=f"ceshi{serial:04d}@example.com",
    )


def company_of(credit_code: str) -> Company:
    """The company of that code, and who represents it."""
    representative = Registry(Random(credit_code), _SOME_DAY).adult()
    return Company(f"天门样例{_pair(credit_code)}商贸有限公司", credit_code, representative)


class Registry:
    """Invents people and companies, each once."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng
        self._today = today
        self._names: set[str] = set()

    def adult(self, female: bool | None = None) -> Person:
        years = self._rng.randint(*_ADULT_YEARS)
        return self._person(years * 365, years * 365 + 364, female)

    def child(self, years: int, female: bool | None = None) -> Person:
        """Of that age; 0 is a new-born of one to five weeks."""
        days = (7, 35) if years == 0 else (years * 366, years * 366 + 300)
        return self._person(*days, female)

    def company(self) -> Company:
        # 91: a company registered with market supervision; 0000 opens no organisation code that has been given out.
        organisation = f"0000{self._rng.randrange(10_000):04d}"
        organisation += _organisation_check(organisation)
        code = f"91429006{organisation}"
        return company_of(code + uscc.calc_check_digit(code))

    def address(self) -> str:
        return f"湖北省天门市{self._rng.choice(_TOWNS)}示范路{self._rng.randint(1, 299)}号（样例）"

    def serial(self, digits: int = 10) -> str:
        return "SB" + "".join(self._rng.choices("0123456789", k=digits))

    def _person(self, least: int, most: int, female: bool | None) -> Person:
        """Born so many days ago, of another name than those before, as long as there are any."""
        if female is None:
            female = self._rng.random() < 0.5
        for _ in range(_TRIES):
            # Sequence numbers 996 to 999 were kept for centenarians: nobody born since 1960 has one.
            born = self._day(least, most)
            number = f"{_place(born.year)}{born:%Y%m%d}{_FEMALE if female else _MALE}"
            person = person_of(number + ric.calc_check_digit(number + "0"))
            if person.name not in self._names:
                break
        self._names.add(person.name)
        return person

    def _day(self, least: int, most: int) -> date:
        return self._today - timedelta(days=self._rng.randint(least, most))


def _place(year: int) -> str:
    """Code of Tianmen in the year of birth: it has been a county, a city of Jingzhou, and the province's own."""
    if year <= 1986:
        return "422428"
    return "422404" if year <= 1993 else "429006"


def _organisation_check(code: str) -> str:
    """Check character of an organisation code of digits (GB 11714)."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(code, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def _pair(number: str) -> str:
    """Two characters of the sexagenary kind, made of the number."""
    drawn = _hash(number)
    return _STEMS[drawn % len(_STEMS)] + _BRANCHES[drawn // len(_STEMS) % len(_BRANCHES)]


def _hash(number: str) -> int:
    return int.from_bytes(hashlib.sha256(number.encode()).digest()[:8], "big")
