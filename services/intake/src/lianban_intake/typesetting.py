"""PDF, set by typst. Data reaches a document as JSON or text and is never part of its source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Final

import manimgx_fonts_cjk
import typst

FONTS: Final = Path(manimgx_fonts_cjk.__file__).parent
"""Noto Sans CJK (SIL Open Font License)."""


def compiled(source: Path, inputs: Mapping[str, str], dated: date) -> bytes:
    """The same input gives the same bytes: even the time of making is that of ``dated``. Blocks."""
    content = typst.compile(
        source,
        root=source.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=dict(inputs),
        pdf_standards=["ua-1"],
        timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=UTC),
    )
    assert isinstance(content, bytes)
    return content


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])
