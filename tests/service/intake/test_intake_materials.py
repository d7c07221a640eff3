"""Files handed in: streamed, told by their content, limited in size."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import AsyncIterator

import pytest
from intake_world import PDF, PNG, World, faults, slug

MIB = 1024 * 1024


def archive(*names: str, size: int = 10) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, os.urandom(size))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"x" * 50, "image/jpeg"),
        (archive("Doc_0/Document.xml", "OFD.xml"), "application/ofd"),
        (archive("OFD.xml", "Doc_0/Res/image.jb2", size=3 * MIB), "application/ofd"),
    ],
)
async def test_type_is_told_by_content_not_by_name(intake: World, content: bytes, media_type: str) -> None:
    response = await intake.upload(content)
    assert response.status_code == 201, response.text
    digest = hashlib.sha256(content).hexdigest()
    assert response.json() == {"digest": digest, "media_type": media_type, "size": len(content)}
    assert await intake.state.objects.get(digest) == content


async def test_same_file_twice_is_one(intake: World) -> None:
    first, second = await intake.upload(PDF), await intake.upload(PDF, role="window", subject="clerk")
    assert first.json() == second.json()
    rows = await intake.rows("SELECT uploaded_by FROM intake.materials WHERE digest = :d", d=first.json()["digest"])
    assert rows == [{"uploaded_by": "portal-a"}]


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"MZ\x90\x00 a program", b"<html></html>", archive("word/document.xml")]
)
async def test_other_types_are_refused_and_not_kept(intake: World, content: bytes) -> None:
    response = await intake.upload(content)
    assert (response.status_code, slug(response)) == (415, "material-type")
    assert not await intake.state.objects.exists(hashlib.sha256(content).hexdigest())


async def test_twenty_mebibytes_are_taken_and_a_byte_more_is_not(intake: World) -> None:
    largest = PDF.ljust(20 * MIB, b"x")
    assert (await intake.upload(largest)).status_code == 201
    response = await intake.upload(largest + b"x")
    assert (response.status_code, slug(response)) == (413, "material-too-large")


async def test_declared_size_is_enough_to_refuse(intake: World) -> None:
    response = await intake.upload(PDF.ljust(30 * MIB, b"x"))
    assert (response.status_code, slug(response)) == (413, "material-too-large")


async def test_size_is_counted_where_none_is_declared(intake: World) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'

    async def body() -> AsyncIterator[bytes]:
        yield head + PDF
        for _ in range(24):
            yield b"x" * MIB

    headers = {**intake.auth(), "Content-Type": "multipart/form-data; boundary=b"}
    response = await intake.http.post("/v1/materials", content=body(), headers=headers)
    assert (response.status_code, slug(response)) == (413, "material-too-large")


async def test_what_is_not_one_file_is_refused(intake: World) -> None:
    two = [("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))]
    for response in (
        await intake.http.post("/v1/materials", headers=intake.auth(), content=PDF),
        await intake.http.post("/v1/materials", headers=intake.auth(), files={"other": ("a.pdf", PDF)}),
        await intake.http.post("/v1/materials", headers=intake.auth(), files=two),
        await intake.http.post("/v1/materials", headers=intake.auth(), data={"file": "text"}),
        await intake.http.post(
            "/v1/materials",
            headers={**intake.auth(), "Content-Type": "multipart/form-data; boundary=b"},
            content=b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + PDF,
        ),
    ):
        assert (response.status_code, slug(response)) == (422, "invalid-request"), response.text
        assert faults(response) == [("/file", "missing")]


async def test_fields_beside_the_file_are_left_aside(intake: World) -> None:
    response = await intake.http.post(
        "/v1/materials", headers=intake.auth(), files={"file": ("a.pdf", PDF)}, data={"comment": "x"}
    )
    assert response.status_code == 201


async def test_only_portals_and_windows_hand_in(intake: World) -> None:
    assert slug(await intake.http.post("/v1/materials", files={"file": ("a.pdf", PDF)})) == "unauthenticated"
    assert slug(await intake.upload(role="officer", subject="o")) == "forbidden"
