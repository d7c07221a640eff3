"""The list of all guides: grouped by area, narrowed by area, life stage, audience and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lianban.catalog.models import Catalog, Theme
from lianban.catalog.terms import Review
from lianban.catalog.wording import AUDIENCE_ZH, promised_zh

_WORDS_LENGTH: Final = 50
_SHORT: Final = 4


@dataclass(frozen=True)
class Card:
    """One theme in the list. ``text``: what words are looked for in."""

    code: str
    name: str
    area: str
    stage: str
    audience: str
    summary: str
    lead: str
    departments: int
    matters: int
    promised: str
    drafted: bool
    text: str

    @classmethod
    def of(cls, catalog: Catalog, theme: Theme) -> Card:
        matters = [catalog.matters[step.matter] for step in theme.steps]
        departments = dict.fromkeys([theme.lead, *(matter.department for matter in matters)])
        names = [catalog.departments[code].name for code in departments]
        found = [theme.code, theme.name, theme.area, theme.stage, theme.summary, *names]
        return cls(
            code=theme.code,
            name=theme.name,
            area=theme.area,
            stage=theme.stage,
            audience=AUDIENCE_ZH[theme.audience],
            summary=theme.summary,
            lead=catalog.departments[theme.lead].name,
            departments=len(departments),
            matters=len(matters),
            promised=promised_zh(theme.limit),
            drafted=theme.review is Review.DRAFTED,
            text=" ".join([*found, *(matter.name for matter in matters)]).lower(),
        )

    def speaks_of(self, word: str) -> bool:
        """Says the word, or has in its name every character of it: people say 开店, 社保卡."""
        return word in self.text or (1 < len(word) <= _SHORT and set(word) <= set(self.name.lower()))


@dataclass(frozen=True)
class Narrowing:
    """What a reader looks for. Empty: anything."""

    words: str = ""
    area: str = ""
    stage: str = ""
    audience: str = ""

    def fits(self, card: Card) -> bool:
        return (
            self.area in ("", card.area)
            and self.stage in ("", card.stage)
            and self.audience in ("", card.audience)
            and all(card.speaks_of(word) for word in self.words.lower()[:_WORDS_LENGTH].split())
        )


@dataclass(frozen=True)
class Index:
    cards: tuple[Card, ...]

    @classmethod
    def of(cls, catalog: Catalog) -> Index:
        themes = sorted(catalog.themes.values(), key=lambda theme: theme.place)
        return cls(tuple(Card.of(catalog, theme) for theme in themes))

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(card.area for card in self.cards))

    @property
    def stages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(card.stage for card in self.cards))

    @property
    def audiences(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(card.audience for card in self.cards))

    def offers(self, narrowing: Narrowing) -> bool:
        """Whether the page itself leads there. There are only so many of these, and no end of words."""
        return (
            not narrowing.words
            and narrowing.area in ("", *self.areas)
            and narrowing.stage in ("", *self.stages)
            and narrowing.audience in ("", *self.audiences)
        )

    def groups(self, narrowing: Narrowing) -> dict[str, list[Card]]:
        """Area → the cards that fit; areas without any are left out."""
        found: dict[str, list[Card]] = {}
        for card in self.cards:
            if narrowing.fits(card):
                found.setdefault(card.area, []).append(card)
        return found
