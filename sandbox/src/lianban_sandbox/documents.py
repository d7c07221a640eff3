"""Small files that are what their media type says: PDF with Chinese text, JPEG, PNG, OFD.

Each carries the text it is given, so that no two files of the sandbox are the same bytes.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Final
from xml.sax.saxutils import escape

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
OFD: Final = "application/ofd"

Make = Callable[[str], bytes]
"""Makes a file that shows a text."""

_LEADING: Final = 24


def pdf(title: str, lines: Sequence[str] = ()) -> bytes:
    """One A4 page (ISO 32000). The font is one every reader substitutes, so that none is embedded."""
    shown = [f"/F1 18 Tf 72 760 Td <{_utf16(title)}> Tj", "/F1 12 Tf"]
    shown += [f"0 -{_LEADING} Td <{_utf16(line)}> Tj" for line in lines]
    content = ("BT\n" + "\n".join(shown) + "\nET").encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 6 0 R>>",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)"
        b"/Supplement 2>>/DW 1000/W[1 95 500]/FontDescriptor 7 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    )
    document = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(document)
    document += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    document += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    document += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(document)


def jpeg(text: str) -> bytes:
    """A grey square of 8 by 8 pixels, baseline (ITU-T T.81), with ``text`` as its comment."""
    one_code = b"\x01" + bytes(15) + b"\x00"  # a table of a single code: no difference, end of block
    return (
        b"\xff\xd8"
        + _marker(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + _marker(0xFE, text.encode()[:60_000])
        + _marker(0xDB, b"\x00" + b"\x01" * 64)
        + _marker(0xC0, b"\x08\x00\x08\x00\x08\x01\x01\x11\x00")
        + _marker(0xC4, b"\x00" + one_code)
        + _marker(0xC4, b"\x10" + one_code)
        + _marker(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\x3f\xff\xd9"
    )


def png(text: str) -> bytes:
    """A white pixel (ISO 15948), with ``text`` as its description."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + _chunk(b"iTXt", b"Description\x00\x00\x00\x00\x00" + text.encode())
        + _chunk(b"IDAT", zlib.compress(b"\x00\xff"))
        + _chunk(b"IEND", b"")
    )


def ofd(text: str) -> bytes:
    """A document of one empty page (GB/T 33190), titled ``text``."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    parts = {
        "OFD.xml": f'{head}<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:Title>'
        f"{escape(text)}</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"{head}<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>2</ofd:MaxUnitID>"
        "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Pages/Page_0/Content.xml": f"{head}<ofd:Page {space}/>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # ZipInfo's fixed date keeps the bytes repeatable
    return packed.getvalue()


def _utf16(text: str) -> str:
    return text.encode("utf-16-be").hex()


def _marker(kind: int, payload: bytes) -> bytes:
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(payload) + 2) + payload


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
