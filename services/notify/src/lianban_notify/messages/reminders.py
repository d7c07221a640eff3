"""What officers and the supervisor are reminded of: one state of affairs, its limits, and what is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from lianban.catalog.terms import SpecialProcedureKind
from lianban.catalog.wording import SPECIAL_PROCEDURE_ZH
from lianban.clock.limits import Light
from lianban.contracts.status import LIGHT_ZH, Cause

PROMISED: Final = "承诺时限"
LEGAL: Final = "法定时限"
DELIVERY: Final = "送达时限"
PLANNED: Final = "告知的时限"

_COPIED: Final = "本提醒同时发送督办人员。"


@dataclass(frozen=True)
class Limit:
    """``until``: its last day."""

    name: str
    until: date


@dataclass(frozen=True)
class Reminder:
    """``state`` is said, with ``limits`` beside it; ``wanted`` ends an SMS, ``advice`` a mail."""

    heading: str
    state: str
    wanted: str
    advice: str
    limits: tuple[Limit, ...] = ()


def reminder(
    light: Light | None,
    cause: Cause | None,
    due: date | None,
    legal_due: date | None,
    procedure: SpecialProcedureKind | None,
    until: date | None,
) -> Reminder:
    heading = LIGHT_ZH[light] if light in (Light.YELLOW, Light.RED) else "督办"
    match cause:
        case Cause.DEEMED:
            return Reminder(
                heading,
                state="逾期未受理，已视为受理",
                wanted="请及时办理",
                advice=f"请及时办理并说明未按期受理的原因。{_COPIED}",
            )
        case Cause.TACIT_OPINION:
            return Reminder(
                heading,
                state="逾期未反馈意见，按无异议处理（缺席默认）",
                wanted="本环节不再需要办理",
                advice="本环节不再需要办理，请说明未按期反馈意见的原因。",
            )
        case Cause.STOP_OVERRUN:
            named = f"（{SPECIAL_PROCEDURE_ZH[procedure]}）" if procedure else ""
            return Reminder(
                heading="督办",
                state=f"特别程序{named}超过告知申请人的时间仍未结束",
                wanted="请尽快结束特别程序并恢复计时",
                advice=f"请尽快结束特别程序并恢复计时，向申请人说明原因。{_COPIED}",
                limits=_known((PLANNED, until)),
            )
        case Cause.STILL_OVERDUE:
            return Reminder(
                heading,
                state="仍处于超期状态",
                wanted="请督促办理",
                advice="请督促承办部门尽快办理并说明超期原因。超期期间每个工作日提醒一次。",
                limits=_known((PROMISED, due), (LEGAL, legal_due)),
            )
        case Cause.LEGAL_OVERDUE:
            return _of_limit(heading, light, LEGAL, legal_due)
        case Cause.DELIVERY:
            return _of_limit(heading, light, DELIVERY, due, verb="送达", done="送达")
    return _of_limit(heading, light, PROMISED, due)


def _of_limit(
    heading: str, light: Light | None, name: str, until: date | None, verb: str = "办理", done: str = "办结"
) -> Reminder:
    overdue = light is Light.RED
    return Reminder(
        heading,
        state=f"已超过{name}" if overdue else f"{name}即将到期",
        wanted=f"请及时{verb}",
        advice=f"请立即{verb}并说明超期原因。{_COPIED}" if overdue else f"请在{name}内{done}。",
        limits=_known((name, until)),
    )


def _known(*limits: tuple[str, date | None]) -> tuple[Limit, ...]:
    return tuple(Limit(name, until) for name, until in limits if until)
