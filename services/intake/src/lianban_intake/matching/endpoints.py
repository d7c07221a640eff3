"""``/v1/facts`` and ``/v1/themes/match``: public, no token needed."""

from __future__ import annotations

from fastapi import APIRouter

from lianban_intake.dependencies import CurrentEdition
from lianban_intake.matching import service
from lianban_intake.matching.schemas import MatchedThemes, StatedFacts, Vocabulary

router = APIRouter(prefix="/v1", tags=["服务对象"])


@router.get(
    "/facts", summary="可以说明的情况", description="按服务对象列出各项情况的代码、名称和可选的内容，供匹配主题时填写。"
)
async def list_facts(edition: CurrentEdition) -> Vocabulary:
    return Vocabulary.of(edition.catalog)


@router.post(
    "/themes/match",
    summary="按情况找适合的主题（不保存所填情况）",
    description="答复适合的主题和理由，以及还需说明哪些情况才能确定的主题。不保存所填情况。",
)
async def match(stated: StatedFacts, edition: CurrentEdition) -> MatchedThemes:
    return MatchedThemes.of(edition.catalog, service.match(edition, stated))
