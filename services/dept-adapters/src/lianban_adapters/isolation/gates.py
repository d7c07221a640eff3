"""The gates of all departments: this process's view, kept in step with what others write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from lianban.clock.calendar import CalendarSnapshot
from lianban.platform.circuit import CircuitState
from lianban.platform.database import Database, transaction
from lianban.platform.directory import Directory
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.isolation import repository, waiting
from lianban_adapters.isolation.gate import SWITCHED, GateKeeper, Seen
from lianban_adapters.isolation.hours import Schedule


class Gates:
    """Reading costs nothing while a department works: what succeeds is written down with the next look at the table."""

    def __init__(self, directory: Directory, calendar: CalendarSnapshot | None, database: Database) -> None:
        self._database = database
        self._keepers = {
            code: GateKeeper(code, entry, Schedule(entry.hours, calendar) if entry.hours else None)
            for code, entry in directory.departments.items()
        }

    def __iter__(self) -> Iterator[GateKeeper]:
        return iter(self._keepers.values())

    def of(self, department: str) -> GateKeeper:
        """KeyError when the directory does not list the department."""
        return self._keepers[department]

    def find(self, department: str) -> GateKeeper | None:
        """None when the directory does not list the department."""
        return self._keepers.get(department)

    def recalendar(self, calendar: CalendarSnapshot) -> None:
        """A newer calendar: the next opening is counted by it."""
        for keeper in self._keepers.values():
            if keeper.schedule is not None and keeper.schedule.calendar is not None:
                keeper.schedule.calendar = calendar

    async def refresh(self) -> None:
        """Adopts what others have written, unless this process has written since."""
        before = {code: keeper.changes for code, keeper in self._keepers.items()}
        async with self._database.connection() as connection:
            if seen := self._take_seen():
                await repository.seen(connection, seen)
            rows = await repository.known(connection)
        for row in rows:
            keeper = self._keepers.get(row.department)
            if keeper is not None and keeper.changes == before[row.department]:
                keeper.switched = row.switched
                keeper.circuit.adopt(row.failures, row.openings, row.wait)

    async def succeeded(self, department: str) -> None:
        """Its system has taken a message."""
        keeper = self._keepers[department]
        keeper.seen = keeper.seen._replace(succeeded_at=datetime.now(UTC), rejections=0)
        await self._answered(keeper, took=True)

    async def rejected(self, department: str, reason: str) -> None:
        """Its system has answered, and taken nothing: it is at work, yet that is no success."""
        keeper = self._keepers[department]
        seen = keeper.seen
        keeper.seen = Seen(seen.succeeded_at, datetime.now(UTC), reason, seen.rejections + 1)
        await self._answered(keeper, took=False)

    async def _answered(self, keeper: GateKeeper, *, took: bool) -> None:
        circuit = keeper.circuit
        failures, openings = circuit.failures, circuit.openings
        circuit.succeeded()
        if failures and circuit.state is CircuitState.CLOSED:
            keeper.changes += 1
            async with self._database.connection() as connection:
                await repository.succeeded(connection, keeper.department, tried=openings > 0, took=took)
            keeper.changes += 1

    async def failed(self, department: str, failure: Unavailable) -> None:
        keeper = self._keepers[department]
        circuit, after = keeper.circuit, failure.retry_after
        circuit.failed(retry_after=after.total_seconds() if after is not None else None)
        keeper.changes += 1
        async with self._database.connection() as connection:
            await repository.failed(
                connection, department, circuit.failures, circuit.openings, circuit.wait, failure.reason
            )
        keeper.changes += 1

    async def switch(self, department: str, to_inbox: bool, by: str, reason: str | None) -> int:
        """What waits goes to the inbox at once, and how much that was; what is being sent just now, and what other
        processes put off until they know, follows it."""
        keeper = self._keepers[department]
        moved = 0
        keeper.changes += 1
        async with transaction(self._database.transactions) as session:
            await repository.switch(session, department, to_inbox, by, reason)
            if to_inbox:
                moved = await waiting.to_inbox(session, department, SWITCHED)
        keeper.switched = to_inbox
        keeper.changes += 1
        return moved

    def _take_seen(self) -> dict[str, Seen]:
        seen = {code: keeper.seen for code, keeper in self._keepers.items() if keeper.seen != Seen()}
        for code in seen:
            self._keepers[code].seen = Seen()
        return seen
