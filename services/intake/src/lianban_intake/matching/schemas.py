"""What is stated, and what is found by it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from lianban.catalog.eligibility import Match, Matches
from lianban.catalog.facts import facts_of
from lianban.catalog.models import Catalog, Fact, FactOption
from lianban.catalog.terms import Audience, FactType
from lianban.catalog.wording import AUDIENCE_ZH
from lianban_intake.themes.schemas import Shown, ThemeBrief, within_codes


class StatedFacts(BaseModel):
    """Facts by code, as ``GET /v1/facts`` lists them. What is not known or not to be told is left out."""

    model_config = ConfigDict(extra="forbid")

    audience: Audience = Field(description="服务对象：person 自然人，company 法人和其他组织")
    facts: Annotated[dict[str, JsonValue], AfterValidator(within_codes)] = Field(
        default_factory=dict, max_length=100, description="情况的代码 → 内容，见 GET /v1/facts；不知道、不愿说的不填"
    )


class ShownFact(Shown):
    """``options``: of a choice; ``minimum``, ``maximum``: of an integer."""

    code: str
    name: str
    type: FactType
    options: tuple[FactOption, ...]
    minimum: int | None
    maximum: int | None

    @classmethod
    def of(cls, fact: Fact) -> ShownFact:
        return cls(
            code=fact.code,
            name=fact.name,
            type=fact.type,
            options=fact.options,
            minimum=fact.minimum,
            maximum=fact.maximum,
        )


class AudienceFacts(Shown):
    audience: Audience
    audience_zh: str
    facts: tuple[ShownFact, ...]


class Vocabulary(Shown):
    audiences: tuple[AudienceFacts, ...]

    @classmethod
    def of(cls, catalog: Catalog) -> Vocabulary:
        return cls(
            audiences=tuple(
                AudienceFacts(
                    audience=audience,
                    audience_zh=AUDIENCE_ZH[audience],
                    facts=tuple(ShownFact.of(fact) for fact in facts_of(catalog, audience)),
                )
                for audience in Audience
            )
        )


class FittingTheme(Shown):
    """``why``: the rules that hold, in words; for a theme that fits, all of its rules."""

    theme: ThemeBrief
    why: tuple[str, ...]


class PossibleTheme(FittingTheme):
    """``open``: the rules that cannot be told yet, in words; ``missing``: the facts to state for it."""

    open: tuple[str, ...]
    missing: tuple[ShownFact, ...]

    @classmethod
    def of(cls, catalog: Catalog, match: Match) -> PossibleTheme:
        return cls(
            theme=ThemeBrief.of(catalog, match.theme),
            why=match.why,
            open=match.open,
            missing=tuple(ShownFact.of(fact) for fact in match.missing),
        )


class MatchedThemes(Shown):
    """``perhaps`` begins with the themes that lack least."""

    fits: tuple[FittingTheme, ...]
    perhaps: tuple[PossibleTheme, ...]

    @classmethod
    def of(cls, catalog: Catalog, matches: Matches) -> MatchedThemes:
        return cls(
            fits=tuple(
                FittingTheme(theme=ThemeBrief.of(catalog, match.theme), why=match.why) for match in matches.fits
            ),
            perhaps=tuple(PossibleTheme.of(catalog, match) for match in matches.perhaps),
        )
