"""Files the sandbox makes are what their media type says."""

from __future__ import annotations

import io
import re
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib

import pytest

from lianban_sandbox import documents


def test_pdf_offsets_point_at_their_objects() -> None:
    content = documents.pdf("食品经营许可证", ["编号：样例", "日期：2026年"])
    assert content.startswith(b"%PDF-1.")
    assert content.endswith(b"%%EOF\n")
    start = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n", 1)[0])
    head, _, rest = content[start:].partition(b"\n0000000000 65535 f \n")
    assert head.startswith(b"xref\n0 ")
    offsets = [int(offset) for offset in re.findall(rb"^(\d{10}) 00000 n $", rest, re.MULTILINE)]
    assert len(offsets) == int(head.split()[-1]) - 1
    for number, offset in enumerate(offsets, 1):
        assert content[offset:].startswith(b"%d 0 obj\n" % number)


def test_pdf_stream_has_its_length_and_holds_the_text() -> None:
    content = documents.pdf("许可证", ["第二行"])
    [(length, stream)] = re.findall(rb"/Length (\d+)>>stream\n(.*?)\nendstream", content, re.DOTALL)
    assert int(length) == len(stream)
    shown = [bytes.fromhex(text.decode()).decode("utf-16-be") for text in re.findall(rb"<([0-9a-f]+)> Tj", stream)]
    assert shown == ["许可证", "第二行"]


def test_png_chunks_carry_their_checksums() -> None:
    content = documents.png("户口簿")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    kinds, position = [], 8
    while position < len(content):
        [length] = struct.unpack_from(">I", content, position)
        kind = content[position + 4 : position + 8]
        payload = content[position + 8 : position + 8 + length]
        [checksum] = struct.unpack_from(">I", content, position + 8 + length)
        assert checksum == zlib.crc32(kind + payload)
        kinds.append(kind)
        if kind == b"IDAT":
            assert len(zlib.decompress(payload)) == 2  # a filter byte and one pixel
        position += 12 + length
    assert kinds[0] == b"IHDR"
    assert kinds[-1] == b"IEND"


def test_jpeg_segments_follow_each_other_up_to_the_scan() -> None:
    content = documents.jpeg("照片")
    assert content.startswith(b"\xff\xd8\xff")
    assert content.endswith(b"\xff\xd9")
    kinds, position = [], 2
    while not kinds or kinds[-1] != 0xDA:
        marker, kind, length = struct.unpack_from(">BBH", content, position)
        assert marker == 0xFF
        kinds.append(kind)
        position += 2 + length
    assert kinds == [0xE0, 0xFE, 0xDB, 0xC0, 0xC4, 0xC4, 0xDA]
    assert content[position:] == b"\x3f\xff\xd9"  # one block: no difference, end of block, ones to fill up


def test_ofd_is_an_archive_of_well_formed_parts() -> None:
    with zipfile.ZipFile(io.BytesIO(documents.ofd("证明 <样例>"))) as archive:
        assert archive.testzip() is None
        roots = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}
    assert "OFD.xml" in roots
    assert "证明 <样例>" in "".join(roots["OFD.xml"].itertext())


@pytest.mark.parametrize("make", [documents.pdf, documents.jpeg, documents.png, documents.ofd])
def test_files_differ_by_their_text_and_by_nothing_else(make: documents.Make) -> None:
    assert make("甲") == make("甲")
    assert make("甲") != make("乙")
