"""One rehearsed case: forward to whatever comes next in virtual time, do it, look what it brought about.

Nothing that is told depends on how fast the machine is. What an act brings about is dated by the instant it was
planned for, what time brings about by its midnight; the workflow's own instants, a little later, only have to be of the
same day.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper

from lianban.catalog.terms import Channel, DeliveryMode
from lianban.clock.deadlines import deadline, local_date, start_of_day
from lianban.contracts import names
from lianban.contracts.acts import ActOutcome
from lianban.contracts.case import CASE_EDITION, CaseInput, CaseProgress, CaseResult
from lianban.contracts.orders import TaskOrder
from lianban.contracts.status import CaseStatus, EventKind, StepState
from lianban_rehearsal.course.drawing import draw
from lianban_rehearsal.course.eras import later as later_instant
from lianban_rehearsal.course.eras import later_calendar
from lianban_rehearsal.course.itinerary import Doing, Itinerary, Planned
from lianban_rehearsal.delays.profiles import Profiles, days_of
from lianban_rehearsal.driving.acts import act_of
from lianban_rehearsal.driving.errors import RehearsalFailed
from lianban_rehearsal.driving.report_back import recorded
from lianban_rehearsal.driving.track import Track
from lianban_rehearsal.driving.virtual_time import Stalled, VirtualClock
from lianban_rehearsal.records import RunRecord, Stage

_DECIDING: Final = frozenset({CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT, CaseStatus.IN_PROGRESS})
_SOON: Final = 20.0
"""Seconds of real time after which a case is asked for what it should have told."""

_A_MOMENT: Final = timedelta(minutes=16)
"""Past an instant at which a timer is due, the first turn of the workflow, or the quarter of an hour for which a case
still waits for a supplement after its last day."""


@dataclass(frozen=True)
class Scenario:
    """``stage`` in its own years, carried out ``years`` later."""

    stage: Stage
    profiles: Profiles
    seed: int
    years: int


class RehearsedCase:
    """One run of a scenario."""

    def __init__(self, client: Client, skipper: TimeSkipper, scenario: Scenario, run: int) -> None:
        self.scenario = scenario
        self.run = run
        self._client = client
        self._plan = scenario.stage.plan
        self._start = later_instant(scenario.stage.start, scenario.years)
        self._case = CaseInput(
            case_no=f"rehearsal-{run}",
            plan=self._plan,
            calendar=later_calendar(scenario.stage.calendar, scenario.years),
            received_at=self._start,
            channel=Channel.PORTAL,
            delivery=DeliveryMode.ELECTRONIC,
            edition=CASE_EDITION,
            reminders=False,  # they move no date, and each would be a skip of its own
        )
        self._handle: WorkflowHandle[Any, CaseResult] = client.get_workflow_handle(
            self._case.case_no, result_type=CaseResult
        )
        self._clock = VirtualClock(skipper, self._handle)
        self._at = self._start
        self._tasks: asyncio.Queue[TaskOrder] = asyncio.Queue()
        self._deciding = True
        self.tracks = self._make_tracks()
        self._acceptance = self.tracks.get(names.ACCEPTANCE_STEP)
        self._followed = {code for step in self._plan.steps for code in step.after}
        self.accepted: datetime | None = None
        self.promised: date | None = None
        self.legal: date | None = None
        self.unwanted: Counter[str] = Counter()

    @property
    def case_no(self) -> str:
        return self._case.case_no

    def told(self, task: TaskOrder) -> None:
        """A department of this case has got a task."""
        self._tasks.put_nowait(task)

    async def carry_out(self) -> RunRecord:
        """Raises RehearsalFailed."""
        await self._begin()
        while self._deciding:
            await self._go_on()
        result = await self._handle.result()
        return recorded(self, result.outcome, self._at)

    def _make_tracks(self) -> dict[str, Track]:
        profiles, tracks = self.scenario.profiles, {}
        if profiles.acceptance is not None:
            code = names.ACCEPTANCE_STEP
            tracks[code] = Track(code, self._plan.lead_department, profiles.acceptance, state=StepState.OPEN)
        for step in self._plan.steps:
            tracks[step.code] = Track(
                step.code, step.department, profiles.steps.get(step.code), step.kind, step.silence
            )
        return tracks

    # -- forward ------------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        """Its first turn is put off until virtual time is there."""
        await self._client.start_workflow(
            names.CASE_WORKFLOW,
            self._case,
            id=self._case.case_no,
            task_queue=names.QUEUE_ORCHESTRATOR,
            start_delay=self._start - self._clock.now,
        )
        await self._forward(self._start + _A_MOMENT)
        if self._acceptance is not None:
            self._acceptance.open(self._start, self._itinerary(self._acceptance, self._start))
            self._date_acceptance(self._acceptance, self._start)
        else:
            self.accepted = self._start
        await self._look(self._start)

    async def _go_on(self) -> None:
        """To the next act, or to what time does by itself, whichever is earlier."""
        acts = [
            (planned.at, order, planned, track)
            for order, track in enumerate(self.tracks.values())
            if track.itinerary is not None
            and (planned := track.itinerary.next(self._case.calendar, track.promised if track.legal else None))
            is not None
        ]
        midnights = [at for track in self.tracks.values() for at in self._midnights(track) if at > self._at]
        act, midnight = min(acts, default=None, key=lambda item: item[:2]), min(midnights, default=None)
        if act is not None and (midnight is None or act[0] < midnight):
            if not await self._forward(act[0]):
                raise RehearsalFailed(f"第 {self.run} 次演练在办结之前结束")
            self._at = act[0]
            await self._do(act[3], act[2])
        elif midnight is not None:
            await self._forward(midnight + _A_MOMENT)
            self._at = midnight
            await self._look(midnight)
        else:
            raise RehearsalFailed(f"第 {self.run} 次演练停在 {self._at:%m-%d}，没有后续动作")

    def _midnights(self, track: Track) -> list[datetime]:
        found = list(track.ends_by_itself())
        if track.code == names.ACCEPTANCE_STEP and track.state is StepState.OPEN and track.promised is not None:
            found.append(start_of_day(track.promised + timedelta(days=1)))
        return found

    async def _forward(self, target: datetime) -> bool:
        try:
            return await self._clock.forward(target)
        except Stalled as stalled:
            raise RehearsalFailed(f"第 {self.run} 次演练的时间没有前进：{stalled}") from None

    # -- acting -------------------------------------------------------------------------------------------------

    async def _do(self, track: Track, planned: Planned) -> None:
        assert track.profile is not None
        assert track.itinerary is not None
        refused = track.itinerary.course.refused
        procedure = track.profile.procedure
        update, argument, act_id = act_of(
            planned, track.code, track.department, procedure, self._case.calendar, refused
        )
        try:
            outcome: ActOutcome = await self._handle.execute_update(update, argument, id=act_id, result_type=ActOutcome)
        except WorkflowUpdateFailedError as failure:
            self._turned_down(track, planned, failure)
            return
        self._clock.set(outcome.events[-1].at)
        track.itinerary.done(planned)
        track.did(planned)
        self._learn(track, planned, outcome)
        if outcome.case_status not in _DECIDING:
            self._deciding = False
        elif planned.doing is not Doing.END or refused or len(outcome.events) > 1 or track is self._acceptance:
            await self._look(planned.at)
        elif track.code in self._followed:
            await self._await_tasks(planned.at)

    def _turned_down(self, track: Track, planned: Planned, failure: WorkflowUpdateFailedError) -> None:
        refusal = failure.cause
        if not isinstance(refusal, ApplicationError) or planned.doing not in (Doing.ASK, Doing.STOP, Doing.EXTEND):
            raise RehearsalFailed(f"第 {self.run} 次演练的环节 {track.code} 不能办理：{refusal}") from None
        assert track.itinerary is not None
        self.unwanted[f"{planned.doing}:{refusal.type}"] += 1
        track.itinerary.refused(planned)

    def _learn(self, track: Track, planned: Planned, outcome: ActOutcome) -> None:
        if track.code == names.ACCEPTANCE_STEP:
            self._learn_acceptance(track, planned, outcome)
        for event in outcome.events:
            if event.step in self.tracks:
                self.tracks[event.step].learn(event, planned.at)

    def _learn_acceptance(self, track: Track, planned: Planned, outcome: ActOutcome) -> None:
        match planned.doing:
            case Doing.ASK:
                asked = (e.until for e in outcome.events if e.kind is EventKind.CASE_SUPPLEMENT_REQUESTED)
                track.until, track.state = next(asked, None), StepState.SUPPLEMENT
            case Doing.SUPPLY:
                track.state = StepState.OPEN
                self._date_acceptance(track, planned.at)
            case Doing.END:
                track.move(StepState.GRANTED, planned.at)
                self.accepted = planned.at

    async def _await_tasks(self, at: datetime) -> None:
        """Steps that nothing is before any more have been opened: that their departments were told spares a question,
        which would cost more than the act."""
        ready = {
            step.code
            for step in self._plan.steps
            if self.tracks[step.code].began is None and all(self.tracks[code].over for code in step.after)
        }
        try:
            async with asyncio.timeout(_SOON):
                while ready:
                    task = await self._tasks.get()
                    if task.step not in ready:
                        continue  # seen before
                    track = self.tracks[task.step]
                    self._open(track, task.received_at, at)
                    track.dated(task.due)
                    track.state = StepState.OPEN
                    ready.remove(task.step)
        except TimeoutError:
            await self._look(at)

    # -- looking ------------------------------------------------------------------------------------------------

    async def _look(self, at: datetime) -> None:
        """Where the case stands, by what happened at ``at``."""
        progress = await self._handle.query(names.QUERY_PROGRESS, result_type=CaseProgress)
        self._deciding = progress.status in _DECIDING
        if progress.due is not None:
            self.promised, self.legal = progress.due.promised, progress.due.legal
        if self._acceptance is not None and not self._acceptance.over:
            self._look_at_acceptance(self._acceptance, progress, at)
        for step in progress.steps:
            track = self.tracks[step.code]
            track.dated(step.due)
            if step.started_at is not None:
                self._open(track, step.started_at, at)
            track.move(step.state, at)

    def _look_at_acceptance(self, track: Track, progress: CaseProgress, at: datetime) -> None:
        if progress.status is CaseStatus.LAPSED:
            track.move(StepState.LAPSED, at)
        elif progress.accepted_at is not None:  # by silence
            track.move(StepState.GRANTED, at)
            self.accepted = progress.accepted_at

    def _open(self, track: Track, seen: datetime, at: datetime) -> None:
        """``seen``: the workflow's own instant. Told again is told once."""
        if track.began is None:
            self._same_day(seen, at)
            track.open(at, None if track.profile is None else self._itinerary(track, at))

    def _itinerary(self, track: Track, opened: datetime) -> Itinerary:
        assert track.profile is not None
        course = draw(track.profile, self.scenario.seed, self.run, track.code)
        return Itinerary(course, opened, days_of(self._plan.acceptance_limit))

    def _date_acceptance(self, track: Track, received: datetime) -> None:
        limit = self._plan.acceptance_limit
        day = deadline(self._case.calendar, local_date(received), limit.promised, limit.unit).day
        track.promised, track.legal = day, day

    def _same_day(self, seen: datetime, planned: datetime) -> None:
        """A machine that lost hours over one act would tell other dates than were planned."""
        if local_date(seen) != local_date(planned):
            raise RehearsalFailed(
                f"第 {self.run} 次演练落后于计划：计划 {planned:%m-%d %H:%M}，实际 {seen:%m-%d %H:%M}"
            )
