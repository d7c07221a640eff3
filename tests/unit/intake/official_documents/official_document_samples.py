"""A case of a restaurant, one event of it for each kind of official document."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fixtures.catalogues import city_catalog
from lianban.catalog.compiler import compile_theme
from lianban.catalog.terms import DeliveryMode, SpecialProcedureKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.facts import ClockFacts, Stop, dates
from lianban.clock.files import load_calendar
from lianban.clock.limits import TimeLimit, Unit
from lianban.contracts.documents import ActDocument, ActResult, MissingItem, NotAcceptedGround
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.status import CaseStatus, Decision, DeliveryState, EventKind, Role, StepState
from lianban_intake.dossiers.cut import DossierCut, cut_of
from lianban_intake.official_documents.kinds import NUMBER_WORD, DocumentKind, document_kind
from lianban_intake.official_documents.record import CaseRecord

FOLDER = Path(__file__).parents[4] / "catalog"
CASE_NO = "429006B4202609280000123"
STEP = "food-business-licence"
START = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)  # 09:30 in Tianmen, three days before the National Day
LIMIT = TimeLimit(unit=Unit.WORKING_DAYS, promised=5, legal=10)


@cache
def calendar() -> CalendarSnapshot:
    return load_calendar(FOLDER / "calendars")


@cache
def compiled() -> tuple[Any, DossierCut]:
    catalog = city_catalog()
    compilation = compile_theme(catalog, "B4", _answers(catalog), "429006001")
    return compilation.plan, cut_of(catalog, compilation)


def _answers(catalog: Any) -> dict[str, str]:
    theme = catalog.themes["B4"]
    return {question.code: question.options[0].value for question in theme.questions}


def due(*, stops: tuple[Stop, ...] = (), extension: int = 0, started: date = date(2026, 9, 28)) -> Due:
    """As a case's clock would date it."""
    found = dates(calendar(), LIMIT, ClockFacts(started=started, stops=stops, extension=extension))
    assert found is not None
    assert found.legal is not None
    return Due(
        promised=found.promised.day,
        legal=found.legal.day,
        calendar_version="2026-1",
        provisional=found.promised.provisional,
        started=started,
        trace=found.promised.trace,
    )


def event(seq: int, kind: EventKind, **fields: Any) -> CaseEvent:
    fields.setdefault("case_status", CaseStatus.IN_PROGRESS)
    return CaseEvent(seq=seq, at=START + timedelta(days=seq), kind=kind, **fields)


TESTED = Stop(began=date(2026, 10, 9), ended=date(2026, 10, 15), reason="特别程序：检测")
MISSING = ActDocument(
    reason="两项材料不符合要求。",
    missing=(
        MissingItem(material="premises-lease", note="租期已于2026年8月31日届满，请提交续租后的合同。"),
        MissingItem(element="kitchen_area", note="与布局示意图所示面积不一致，请核对后更正。"),
        MissingItem(note="示意图未标明食品处理区的工具清洗消毒位置，请补充标注。"),
    ),
)
UNTIL = date(2026, 10, 30)
REFUSAL = ActDocument(
    reason="现场核查发现食品处理区未与污染源保持规定的距离，不符合《食品经营许可审查通则》的要求。",
    legal_basis="《食品经营许可和备案管理办法》第二十一条",
    remedy="如不服本决定，可以自收到本决定之日起六十日内向天门市人民政府申请行政复议，"
    "或者自收到之日起六个月内向人民法院提起行政诉讼。",
)
GRANTED = ActDocument(
    results=(
        ActResult(
            code="food-licence",
            name="食品经营许可证",
            number="JY24290060001234",
            valid_from=date(2026, 10, 12),
            valid_until=date(2031, 10, 11),
        ),
    )
)

SAMPLES: dict[str, tuple[CaseEvent, ActDocument]] = {
    "accepted": (event(1, EventKind.CASE_ACCEPTED, due=due()), ActDocument()),
    "supplement": (
        event(5, EventKind.STEP_SUPPLEMENT_REQUESTED, step=STEP, state=StepState.SUPPLEMENT, until=UNTIL),
        MISSING,
    ),
    "not-accepted": (
        event(5, EventKind.STEP_NOT_ACCEPTED, step=STEP, state=StepState.NOT_ACCEPTED),
        ActDocument(
            reason="经营场所位于仙桃市，不属于天门市的管辖区域。",
            ground=NotAcceptedGround.NOT_COMPETENT,
            competent_body="仙桃市市场监督管理局",
        ),
    ),
    "stopped": (
        event(
            5,
            EventKind.STEP_STOPPED,
            step=STEP,
            state=StepState.STOPPED,
            procedure=SpecialProcedureKind.TESTING,
            days=5,
            until=date(2026, 10, 15),
            was=due(),
        ),
        ActDocument(reason="餐用具消毒效果需要抽样检测。"),
    ),
    "extended": (
        event(
            5,
            EventKind.STEP_EXTENDED,
            step=STEP,
            state=StepState.OPEN,
            role=Role.AGENCY_HEAD,
            days=10,
            was=due(stops=(TESTED,)),
            due=due(stops=(TESTED,), extension=10),
        ),
        ActDocument(reason="现场核查涉及的消防设施整改尚未完成，需要复核。"),
    ),
    "granted": (
        event(6, EventKind.STEP_DECIDED, step=STEP, state=StepState.GRANTED, decision=Decision.GRANTED),
        GRANTED,
    ),
    "refused": (
        event(6, EventKind.STEP_DECIDED, step=STEP, state=StepState.REFUSED, decision=Decision.REFUSED),
        REFUSAL,
    ),
    "lapsed": (event(9, EventKind.STEP_LAPSED, step=STEP, state=StepState.LAPSED), ActDocument()),
    "signed": (event(9, EventKind.DELIVERY_MOVED, delivery=DeliveryState.SIGNED, shipment=1), ActDocument()),
}
"""By what happened: the event, and the document of the act behind it."""


def record(event: CaseEvent, act: ActDocument | None = None, **changes: Any) -> CaseRecord:
    """As the service would read it."""
    plan, cut = compiled()
    kind = document_kind(event)
    assert kind is not None
    fields: dict[str, Any] = {
        "case_no": CASE_NO,
        "kind": kind,
        "number": f"天办{NUMBER_WORD[kind]}〔2026〕{100 + event.seq}号",
        "dated": event.at.date(),
        "applicant": "张三",
        "received_at": START,
        "delivery_mode": DeliveryMode.COURIER,
        "plan": plan,
        "cut": cut,
        "event": event,
        "events": (),
        "act": act or ActDocument(),
    }
    return CaseRecord(**{**fields, **changes})


REQUESTED = SAMPLES["supplement"][0]
BEFORE: dict[str, tuple[CaseEvent, ...]] = {
    "lapsed": (REQUESTED,),
    "signed": (
        event(
            4,
            EventKind.STEP_DECIDED,
            step="individual-business-registration",
            state=StepState.GRANTED,
            decision=Decision.GRANTED,
        ),
        event(6, EventKind.STEP_DECIDED, step=STEP, state=StepState.REFUSED, decision=Decision.REFUSED),
        event(7, EventKind.DELIVERY_ORDERED, delivery=DeliveryState.ORDERED, shipment=1),
    ),
}


def sample(name: str, **changes: Any) -> CaseRecord:
    told, act = SAMPLES[name]
    return record(told, act, **{"events": BEFORE.get(name, ()), **changes})


KINDS = {name: document_kind(told) for name, (told, _) in SAMPLES.items()}
assert set(KINDS.values()) == set(DocumentKind)
