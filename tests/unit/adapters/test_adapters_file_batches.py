"""Folders on an SFTP server: names, manifests, and acts that leave their files beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianban.platform.problems import FieldError
from lianban_adapters.channels.files.acts import act_of, reason, summary, told
from lianban_adapters.channels.files.layout import (
    ACT,
    TASK,
    batch_name,
    is_batch_name,
    is_on_its_way,
    material_name,
    safe_name,
)
from lianban_adapters.channels.files.manifest import Listed, Manifest, manifest_of, read_json, read_manifest, sha256
from lianban_adapters.channels.incoming.port import Unusable
from lianban_adapters.dossiers.models import DossierMaterial

case_numbers = st.from_regex(r"[0-9]{6}[A-Z][0-9]{1,2}[0-9]{12}[0-9A-Z]", fullmatch=True)
steps = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)
messages = st.one_of(
    st.just(""), st.just(":withdrawn"), st.integers(1, 10_000).map(lambda number: f":supplement:{number}")
)
keys = st.builds(lambda case, step, message: f"{case}:{step}{message}", case_numbers, steps, messages)


@given(st.lists(keys, unique=True, max_size=20))
def test_one_name_for_one_key(some: list[str]) -> None:
    names = [batch_name(key) for key in some]
    assert len({name.lower() for name in names}) == len(some)
    assert all(is_batch_name(name) and not is_on_its_way(name) and safe_name(name) == name for name in names)


@given(case_numbers, steps, st.lists(st.integers(1, 99_999), unique=True))
def test_messages_of_a_task_sort_as_they_were_sent(case: str, step: str, numbers: list[int]) -> None:
    sent = ["", *(f":supplement:{number}" for number in sorted(numbers)), ":withdrawn"]
    names = [batch_name(f"{case}:{step}{message}") for message in sent]
    assert sorted(names) == names


@given(st.text(max_size=300))
def test_whatever_a_batch_is_called_something_can_be_written_about_it(name: str) -> None:
    assert "/" not in safe_name(name)
    assert len(safe_name(name)) <= 128
    assert safe_name(name) not in ("", ".", "..")


def test_a_name_that_is_no_utf8_is_told_apart() -> None:
    one, other = (os_name.decode(errors="surrogateescape") for os_name in ("批次".encode("gbk"), "目录".encode("gbk")))
    assert safe_name(one) != safe_name(other)


@pytest.mark.parametrize("name", [".a", ".a.tmp", "a.TMP", "a.part", "a.filepart"])
def test_what_is_on_its_way_says_so(name: str) -> None:
    assert is_on_its_way(name)
    assert not is_on_its_way("a.2026-tmp")


def test_a_material_is_called_after_its_place_and_code() -> None:
    material = DossierMaterial(code="deed", name="证", digest="0", media_type="application/ofd", file_name="../证.ofd")
    assert material_name(3, material) == "03-deed.ofd"
    assert material_name(12, material.model_copy(update={"media_type": "text/plain"})) == "12-deed.bin"


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5))
def test_what_is_written_is_read(contents: list[bytes]) -> None:
    files = [Listed(name=TASK, size=3, sha256=sha256(b"{}\n"))]
    files += [Listed(name=f"{n}.pdf", size=len(one), sha256=sha256(one)) for n, one in enumerate(contents)]
    manifest = read_manifest(manifest_of("a.b", files), "a.b", TASK)
    assert manifest.files == tuple(files)
    assert manifest.created_at is not None


def faults_of(content: Any, batch: str = "b") -> list[str]:
    with pytest.raises(Unusable) as caught:
        read_manifest(content if isinstance(content, bytes) else json.dumps(content).encode(), batch, ACT)
    return [f"{fault.pointer} {fault.code}" for fault in caught.value.faults]


def test_every_fault_of_a_manifest_is_told_at_once() -> None:
    file = {"name": ACT, "size": 1, "sha256": "0" * 64}
    assert faults_of({"batch": "a", "files": [{**file, "name": "x"}, {**file, "name": "x"}]}) == [
        "manifest.json#/batch other-batch",
        "manifest.json#/files/1/name twice",
        "manifest.json#/files missing",
    ]
    assert faults_of({"files": [{**file, "size": 1.5}, {"name": "../a"}], "more": 1}) == [
        "manifest.json#/batch missing",
        "manifest.json#/files/0/size int_type",
        "manifest.json#/files/1/name file_name",
        "manifest.json#/files/1/size missing",
        "manifest.json#/files/1/sha256 missing",
        "manifest.json#/more extra_forbidden",
    ]
    assert faults_of({"batch": "b", "files": [{**file, "name": f"{n}"} for n in range(61)]}) == [
        "manifest.json#/files too_long"
    ]
    assert faults_of({"batch": "b", "files": [file | {"size": 20 * 1024 * 1024 + 1}]}) == [
        "manifest.json#/files too-large"
    ]


@given(st.binary(max_size=200))
def test_rubbish_is_no_manifest(content: bytes) -> None:
    assert faults_of(content)


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda some: st.dictionaries(st.text(), some) | st.lists(some))
)
def test_whatever_is_json_is_read_as_such(value: Any) -> None:
    assert read_json(json.dumps(value).encode(), ACT) == value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"a": [{"b": 1, "c": 2, "b": 3}]}', "twice"),
        (b'{"a": NaN}', "json_invalid"),
        (b"[" * 100_000, "json_invalid"),
        (b'["\\udc00"]', "json_invalid"),
        (b"1" * 5000, "json_invalid"),
        ("[“]".encode("gbk"), "encoding"),
    ],
)
def test_what_is_no_json_or_says_a_thing_twice(content: bytes, code: str) -> None:
    with pytest.raises(Unusable) as caught:
        read_json(content, ACT)
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [(f"{ACT}#", code)]


def test_files_are_put_where_a_callback_has_them() -> None:
    files = {"a.pdf": b"%PDF-1", "b.pdf": b"%PDF-2"}
    act = {"results": [{"file": {"stored_as": "b.pdf", "name": "证"}}, {}, {"file": {"stored_as": "a.pdf"}}]}
    found = act_of(json.dumps(act).encode(), files)
    assert found.faults == ()
    assert [result.get("file") for result in found.act["results"]] == [
        {"name": "证", "content": b"%PDF-2"},
        None,
        {"content": b"%PDF-1"},
    ]


def test_files_that_are_not_there_or_are_not_used() -> None:
    results: Any = [{"file": {"stored_as": "b.pdf"}}, {"file": {"stored_as": 7}}, {"file": {"content": "JVBE"}}, "x"]
    found = act_of(json.dumps({"results": results}).encode(), {"a.pdf": b""})
    assert [f"{fault.pointer} {fault.code}" for fault in found.faults] == [
        "/results/0/file/content unknown-file",
        "/results/1/file/content unknown-file",
        "/results/2/file/content inline",
        " unused-file",
    ]
    for results in ("x", {"file": 1}, None, [None, {"file": []}]):
        assert act_of(json.dumps({"results": results}).encode(), {}).faults == ()


def test_faults_are_told_by_file_and_place_and_once_for_a_place() -> None:
    faults = [
        FieldError("/results/0/file/content", "unknown-file", "清单中没有这个文件"),
        FieldError("/results/0/file/content", "missing", "必填"),
        FieldError("", "unused-file", "a.pdf：没有用到"),
        FieldError("", "unused-file", "b.pdf：没有用到"),
        FieldError("manifest.json#/files/1", "digest", "a.pdf：不符"),
        FieldError("act.json#", "twice", "写了不止一次"),
    ]
    assert [fault["pointer"] for fault in told(faults)] == [
        "act.json#/results/0/file/stored_as",
        "",
        "",
        "manifest.json#/files/1",
        "act.json#",
    ]
    assert reason("b-1", "acts/quarantine/b-1", faults).splitlines()[2:8] == [
        "需要更正的地方：",
        "1. act.json 的 /results/0/file/stored_as：清单中没有这个文件",
        "2. a.pdf：没有用到",
        "3. b.pdf：没有用到",
        "4. manifest.json 的 /files/1：a.pdf：不符",
        "5. act.json：写了不止一次",
    ]
    assert len(summary(faults, 60)) <= 60


def test_a_manifest_of_ours_says_when_it_was_written() -> None:
    manifest = Manifest.model_validate_json(manifest_of("b", [Listed(name=TASK, size=0, sha256=sha256(b""))]))
    assert manifest.created_at is not None
    assert manifest.created_at.utcoffset() is not None
