"""QR codes of guides' addresses (ISO/IEC 18004)."""

from __future__ import annotations

import segno


def qr_svg(url: str) -> str:
    """An ``<svg>`` that fills its box, four modules of quiet zone around. Level M: 15 % of it may be lost, as happens
    to posters."""
    return segno.make(url, error="m", micro=False).svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
