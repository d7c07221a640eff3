"""Documents of the guides as PDF."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final

from lianban.catalog.guide import Guide
from lianban_intake.typesetting import compiled

_FOLDER: Final = Path(str(files("lianban_intake.guides") / "documents"))


def standard_pdf(guide: Guide, dated: date) -> bytes:
    """标准规范, A4. Blocks."""
    return compiled(_FOLDER / "standard.typ", {"guide": guide.model_dump_json(), "dated": _zh(dated)}, dated)


def poster_pdf(guide: Guide, dated: date, url: str, qr: str) -> bytes:
    """海报, A3. ``qr``: the code of ``url`` as SVG. Blocks."""
    inputs = {"guide": guide.model_dump_json(), "dated": _zh(dated), "url": url, "qr": qr}
    return compiled(_FOLDER / "poster.typ", inputs, dated)


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
