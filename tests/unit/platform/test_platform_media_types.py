"""Formats told by content, however the content is cut up on its way."""

from __future__ import annotations

import io
import itertools
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianban.platform.media_types import Sniffer, UnknownFormat, sniff


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(zipfile.ZipInfo(name), b"content")  # not of today: a test is called by its content
    return buffer.getvalue()


SAMPLES = {
    b"%PDF-1.4 and so on": "application/pdf",
    b"\xff\xd8\xff\xe1 and so on": "image/jpeg",
    b"\x89PNG\r\n\x1a\n and so on": "image/png",
    archive("OFD.xml", "Doc_0/Document.xml"): "application/ofd",
}


def streamed(content: bytes, cuts: set[int]) -> str:
    sniffer = Sniffer()
    edges = sorted({0, len(content)} | cuts)
    for one, other in itertools.pairwise(edges):
        sniffer.feed(content[one:other])
    return sniffer.finish()


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_pieces_do_not_matter(content: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.sets(st.integers(0, len(content)), max_size=8))
    assert streamed(content, cuts) == sniff(content) == SAMPLES[content]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF",
        b"\x89PNG\r\n",
        b"GIF89a......",
        archive("word/document.xml"),
        archive("OFD.xml")[:40],
        b"PK\x03\x04" * 9,
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    with pytest.raises(UnknownFormat):
        streamed(content, set())
    assert sniff(content) is None


def test_a_program_is_refused_before_it_has_arrived() -> None:
    with pytest.raises(UnknownFormat):
        Sniffer().feed(b"\x7fELF\x02\x01\x01\x00")
