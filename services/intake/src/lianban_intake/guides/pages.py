"""Guides as HTML pages: one file each, style and script inside, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Protocol, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lianban.catalog.guide import Guide, GuideStep
from lianban.catalog.notice import NoticeWindow
from lianban_intake.guides.answers import PREFIX, Chosen
from lianban_intake.guides.index import Index, Narrowing


class Conditional(Protocol):
    @property
    def when(self) -> str | None: ...


C = TypeVar("C", bound=Conditional)

_FOLDER: Final = files("lianban_intake.guides") / "templates"
_PAGE_CSS: Final = (_FOLDER / "page.css").read_text("utf-8")
_POSTER_CSS: Final = (_FOLDER / "poster.css").read_text("utf-8")
_SCRIPT: Final = (_FOLDER / "page.js").read_text("utf-8")


def _hashed(*texts: str) -> str:
    """Source expressions of a policy that admit just these texts."""
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


POLICY: Final = (
    f"default-src 'none'; style-src {_hashed(_PAGE_CSS, _POSTER_CSS)}; script-src {_hashed(_SCRIPT)}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
"""Content-Security-Policy of every page."""


def by_condition(items: Iterable[C]) -> list[tuple[str | None, list[C]]]:
    """Items that share a condition together, the unconditional first."""
    found: dict[str | None, list[C]] = {None: []}
    for item in items:
        found.setdefault(item.when, []).append(item)
    return [(when, group) for when, group in found.items() if group]


def by_place(windows: Iterable[NoticeWindow]) -> dict[str, list[NoticeWindow]]:
    """Departments that share a window together; under the empty place those whose window is not known."""
    found: dict[str, list[NoticeWindow]] = {}
    for window in windows:
        found.setdefault(window.window or "", []).append(window)
    return found


@dataclass(frozen=True)
class Row:
    """Steps in one row of a large screen: side by side, or one after another."""

    steps: tuple[GuideStep, ...]
    side_by_side: bool


def rows(stages: Iterable[tuple[GuideStep, ...]]) -> list[Row]:
    """Stages of a single step share a row: a screen is wide and not high."""
    found: list[Row] = []
    for steps in stages:
        if len(steps) == 1 and found and not found[-1].side_by_side:
            found[-1] = Row((*found[-1].steps, *steps), False)
        else:
            found.append(Row(steps, len(steps) > 1))
    return found


_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("lianban_intake.guides", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(by_condition=by_condition, by_place=by_place, rows=rows)
_ENVIRONMENT.globals.update(
    page_css=Markup(_PAGE_CSS), poster_css=Markup(_POSTER_CSS), script=Markup(_SCRIPT), prefix=PREFIX
)


def index_page(index: Index, narrowing: Narrowing) -> bytes:
    return _rendered("index.html", index=index, narrowing=narrowing, groups=index.groups(narrowing))


def guide_page(whole: Guide, guide: Guide, chosen: Chosen) -> bytes:
    """``whole``: for everyone, whose questions are asked; ``guide``: what is shown, the same or tailored."""
    return _rendered(
        "guide.html",
        whole=whole,
        guide=guide,
        answers=dict(chosen.answers),
        faults=dict(chosen.faults),
        unknown=chosen.unknown,
    )


def poster_page(guide: Guide, url: str, qr: str) -> bytes:
    return _rendered("poster.html", guide=guide, url=url, qr=Markup(qr))


def missing_page() -> bytes:
    return _rendered("missing.html")


def _rendered(template: str, **context: Any) -> bytes:
    return _ENVIRONMENT.get_template(template).render(context).encode()
