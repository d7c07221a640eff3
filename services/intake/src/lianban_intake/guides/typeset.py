"""Documents as PDF, set by typst. Data reaches a document as JSON and is never part of its source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

import manimgx_fonts_cjk
import typst

from lianban.catalog.guide import Guide

_FOLDER: Final = Path(str(files("lianban_intake.guides") / "documents"))
_FONTS: Final = Path(manimgx_fonts_cjk.__file__).parent
"""Noto Sans CJK (SIL Open Font License)."""


def standard_pdf(guide: Guide, dated: date) -> bytes:
    """标准规范, A4. Blocks."""
    return _compiled("standard.typ", {"guide": guide.model_dump_json(), "dated": _zh(dated)}, dated)


def poster_pdf(guide: Guide, dated: date, url: str, qr: str) -> bytes:
    """海报, A3. ``qr``: the code of ``url`` as SVG. Blocks."""
    inputs = {"guide": guide.model_dump_json(), "dated": _zh(dated), "url": url, "qr": qr}
    return _compiled("poster.typ", inputs, dated)


def _compiled(document: str, inputs: Mapping[str, str], dated: date) -> bytes:
    """The same input gives the same bytes: even the time of making is that of the edition."""
    content = typst.compile(
        _FOLDER / document,
        root=_FOLDER,
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs=dict(inputs),
        pdf_standards=["ua-1"],
        timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=UTC),
    )
    assert isinstance(content, bytes)
    return content


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
