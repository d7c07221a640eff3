"""The typical run as a Gantt chart (甘特图): who had the case when, against the promise and the working days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lianban.catalog.wording import promised_zh
from lianban.clock.deadlines import start_of_day
from lianban_rehearsal.analysis.critical import critical_path
from lianban_rehearsal.analysis.summary import Summary
from lianban_rehearsal.records import RunRecord, StepRecord, last_day
from lianban_rehearsal.report import svg
from lianban_rehearsal.report.scale import Scale
from lianban_rehearsal.report.subject import Subject

_LEFT: Final = 300.0
_TOP: Final = 128.0
_ROW: Final = 44.0
_BAR: Final = 18.0
_CHART: Final = 840.0
_NARROWEST: Final = 5.0
_EDGE: Final = 24.0
_INK: Final = "#1f2937"
_FAINT: Final = "#6b7280"
_PROMISE: Final = "#047857"
_LAW: Final = "#b91c1c"
_STYLE: Final = f"""
text{{font-family:{svg.FONTS};fill:{_INK}}}
text.faint{{fill:{_FAINT}}}
.off{{fill:#f1f3f6}} .holiday{{fill:#fdeceb}} .grid{{stroke:#e5e7eb}} .row{{stroke:#eef0f3}}
.bar{{fill:#9db8e8}} .critical{{fill:#1d4ed8}} .late{{fill:#dc2626}}
text.holiday-name{{fill:#b4453c}} text.promise{{fill:{_PROMISE}}} text.law{{fill:{_LAW}}}
.promise-line{{stroke:{_PROMISE};stroke-width:1.6;stroke-dasharray:5 4}}
.law-line{{stroke:{_LAW};stroke-width:1.6;stroke-dasharray:5 4}}
.days{{paint-order:stroke;stroke:#ffffff;stroke-width:3px;stroke-linejoin:round}}
.link{{fill:none;stroke:#9ca3af;stroke-width:1.2}} .critical-link{{fill:none;stroke:#1d4ed8;stroke-width:1.6}}
"""
_PATTERNS: Final = (
    '<pattern id="supplement" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#fde9c4"/><rect width="2.4" height="6" fill="#e39a16"/></pattern>'
    '<pattern id="procedure" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    '<rect width="6" height="6" fill="#e6e1f5"/><rect width="2.4" height="6" fill="#8b74c9"/></pattern>'
    '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0,0.8 L7.2,4 L0,7.2 z" fill="context-stroke"/></marker>'
)


def gantt(subject: Subject, found: Summary, run: RunRecord) -> str:
    """A document of its own, readable without any other file."""
    return "\n".join(_Chart(subject, found, run).lines()) + "\n"


@dataclass(frozen=True, slots=True)
class _Row:
    step: StepRecord
    y: float
    critical: bool

    @property
    def bar(self) -> float:
        return self.y + (_ROW - _BAR) / 2


class _Chart:
    def __init__(self, subject: Subject, found: Summary, run: RunRecord) -> None:
        self._subject = subject
        self._found = found
        self._run = run
        self._calendar = subject.stage.calendar
        critical = {link.step for link in critical_path(run, subject.stage)}
        shown = [step for step in run.steps if step.began is not None and step.ended is not None]
        self._rows = [_Row(step, _TOP + _ROW * order, step.code in critical) for order, step in enumerate(shown)]
        self._scale = _scale_of(run, shown)
        self._bottom = _TOP + _ROW * len(shown)
        self._width = self._scale.right + 130
        self._height = self._bottom + 84

    def lines(self) -> Iterator[str]:
        size = (
            f'viewBox="0 0 {self._width:.0f} {self._height:.0f}" width="{self._width:.0f}" height="{self._height:.0f}"'
        )
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
        yield f"<title>{svg.escaped(self._title)}</title><style>{_STYLE}</style><defs>{_PATTERNS}</defs>"
        yield svg.rectangle(0, 0, self._width, self._height, fill="#ffffff")
        yield from self._heading()
        yield from self._days()
        for row in self._rows:
            yield from self._label(row)
        yield from self._case_limits()
        yield from self._links()
        for row in self._rows:
            yield from self._bar(row)
        yield from self._legend()
        yield "</svg>"

    # -- around ---------------------------------------------------------------------------------------------------

    @property
    def _title(self) -> str:
        plan = self._subject.stage.plan
        return f"{plan.theme} {plan.theme_name}　演练"

    def _heading(self) -> Iterator[str]:
        days, found = self._found.days, self._found
        yield svg.text(_EDGE, 40, self._title, font_size=22, font_weight=600)
        told = [
            f"{self._subject.stage.plan.division_name}",
            f"第 {self._run.run} 次（演练 {found.runs} 次中长短居中的一次）",
        ]
        if days is not None:
            told.append(f"中位 {days.median} 个工作日，95% 在 {days.p95} 个以内")
        if found.promised.value is not None:
            told.append(f"承诺 {promised_zh(self._subject.stage.plan.limit)}，按承诺办结 {found.promised.value:.0%}")
        yield svg.text(_EDGE, 66, "　".join(told), font_size=13, class_="faint")

    def _days(self) -> Iterator[str]:
        scale = self._scale
        names: dict[str, list[date]] = {}
        for day in scale.days():
            if reason := self._calendar.reason_off(day):
                holiday = not reason.startswith("周")
                box = (scale.start_of(day), _TOP - 22, scale.day, self._bottom - _TOP + 22)
                yield svg.rectangle(*box, class_="holiday" if holiday else "off")
                if holiday:
                    names.setdefault(f"{day.year}{reason}", []).append(day)
        for key, days in names.items():
            middle = (scale.start_of(days[0]) + scale.end_of(days[-1])) / 2
            yield svg.text(
                middle, self._bottom + 14, key[4:], font_size=11, class_="holiday-name", text_anchor="middle"
            )
        yield from self._dates()
        yield svg.line(_EDGE, _TOP, scale.right, _TOP, class_="grid")

    def _dates(self) -> Iterator[str]:
        """Months, and as many days under them as there is room for."""
        scale = self._scale
        every_day = scale.day >= 20
        for day in scale.days():
            x = scale.start_of(day)
            if day.day == 1 or day == scale.first:
                yield svg.line(x, _TOP - 46, x, self._bottom, class_="grid")
                room = (scale.end_of(scale.last) - x) > 70 and (day.day == 1 or day.day < 26 or every_day)
                if room:
                    yield svg.text(x + 4, _TOP - 30, f"{day.year} 年 {day.month} 月", font_size=12, font_weight=600)
            if every_day:
                yield svg.text(
                    x + scale.day / 2, _TOP - 7, str(day.day), font_size=11, class_="faint", text_anchor="middle"
                )
            elif day.weekday() == 0:
                yield svg.line(x, _TOP - 4, x, self._bottom, class_="grid")
                if scale.day * 7 > 18:
                    yield svg.text(x + 1, _TOP - 8, str(day.day), font_size=11, class_="faint")

    def _label(self, row: _Row) -> Iterator[str]:
        room = _LEFT - _EDGE - 16
        name = svg.shortened(self._subject.name_of(row.step.code), 14, room)
        department = svg.shortened(self._subject.department_of(row.step.code), 11.5, room)
        weight = 600 if row.critical else 400
        yield svg.text(_EDGE, row.y + 20, name, font_size=14, font_weight=weight)
        yield svg.text(_EDGE, row.y + 36, department, font_size=11.5, class_="faint")
        yield svg.line(_EDGE, row.y + _ROW, self._scale.right, row.y + _ROW, class_="row")

    def _case_limits(self) -> Iterator[str]:
        """Last days of the whole case, where they lie within the picture."""
        limits = self._run.limits
        for day, name, look in ((limits.promised, "承诺", "promise"), (limits.legal, "法定", "law")):
            if day is None or day > self._scale.last:
                continue
            x = self._scale.end_of(day)
            yield svg.line(x, _TOP - 22, x, self._bottom + 22, class_=f"{look}-line")
            words = f"办件{name} {day:%m-%d}"
            yield svg.text(x, self._bottom + 36, words, font_size=12, class_=look, text_anchor="middle")

    def _legend(self) -> Iterator[str]:
        x, y = _EDGE, self._height - 24
        samples: list[tuple[str, dict[str, str]]] = [
            ("关键路径", {"class_": "critical"}),
            ("其他环节", {"class_": "bar"}),
            ("超过承诺", {"class_": "late"}),
            ("待申请人补正", {"fill": "url(#supplement)"}),
            ("特别程序", {"fill": "url(#procedure)"}),
            ("周末", {"class_": "off", "stroke": "#d7dbe2"}),
            ("节假日", {"class_": "holiday", "stroke": "#f3cfcc"}),
        ]
        for name, look in samples:
            yield svg.rectangle(x, y - 11, 22, 12, rx=2, **look)
            yield svg.text(x + 28, y, name, font_size=12, class_="faint")
            x += 28 + svg.width_of(name, 12) + 22
        yield svg.element("path", d=_diamond(x + 6, y - 5), fill=_PROMISE)
        yield svg.text(x + 18, y, "环节承诺期限", font_size=12, class_="faint")

    # -- steps ----------------------------------------------------------------------------------------------------

    def _bar(self, row: _Row) -> Iterator[str]:
        step, scale = row.step, self._scale
        assert step.began is not None
        assert step.ended is not None
        x, end = scale.at(step.began), _end(scale, step)
        look = "critical" if row.critical else "bar"
        yield svg.rectangle(x, row.bar, max(end - x, 3), _BAR, rx=3, class_=look)
        promised = step.limits.promised
        if promised is not None and step.ended > start_of_day(promised + timedelta(days=1)):
            late = max(scale.end_of(promised), x)
            yield svg.rectangle(late, row.bar, max(end - late, 2), _BAR, rx=3, class_="late")
        for wait in step.waits:
            since, until = scale.at(wait.began), scale.at(wait.ended)
            fill = "url(#supplement)" if wait.supplement else "url(#procedure)"
            yield svg.rectangle(since, row.bar, max(until - since, 2), _BAR, fill=fill)
        if promised is not None and promised <= scale.last:
            yield svg.element("path", d=_diamond(scale.end_of(promised), row.bar - 1), fill=_PROMISE)
        days = self._subject.stage.working_days(step.began, step.ended)
        told = f"{days} 个工作日" if days else "当日"
        weight = 600 if row.critical else 400
        yield svg.text(end + 8, row.bar + 14, told, font_size=12, font_weight=weight, class_="days")

    def _links(self) -> Iterator[str]:
        """From the end of each step to the beginning of those that waited for it longest."""
        rows = {row.step.code: row for row in self._rows}
        for step in self._subject.stage.plan.steps:
            row = rows.get(step.code)
            before = [rows[code] for code in step.after if code in rows]
            if row is None or row.step.began is None or not before:
                continue
            awaited = max(before, key=lambda other: other.step.ended or self._run.received)
            x, y = _end(self._scale, awaited.step), awaited.bar + _BAR
            to = max(self._scale.at(row.step.began), x)
            look = "critical-link" if row.critical and awaited.critical else "link"
            bend = f"M{x - 2:.1f},{y:.1f} V{(y + row.bar) / 2:.1f} H{to + 4:.1f} V{row.bar - 1:.1f}"
            yield svg.element("path", d=bend, class_=look, marker_end="url(#arrow)")


def _scale_of(run: RunRecord, steps: Sequence[StepRecord]) -> Scale:
    """From a day before the receipt to what ends last; the promise is shown when it is not far beyond."""
    first = last_day(run.received) - timedelta(days=1)
    ended = max(last_day(step.ended) for step in steps if step.ended is not None)
    last = ended
    for day in (run.limits.promised, run.limits.legal):
        if day is not None and (day - first) <= (ended - first) * 1.6:
            last = max(last, day)
    last += timedelta(days=1)
    count = (last - first).days + 1
    return Scale(first, last, _LEFT, max(_CHART / count, _NARROWEST))


def _end(scale: Scale, step: StepRecord) -> float:
    assert step.ended is not None
    day = last_day(step.ended)
    midnight = step.ended == start_of_day(day + timedelta(days=1))
    return scale.end_of(day) if midnight else scale.at(step.ended)


def _diamond(x: float, y: float) -> str:
    return f"M{x:.1f},{y - 5:.1f} l5,5 l-5,5 l-5,-5 z"
