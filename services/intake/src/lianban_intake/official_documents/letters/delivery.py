"""送达回证: what was handed over, how, and when (行政许可法 art. 44)."""

from __future__ import annotations

from lianban.catalog.terms import DeliveryMode
from lianban.catalog.wording import DELIVERY_MODE_ZH
from lianban.clock.deadlines import SHANGHAI
from lianban.contracts.status import Decision, DeliveryState, EventKind
from lianban_intake.official_documents.kinds import TITLE_ZH, DocumentKind
from lianban_intake.official_documents.letters.letter import Item, Letter, letter
from lianban_intake.official_documents.letters.wording import licensing_law, zh_date
from lianban_intake.official_documents.record import CaseRecord


def receipt(record: CaseRecord) -> Letter:
    results, refusals = _contents(record)
    contents = (*results, *refusals)
    at = record.event.at.astimezone(SHANGHAI)
    return letter(
        record,
        paragraphs=(f"办件{record.case_no}的下列办理结果和文书已经送达：",) if contents else (),
        items=contents,
        rows=(
            ("受送达人", record.applicant),
            ("办件编号", record.case_no),
            ("主题", record.plan.theme_name),
            ("送达批次", f"第{record.event.shipment}批" if record.event.shipment else None),
            ("送达方式", DELIVERY_MODE_ZH[_mode(record) if results else DeliveryMode.ELECTRONIC]),
            ("送达时间", f"{zh_date(at.date())}{at.hour}时{at.minute}分"),
            ("程序依据", licensing_law("第四十四条")),
        ),
        recipient_signs=True,
    )


def _contents(record: CaseRecord) -> tuple[list[Item], list[Item]]:
    """Deliverable results, and refusals: a shipment takes what was decided since the one before it was ordered."""
    number = record.event.shipment or 1
    ordered = {event.shipment or 1: event.seq for event in record.events if event.kind is EventKind.DELIVERY_ORDERED}
    since, until = ordered.get(number - 1, 0), ordered.get(number, record.event.seq)
    steps = {step.code: step for step in record.plan.steps}
    results: list[Item] = []
    refusals: list[Item] = []
    for event in record.events:
        if not since < event.seq < until or event.kind is not EventKind.STEP_DECIDED or event.step not in steps:
            continue
        step = steps[event.step]
        if event.decision is Decision.REFUSED:
            refusals.append(Item(name=TITLE_ZH[DocumentKind.REFUSAL], note=f"{step.name}，{step.department_name}"))
        else:
            results += [
                Item(name=result.name, note=step.department_name) for result in step.results if result.deliverable
            ]
    return results, refusals


def _mode(record: CaseRecord) -> DeliveryMode:
    """What the courier brought back, or would not take, was fetched at the window."""
    states = {
        event.delivery
        for event in record.events
        if event.delivery is not None and (event.shipment or 1) == (record.event.shipment or 1)
    }
    at_window = states & {DeliveryState.NOTIFIED, DeliveryState.RETURNED}
    return DeliveryMode.PICKUP if at_window else record.delivery_mode
