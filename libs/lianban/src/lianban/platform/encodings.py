"""What bytes that should be UTF-8 seem to be instead: most wrongly encoded text comes from systems that write GBK."""

from __future__ import annotations

from typing import Final

NOT_UTF8: Final = "应为 UTF-8 编码"
LOOKS_LIKE_GBK: Final = "应为 UTF-8 编码，收到的像是 GBK"


def encoding_fault(content: bytes) -> str:
    """Of bytes that are not UTF-8."""
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return NOT_UTF8
    return LOOKS_LIKE_GBK
