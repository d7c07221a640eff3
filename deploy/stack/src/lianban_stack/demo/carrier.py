"""Carries one case from filing to its end: everything a person or a clock has to do for it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from temporalio.client import Client

from lianban.catalog.levels import handling_body
from lianban.catalog.models import Catalog
from lianban.catalog.terms import StepKind
from lianban.clock.limits import Light
from lianban.contracts.status import ActKind, StepState
from lianban_sandbox import documents, timeskip
from lianban_sandbox.portal.client import PortalClient
from lianban_sandbox.portal.filing import Filer
from lianban_sandbox.portal.samples import Sample
from lianban_stack.demo.outside import Outside
from lianban_stack.demo.scenes import CaseRun, Json
from lianban_stack.demo.waiting import awaited

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_PAUSE = 0.3
_PATIENCE = 30.0
"""Seconds anything that is under way may take to show."""

_THINKING = 1.0
"""Seconds a department takes for an act."""
_OFFICE = timedelta(hours=10)

_LATE_ZH = {Light.YELLOW: "临期黄灯", Light.RED: "超期红灯"}


class Stuck(Exception):
    """Something that should have happened did not."""


class Carrier:
    """``inbox`` are the departments whose officers work in the manual inbox."""

    def __init__(
        self, portal: PortalClient, outside: Outside, temporal: Client, catalog: Catalog, inbox: frozenset[str]
    ) -> None:
        self._portal = portal
        self._outside = outside
        self._temporal = temporal
        self._catalog = catalog
        self._inbox = inbox
        self._names = {code: department.short_name for code, department in catalog.departments.items()}

    async def carry(self, run: CaseRun) -> None:
        """Raises :class:`Stuck`, and whatever the services refuse with."""
        await self._prepare(run)
        run.note = "填写一张表、上传一套材料"
        scene = run.scene
        filer = await Filer.prepare(self._portal, scene.theme, answers=scene.answers, division=scene.division)
        notice = await self._portal.notice(scene.theme, filer.answers, scene.division)
        run.savings = notice["savings"]
        seed = f"{scene.seed}-{scene.theme}"
        sample = await filer.sample(seed)
        spared = f"预填 {len(sample.prefilled)} 项、调取证照 {len(sample.fetched)} 份"
        rest = f"填写 {len(sample.form) - len(sample.prefilled)} 项、上传材料 {len(sample.files())} 份"
        run.case_no = (await filer.file(seed, sample=sample))["case_no"]
        run.tell(f"经同意{spared}，另{rest}")
        idle_since = asyncio.get_running_loop().time()
        seen: object = None
        while not run.ended:
            await self._look(run)
            for step in run.steps:
                await self._follow(run, step, sample)
            opened = [step for step in run.steps if step["state"] in (StepState.OPEN, StepState.STOPPED)]
            for step in opened:
                # Time passes for the whole case: only once nobody else is about to decide.
                waiting = self._waits(run, step) and not all(self._waits(run, other) for other in opened)
                if step["code"] not in run.attended and not waiting:
                    await self._attend(run, step)
            now = asyncio.get_running_loop().time()
            if run.progress != seen:
                seen, idle_since = run.progress, now
            elif now - idle_since > _PATIENCE:
                raise Stuck(f"{run.case_no} 停在“{run.note}”")
            await asyncio.sleep(_PAUSE)
        run.note = ""

    async def _prepare(self, run: CaseRun) -> None:
        """Departments keep what is to be late, and public notices, which end by time and not by a decision."""
        catalog, theme = self._catalog, self._catalog.themes[run.scene.theme]
        division = run.scene.division or theme.division
        for step in theme.steps:
            matter = catalog.matters[step.matter]
            code = step.code or step.matter
            late = run.scene.late is not None and run.scene.late.step == code
            body = handling_body(catalog.departments, catalog.divisions, matter, division).code
            if (late or matter.kind is StepKind.NOTICE) and body not in self._inbox:
                await self._outside.hold(body, code)
            acts = [done for done in run.scene.acts if done.step == code]
            if acts:
                # What is stopped goes on when it is released; the rest follows by itself.
                mode = "hold" if any(done.act is ActKind.STOP for done in acts) else "grant"
                first = [done.order() for done in acts]
                await self._outside.order(body, code, {"mode": mode, "delay_seconds": _THINKING, "first": first})

    async def _look(self, run: CaseRun) -> None:
        await self._read(run)
        run.note = awaited(run.progress, self._names)

    async def _read(self, run: CaseRun) -> None:
        events = (await self._portal.events(run.case_no))["events"]
        run.look(await self._portal.progress(run.case_no), events)

    def _waits(self, run: CaseRun, step: Json) -> bool:
        """Whether time has to pass before the step can end."""
        late = run.scene.late is not None and run.scene.late.step == step["code"]
        if step["state"] == StepState.STOPPED:
            return True
        return step["kind"] == StepKind.NOTICE or (late and step["code"] not in run.attended)

    async def _attend(self, run: CaseRun, step: Json) -> None:
        code, department = step["code"], step["department"]
        late = run.scene.late
        if step["state"] == StepState.STOPPED:
            run.attended.add(code)
            [stop] = [stop for stop in step["clock"]["stops"] if stop["ended"] is None]
            await self._pass_until(run, _start_of(date.fromisoformat(stop["planned"])) + _OFFICE)
            await self._outside.release(department, run.case_no, code)
        elif step["kind"] == StepKind.NOTICE:
            run.attended.add(code)
            run.tell(f"{step['name']}：公示至 {step['due']['promised']}")
            await self._pass_until(run, _end_of(step))
        elif late is not None and late.step == code:
            run.attended.add(code)
            run.tell(f"{step['name']}：{step['department_name']}迟迟未办，{_LATE_ZH[late.light]}")
            # Yellow from the beginning of the last working day, red when it is over.
            await self._pass_until(run, _end_of(step) - timedelta(days=late.light is Light.YELLOW))
            await self._until(lambda: self._shows(run, code, late.light), f"{code} 未亮{_LATE_ZH[late.light]}")
            if department in self._inbox:
                await self._decide(run, step)
            else:
                await self._outside.release(department, run.case_no, code)
        elif department in self._inbox:
            run.attended.add(code)
            await self._decide(run, step)

    async def _follow(self, run: CaseRun, step: Json, sample: Sample) -> None:
        """Tells of supplements, stops and extensions, each once, and hands in what is asked for."""
        done = next((done for done in run.scene.acts if done.step == step["code"]), None)
        if done is None or done.act in run.seen.get(step["code"], set()):
            return
        said = f"{step['name']}：{step['department_name']}"
        clock = step["clock"] or {}
        if done.act is ActKind.REQUEST_SUPPLEMENT and step["state"] == StepState.SUPPLEMENT:
            requests = (await self._portal.supplements(run.case_no))["requests"]
            [asked] = [request for request in requests if request["step"] == step["code"]]
            run.tell(f"{said}一次告知补正 {len(asked['items'])} 项（至 {asked['until']}），申请人一次交齐，重新计时")
            await self._hand_in(run, asked, sample)
        elif done.act is ActKind.STOP and step["state"] == StepState.STOPPED:
            [stop] = clock["stops"]
            run.tell(f"{said}书面告知{stop['reason']}，停止计时，预计至 {stop['planned']}")
        elif done.act is ActKind.EXTEND and clock.get("extension"):
            run.tell(f"{said}负责人批准延长 {clock['extension']} 个工作日，承诺期限改为 {step['due']['promised']}")
        else:
            return
        run.seen.setdefault(step["code"], set()).add(done.act)

    async def _hand_in(self, run: CaseRun, asked: Json, sample: Sample) -> None:
        elements = {item["element"]: sample.form[item["element"]] for item in asked["items"] if item["element"]}
        materials = {}
        for item in asked["items"]:
            if item["material"]:
                content = documents.pdf(item["name"], [run.case_no, item["note"], "补正"])
                stored = await self._portal.upload(f"{item['name']}.pdf", content, documents.PDF)
                materials[item["material"]] = [str(stored["digest"])]
        key = f"{run.case_no}-{asked['step']}-supplement"
        await self._portal.supplement(run.case_no, asked["step"], elements, materials, key)

    async def _decide(self, run: CaseRun, step: Json) -> None:
        run.note = f"{step['name']}：{step['department_name']}工作人员在收件箱办理"
        code, department = step["code"], step["department"]
        matters = {item.code or item.matter: item.matter for item in self._catalog.themes[run.scene.theme].steps}
        results = [
            _issued(result.code, result.name, result.deliverable)
            for result in self._catalog.matters[matters[code]].results
        ]
        found: list[Json] = []

        async def arrived() -> bool:
            task = await self._outside.open_inbox_task(department, run.case_no, code)
            found.extend([task] if task else [])
            return bool(found)

        await self._until(arrived, f"{code} 未到达收件箱")
        await self._outside.decide(department, found[0]["task_id"], results)

    async def _shows(self, run: CaseRun, code: str, light: Light) -> bool:
        await self._read(run)
        return any(step["code"] == code and step["light"] == light for step in run.steps)

    async def _pass_until(self, run: CaseRun, instant: datetime) -> None:
        """Lets the case's time run on to just after ``instant``. What still had to be done may be done on the way, and
        end the case."""
        duration = instant + timedelta(minutes=1) - await timeskip.now(self._temporal, run.case_no)
        if duration > timedelta(0):
            with contextlib.suppress(timeskip.CaseEnded):
                await timeskip.skip(self._temporal, run.case_no, duration)

    async def _until(self, holds: Callable[[], Awaitable[bool]], otherwise: str) -> None:
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while not await holds():
            if asyncio.get_running_loop().time() > deadline:
                raise Stuck(otherwise)
            await asyncio.sleep(_PAUSE)


def _issued(code: str, name: str, deliverable: bool) -> Json:
    """A result as the officer writes it: what is to be handed over comes with its file."""
    result = {"code": code, "name": name}
    if not deliverable:
        return result
    content = documents.pdf(name, ["本文件由演示生成，不具有法律效力。"])
    file = {"name": f"{name}.pdf", "media_type": documents.PDF, "content": base64.b64encode(content).decode()}
    return {**result, "file": file}


def _end_of(step: Json) -> datetime:
    """24:00 Asia/Shanghai of the promised day."""
    return _start_of(date.fromisoformat(step["due"]["promised"]) + timedelta(days=1))


def _start_of(day: date) -> datetime:
    """00:00 Asia/Shanghai."""
    return datetime.combine(day, time(), _SHANGHAI)
