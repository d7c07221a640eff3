"""What a case waits for just now, in words: whom, for which step, until when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lianban.catalog.terms import StepKind
from lianban.contracts.status import CLOSED, CaseStatus, DeliveryState, StepState

Json = dict[str, Any]

_PARCEL: Final = {
    None: "安排送达",
    DeliveryState.ORDERED: "快递揽收",
    DeliveryState.NOTIFIED: "申请人领取",
    DeliveryState.PICKED_UP: "快递送到",
    DeliveryState.IN_TRANSIT: "快递送到",
    DeliveryState.RETURNED: "重新寄递",
    DeliveryState.SIGNED: "送达记入办件",
}


def awaited(progress: Json, names: Mapping[str, str]) -> str:
    """``progress``: as the intake answers it; ``names`` of departments, as people call them."""
    status, said = CaseStatus(progress["status"]), str(progress["status_zh"])
    if status in CLOSED:
        return said
    return f"{said}，等待：{'；'.join(_of_case(status, progress, names))}"


def _of_case(status: CaseStatus, progress: Json, names: Mapping[str, str]) -> list[str]:
    if status is CaseStatus.SUPPLEMENT:
        return ["申请人补正"]
    parts = list(_of_steps(progress["steps"], names))
    if status is CaseStatus.DELIVERING:
        delivery = progress["delivery"]["state"]
        parts.append(_PARCEL[DeliveryState(delivery) if delivery else None])
    return parts or ["受理" if status is CaseStatus.RECEIVED else "前面的结果记入办件，之后分送下一环节"]


def _of_steps(steps: list[Json], names: Mapping[str, str]) -> Iterator[str]:
    for step in steps:
        name, department = step["name"], names[step["department"]]
        match StepState(step["state"]):
            case StepState.OPEN if step["kind"] == StepKind.NOTICE and step["due"]:
                yield f"{name}至 {step['due']['promised']} 期满"
            case StepState.OPEN:
                promised = f"（承诺 {step['due']['promised']}）" if step["due"] else ""
                yield f"{department}办理{name}{promised}"
            case StepState.SUPPLEMENT:
                yield f"申请人补正{name}"
            case StepState.STOPPED:
                yield f"{department}{_stopped(step)}（{name}）"


def _stopped(step: Json) -> str:
    """The special procedures that run, and until when they are expected to."""
    running = [stop for stop in step["clock"]["stops"] if stop["ended"] is None]
    planned = [stop["planned"] for stop in running if stop["planned"]]
    return "、".join(stop["reason"] for stop in running) + (f"，预计至 {max(planned)}" if planned else "")
