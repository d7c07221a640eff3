"""SVG elements as text. Everything that is written goes through here, so that nothing is written unescaped."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','Droid Sans Fallback',sans-serif"


def element(name: str, content: str = "", /, **attributes: str | float) -> str:
    """``stroke_width=2`` becomes ``stroke-width="2"``; ``class_`` becomes ``class``."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_text(value))}" for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def escaped(words: str) -> str:
    return escape(words)


def text(x: float, y: float, words: str, **attributes: str | float) -> str:
    return element("text", escape(words), x=x, y=y, **attributes)


def rectangle(x: float, y: float, width: float, height: float, **attributes: str | float) -> str:
    return element("rect", x=x, y=y, width=width, height=height, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: str | float) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def width_of(words: str, size: float) -> float:
    """Roughly: a Chinese character is as wide as it is high, others a little more than half of that."""
    return sum(size if ord(character) > 0x2E80 else size * 0.56 for character in words)


def shortened(words: str, size: float, most: float) -> str:
    if width_of(words, size) <= most:
        return words
    while words and width_of(words + "…", size) > most:
        words = words[:-1]
    return words + "…"


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
