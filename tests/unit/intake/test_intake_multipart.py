"""The file part of a multipart body, however the body is cut up on its way."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianban_intake.materials.multipart import FilePart, NotMultipart

TYPE = "multipart/form-data; boundary=frontier"


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    head = f'--frontier\r\nContent-Disposition: form-data; name="{name}"'
    head += f'; filename="{filename}"' if filename else ""
    return head.encode() + b"\r\n\r\n" + content + b"\r\n"


END = b"--frontier--\r\n"


async def read(body: bytes, cuts: set[int], content_type: str = TYPE) -> bytes:
    edges = sorted({0, len(body)} | cuts)

    async def chunks() -> AsyncIterator[bytes]:
        for one, other in itertools.pairwise(edges):
            yield body[one:other]

    return b"".join([piece async for piece in FilePart(content_type, "file").content(chunks())])


@given(st.binary(max_size=200), st.data())
async def test_content_comes_out_as_it_went_in(content: bytes, data: st.DataObject) -> None:
    body = part("comment", b"hello") + part("file", content, "a.pdf") + END
    cuts = data.draw(st.sets(st.integers(0, len(body)), max_size=20))
    assert await read(body, cuts) == content


@pytest.mark.parametrize(
    "body",
    [
        b"",
        END,
        part("file", b"no name of a file") + END,
        part("other", b"x", "a.pdf") + END,
        part("file", b"one", "a.pdf") + part("file", b"two", "b.pdf") + END,
        part("file", b"cut off", "a.pdf"),
        part("comment", b"x" * 70_000) + part("file", b"one", "a.pdf") + END,
        b"something else",
    ],
)
async def test_what_is_not_one_file(body: bytes) -> None:
    with pytest.raises(NotMultipart):
        await read(body, set())


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "multipart/form-data", f"multipart/form-data; boundary={'x' * 300}"]
)
async def test_what_is_not_multipart(content_type: str) -> None:
    with pytest.raises(NotMultipart):
        await read(part("file", b"x", "a") + END, set(), content_type)
