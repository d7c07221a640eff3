"""A letter as PDF."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final

from lianban_intake.official_documents.letters.letter import Letter
from lianban_intake.typesetting import compiled

_SOURCE: Final = Path(str(files("lianban_intake.official_documents") / "letter.typ"))


def letter_pdf(letter: Letter, dated: date) -> bytes:
    """Blocks."""
    return compiled(_SOURCE, {"letter": letter.model_dump_json()}, dated)
