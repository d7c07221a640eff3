"""A holder's question (个人信息保护法 art. 45): who asked about me, and by whose consent. Each is logged."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.catalog.models import Catalog
from lianban.clock.deadlines import SHANGHAI
from lianban.platform.auth import Principal
from lianban.platform.crypto import Keyring
from lianban.platform.problems import Problem
from lianban_intake.prefill.holders import holder_index
from lianban_intake.prefill.schemas import LoggedQuestion, Looked, LookupRequest
from lianban_intake.prefill.service import ANSWERED
from lianban_intake.prefill.tables import PrefillConsent, PrefillLookup, PrefillQuery
from lianban_intake.prefill.validation import check_identity

SHOWN: Final = 500

_ROLE_ZH: Final = {"portal": "门户", "window": "综窗"}
_GIVEN_BY_ZH: Final = {"self": "本人", "guardian": "监护人", "relative": "近亲属", "agent": "代理人"}
_OUTCOME_ZH: Final = {
    ANSWERED: "已取得",
    "not-held": "没有记录",
    "unavailable": "未能查询",
    "not-connected": "尚未接入，未查询",
    None: "结果未记录",
}


async def look_up(
    engine: AsyncEngine, keyring: Keyring, catalog: Catalog, request: LookupRequest, caller: Principal
) -> Looked:
    """Raises the problem 422 ``invalid-lookup``; nothing is read then."""
    if faults := list(check_identity("", request)):
        raise Problem(422, "invalid-lookup", "查询请求有误", "没有查询任何信息。", faults)
    holder = holder_index(keyring, request.type, request.identity)
    query = (
        select(
            PrefillQuery.at,
            PrefillQuery.kind,
            PrefillQuery.source,
            PrefillQuery.asked,
            PrefillQuery.matters,
            PrefillQuery.outcome,
            PrefillConsent.asked_by,
            PrefillConsent.role,
            PrefillConsent.theme,
            PrefillConsent.division,
            PrefillConsent.subjects,
            PrefillConsent.given_by,
            PrefillConsent.given_at,
            PrefillConsent.text_version,
        )
        .join(PrefillConsent, PrefillConsent.id == PrefillQuery.consent)
        .where(PrefillConsent.holder == holder)
        .order_by(PrefillQuery.id.desc())
        .limit(SHOWN + 1)
    )
    async with engine.begin() as connection:  # read and written down together, or neither
        await connection.execute(
            insert(PrefillLookup).values(subject=caller.subject, holder=holder, purpose=request.purpose)
        )
        rows = (await connection.execute(query)).mappings().all()
    return Looked(questions=tuple(_told(catalog, row) for row in rows[:SHOWN]), more=len(rows) > SHOWN)


def _told(catalog: Catalog, row: RowMapping) -> LoggedQuestion:
    theme = _name(catalog.themes, row["theme"])
    licence = row["kind"] == "licence"
    source = _name(catalog.licences if licence else catalog.registries, row["source"])
    asked = "、".join(_name(catalog.materials if licence else catalog.elements, code) for code in row["asked"])
    when = row["at"].astimezone(SHANGHAI)
    action = f"从电子证照库调取{source}（用作{asked}）" if licence else f"向{source}查询{asked}"
    given_by = _GIVEN_BY_ZH.get(row["given_by"], row["given_by"])
    summary = (
        f"{when.year}年{when.month}月{when.day}日{when:%H:%M}，{_ROLE_ZH.get(row['role'], row['role'])}"
        f"（{row['asked_by']}）为办理“{theme}”，经{given_by}同意，{action}：{_OUTCOME_ZH[row['outcome']]}"
    )
    return LoggedQuestion(**row, summary=summary, theme_name=theme, source_name=source)


def _name(section: Any, code: str) -> str:
    """A code the catalogue no longer has stands for itself."""
    entry = section.get(code)
    return str(entry.name) if entry is not None else code
