"""Invented citizens and companies. Their numbers are valid by form, and plainly samples to whoever reads them."""

from __future__ import annotations

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


class Registry:
    """Invents people and companies, each once."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng
        self._today = today
        self._names: set[str] = set()

    def adult(self, female: bool | None = None) -> Person:
        years = self._rng.randint(*_ADULT_YEARS)
        return self._person(self._day(years * 365, years * 365 + 364), female)

    def child(self, years: int, female: bool | None = None) -> Person:
        """Of that age; 0 is a new-born of one to five weeks."""
        days = (7, 35) if years == 0 else (years * 366, years * 366 + 300)
        return self._person(self._day(*days), female)

    def company(self) -> Company:
        # 91: a company registered with market supervision; 0000 opens no organisation code that has been given out.
        organisation = f"0000{self._rng.randrange(10_000):04d}"
        organisation += _organisation_check(organisation)
        code = f"91429006{organisation}"
        return Company(f"天门样例{self._pair()}商贸有限公司", code + uscc.calc_check_digit(code))

    def address(self) -> str:
        return f"湖北省天门市{self._rng.choice(_TOWNS)}示范路{self._rng.randint(1, 299)}号（样例）"

    def serial(self, digits: int = 10) -> str:
        return "SB" + "".join(self._rng.choices("0123456789", k=digits))

    def _person(self, born: date, female: bool | None) -> Person:
        if female is None:
            female = self._rng.random() < 0.5
        # Sequence numbers 996 to 999 were kept for centenarians: nobody born since 1960 has one.
        number = f"{_place(born.year)}{born:%Y%m%d}{_FEMALE if female else _MALE}"
        serial = self._rng.randrange(10_000)
        return Person(
            name=f"测试{self._pair()}",
            identity_number=number + ric.calc_check_digit(number + "0"),
            birth_date=born,
            female=female,
            mobile=f"1990000{serial:04d}",
            email=f"ceshi{serial:04d}@example.com",
        )

    def _pair(self) -> str:
        """Two characters of the sexagenary kind; another pair each time, as long as there are any."""
        for _ in range(100):
            pair = self._rng.choice(_STEMS) + self._rng.choice(_BRANCHES)
            if pair not in self._names:
                break
        self._names.add(pair)
        return pair

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
