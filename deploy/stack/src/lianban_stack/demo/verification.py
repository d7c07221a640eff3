"""Holds what the platform says of a case against what the world outside received."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from lianban.catalog.models import Catalog
from lianban.catalog.terms import AcceptanceMode, DeliveryMode, StepKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.limits import Light
from lianban.contracts.names import ACCEPTANCE_STEP, task_id
from lianban.contracts.status import ACT_ZH, ActKind, EventKind
from lianban.platform.directory import Directory
from lianban_sandbox.portal.client import PortalClient
from lianban_stack.demo.kinds import Carried, arrived, faults_of_ways
from lianban_stack.demo.outside import Outside
from lianban_stack.demo.scenes import CaseRun, Json

_SHANGHAI = ZoneInfo("Asia/Shanghai")

_EVENT = {
    ActKind.REQUEST_SUPPLEMENT: EventKind.STEP_SUPPLEMENT_REQUESTED,
    ActKind.STOP: EventKind.STEP_STOPPED,
    ActKind.EXTEND: EventKind.STEP_EXTENDED,
}
_TOLD = {*_EVENT.values(), EventKind.STEP_RESUMED}
"""Events the applicant is told of by a message of their own."""


@dataclass(frozen=True)
class Evidence:
    """What was found outside. ``parcels``: waybill number and state of each; ``carried``: a line for each task."""

    working_days: int
    files: int
    messages: int
    mails: int
    parcels: tuple[tuple[str, str], ...]
    carried: tuple[Carried, ...]


class Verifier:
    def __init__(
        self,
        portal: PortalClient,
        outside: Outside,
        catalog: Catalog,
        calendar: CalendarSnapshot,
        directory: Directory,
        inbox: frozenset[str],
    ) -> None:
        self._portal = portal
        self._outside = outside
        self._catalog = catalog
        self._calendar = calendar
        self._directory = directory
        self._inbox = inbox

    async def verify(self, run: CaseRun) -> Evidence:
        """What does not agree is added to the case's faults."""
        fault = run.faults.append
        if run.status != "completed" or run.progress["outcome"] != "granted":
            fault(f"状态为 {run.progress['status_zh']}，结果为 {run.progress['outcome_zh']}")
        carried = await self._check_tasks(run)
        await self._check_lights(run)
        await self._check_acts(run)
        files = await self._check_results(run)
        shipments = await self._outside.shipments(run.case_no)
        parcels = await self._outside.parcels(run.case_no)
        self._check_shipments(run, shipments)
        self._check_parcels(run, shipments, parcels)
        messages, mails = await self._check_messages(run, shipments)
        days = [run.instant(name).astimezone(_SHANGHAI).date() for name in ("accepted_at", "closed_at")]
        return Evidence(
            working_days=self._calendar.working_days_between(*days),
            files=files,
            messages=len(messages),
            mails=len(mails),
            parcels=tuple((parcel["waybill_no"], parcel["state"]) for parcel in parcels),
            carried=tuple(carried),
        )

    async def _check_tasks(self, run: CaseRun) -> list[Carried]:
        """Every step was handed to its department once, by the department's kind of system, and ended there as it ended
        here."""
        carried = []
        tasks = {task["step"]: task for task in await self._outside.tasks(run.case_no)}
        expected = {}
        for step in run.steps:
            code, department = step["code"], step["department"]
            if step["state"] != "granted":
                run.faults.append(f"{code} 为 {step['state_zh']}")
            if department in self._inbox:
                task = await self._outside.inbox_task(department, task_id(run.case_no, code))
                if task["state"] != "decided":
                    run.faults.append(f"{code} 在收件箱为 {task['state_zh']}")
                applied = [act for act in task["acts"] if act["state"] == "applied"]
                carried.append(self._carried(department, len(applied)))
            else:
                expected[code] = "withdrawn" if step["kind"] == StepKind.NOTICE else "answered"
        if self._catalog.themes[run.scene.theme].acceptance is AcceptanceMode.LEAD:
            expected[ACCEPTANCE_STEP] = "answered"
        found = {code: task["state"] for code, task in tasks.items()}
        if found != expected:
            run.faults.append(f"部门收到的任务不符：应为 {expected}，实为 {found}")
        for task in tasks.values():
            run.faults.extend(faults_of_ways(task, self._kind(task["department"])))
            carried.append(self._carried(task["department"], arrived(task)))
        return carried

    def _carried(self, department: str, acts: int) -> Carried:
        return Carried(self._kind(department), self._catalog.departments[department].short_name, acts)

    def _kind(self, department: str) -> str:
        return self._directory.departments[department].channel

    async def _check_lights(self, run: CaseRun) -> None:
        """What was late was seen: as an event of the case, and in the duty officer's mailbox."""
        events = (await self._portal.events(run.case_no))["events"]
        run.look(run.progress, events)
        late = run.scene.late
        if late is None:
            return
        if late.light not in [event["light"] for event in events if event["step"] == late.step]:
            run.faults.append(f"{late.step} 没有{late.light}灯事件")
        [department] = {step["department"] for step in run.steps if step["code"] == late.step}
        readers = [self._directory.departments[department].duty_email]
        if late.light is Light.RED:
            readers.append(self._directory.supervisor.email)
        reminded = {mail["to"] for mail in await self._outside.mails(run.case_no)}
        run.faults.extend(f"{reader} 没有收到亮灯提醒" for reader in readers if reader not in reminded)

    async def _check_acts(self, run: CaseRun) -> None:
        """What departments did before they decided: on their records, as events here, and with official documents."""
        recorded = {task["step"]: task for task in await self._outside.tasks(run.case_no)}
        events = (await self._portal.events(run.case_no))["events"]
        documents = {document["seq"] for document in (await self._portal.documents(run.case_no))["documents"]}
        for done in run.scene.acts:
            name = ACT_ZH[done.act]
            if done.act not in [act["kind"] for act in recorded[done.step]["acts"]]:
                run.faults.append(f"{done.step} 的部门没有{name}的记录")
            of_step = [event for event in events if event["step"] == done.step]
            found = [event["seq"] for event in of_step if event["kind"] == _EVENT[done.act]]
            if len(found) != 1:
                run.faults.append(f"{done.step} 的{name}应有 1 次，实为 {len(found)} 次")
            run.faults.extend(f"{done.step} 的{name}没有文书" for seq in found if seq not in documents)

    async def _check_results(self, run: CaseRun) -> int:
        """Every step has its decision; every file can be opened. Returns how many files there are."""
        listed = await self._portal.results(run.case_no)
        decided = {decision["step"] for decision in listed["decisions"]}
        missing = {step["code"] for step in run.steps} - decided
        # A public notice ends by time: nobody writes a decision.
        missing -= {step["code"] for step in run.steps if step["kind"] == StepKind.NOTICE}
        run.faults.extend(f"{code} 没有办理结果" for code in sorted(missing))
        files = [result["file"] for decision in listed["decisions"] for result in decision["results"] if result["file"]]
        for file in files:
            if len(await self._portal.download(file["href"])) != file["size"]:
                run.faults.append(f"结果文件 {file['name']} 不完整")
        return len(files)

    def _check_shipments(self, run: CaseRun, shipments: list[Json]) -> None:
        """Everything that was decided and can be handed over was handed over, once."""
        matters = {step.code or step.matter: step.matter for step in self._catalog.themes[run.scene.theme].steps}
        results = [result for step in run.steps for result in self._catalog.matters[matters[step["code"]]].results]
        expected = Counter(result.name for result in results if result.deliverable)
        delivered = Counter(result["name"] for shipment in shipments for result in shipment["results"])
        if delivered != expected:
            run.faults.append(f"送达的结果不符：应为 {dict(expected)}，实为 {dict(delivered)}")

    def _check_parcels(self, run: CaseRun, shipments: list[Json], parcels: list[Json]) -> None:
        """Each shipment by courier is one parcel, signed for, with what it should hold."""
        mailed = [shipment for shipment in shipments if shipment["mode"] == DeliveryMode.COURIER]
        known = {s["waybill_no"]: sorted(result["name"] for result in s["results"]) for s in mailed}
        received = {parcel["waybill_no"]: sorted(parcel["contents"]) for parcel in parcels}
        if known != received:
            run.faults.append(f"快递包裹不符：应为 {known}，实为 {received}")
        run.faults.extend(f"包裹 {p['waybill_no']} 为 {p['state']}" for p in parcels if p["state"] != "signed")

    async def _check_messages(self, run: CaseRun, shipments: list[Json]) -> tuple[list[Json], list[Json]]:
        """The applicant was told of everything, once, by text message and by mail."""
        events = (await self._portal.events(run.case_no))["events"]
        expected = {"accepted", "finished"} | {f"told:{event['seq']}" for event in events if event["kind"] in _TOLD}
        for shipment in shipments:
            courier = shipment["mode"] == DeliveryMode.COURIER
            # What is sent ahead of the outcome is only said to be on its way.
            if shipment["outcome"] is not None or not courier:
                expected |= {f"delivery:{shipment['shipment']}:decided"}
            if courier:
                expected |= {f"delivery:{shipment['shipment']}:mailed"}
        messages = await self._outside.messages(run.case_no)
        mails = await self._outside.mails(run.case_no)
        sent = Counter(message["key"].removeprefix(f"{run.case_no}:") for message in messages)
        last = f"delivery:{len(shipments)}:decided"
        if shipments[-1]["mode"] == DeliveryMode.ELECTRONIC and last not in sent:
            expected -= {last}  # it ended the case, and was told with its end
        if sent != Counter(expected):
            run.faults.append(f"短信不符：应为 {sorted(expected)}，实为 {sorted(sent.elements())}")
        officers = {entry.duty_email for entry in self._directory.departments.values()}
        officers |= {self._directory.supervisor.email}
        received = Counter(mail["to"] for mail in mails if mail["to"] not in officers)
        if sorted(received.values()) != [len(expected)]:
            run.faults.append(f"申请人应收到 {len(expected)} 封邮件，实为 {sorted(received.values())}")
        if len({mail["message_id"] for mail in mails}) != len(mails):
            run.faults.append("有邮件重复发送")
        return messages, mails
