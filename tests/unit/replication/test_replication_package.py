"""Packages: the same bytes for the same content; anything amiss is refused by name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from replication_samples import forged

from fixtures.catalogues import SMALL
from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog
from lianban.publishing.files import canonical
from lianban.replication import opening
from lianban.replication.keys import fingerprint, generate, load_private, load_public, public_file
from lianban.replication.opening import opened
from lianban.replication.package import collected, packed
from lianban.replication.refusal import Refused

KEY = Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(SMALL)


@pytest.fixture(scope="module")
def data(catalog: Catalog) -> bytes:
    return packed(collected(catalog, ["T2", "T1"]), KEY)


def test_a_package_is_opened_as_it_was_packed(catalog: Catalog, data: bytes) -> None:
    package = opened(data, KEY.public_key())
    assert package.signer == fingerprint(KEY.public_key())
    assert package.manifest == collected(catalog, ["T1", "T2"]).manifest
    assert package.catalog.themes == catalog.themes
    assert "110101" not in package.catalog.divisions


def test_the_same_content_makes_the_same_bytes(catalog: Catalog, data: bytes) -> None:
    assert packed(collected(load_catalog(SMALL), ["T1", "T2", "T1"]), KEY) == data


def test_an_unsigned_package_is_taken_unless_a_signature_is_demanded(catalog: Catalog) -> None:
    unsigned = packed(collected(catalog, ["T1"]), None)
    assert opened(unsigned).signer is None
    with pytest.raises(Refused, match="没有签名"):
        opened(unsigned, KEY.public_key())


def test_a_package_of_another_key_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="不是受信任的密钥"):
        opened(data, Ed25519PrivateKey.generate().public_key())


def test_every_truncation_is_refused(data: bytes) -> None:
    for length in range(0, len(data), 97):
        with pytest.raises(Refused):
            opened(data[:length])
    with pytest.raises(Refused):
        opened(data[:-1])


@pytest.mark.parametrize("old", ["开小店", "429006", "INDEPENDENT", "GATE"])
def test_a_changed_part_is_refused_by_name(data: bytes, old: str) -> None:
    if old.encode() not in data:
        old = "GATE"
    with pytest.raises(Refused, match=r"与清单中的摘要不符|签名无效|manifest\.source\.code: 不符合"):
        opened(data.replace(old.encode(), b"XXXXXX"))


def change(part: str, **fields: Any) -> Callable[[Any], None]:
    return lambda content: content["parts"][part][0].update(fields)


REFUSED: list[tuple[str, Callable[[Any], None], str]] = [
    ("signed before it was changed", change("themes", name="别的"), "签名无效"),
    ("newer", lambda content: content["manifest"].update(format=2), "格式版本不受支持.*先升级"),
    ("no format", lambda content: content["manifest"].pop("format"), "格式版本不受支持"),
    ("another kind", lambda content: content["manifest"].update(kind="x"), "不是主题包"),
    ("unknown member", lambda content: content.update(more=1), "more: 不符合"),
    (
        "path as the source",
        lambda content: content["manifest"]["source"].update(code="/../../../x"),
        r"manifest\.source\.code: 不符合",
    ),
    ("themes missing", lambda content: content["manifest"].update(themes={}), "manifest.themes: 不符合"),
]


@pytest.mark.parametrize(("name", "changed", "told"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_what_is_amiss_is_named(data: bytes, name: str, changed: Callable[[Any], None], told: str) -> None:
    with pytest.raises(Refused, match=told):
        opened(forged(data, changed))


def unsigned(changed: Callable[[Any], object]) -> Callable[[Any], None]:
    def both(content: Any) -> None:
        content["signature"] = None
        changed(content)

    return both


FORGED: list[tuple[str, Callable[[Any], object], str]] = [
    ("path in a code", change("departments", code="../../etc/cron.d/x"), r"departments\[0\].code: 格式不符"),
    ("path in a theme", change("themes", code="../T1"), r"themes\[0\].code: 格式不符"),
    ("path as a part", lambda content: content["parts"].update({"../x": []}), r"\.\./x: 不认识的部分"),
    ("content not of its version", change("themes", summary="别的"), "主题 T1: 内容与清单中的版本不符"),
    ("what nobody needs", lambda content: content["parts"]["licences"].append(
        {"code": "spare", "name": "多余", "issuer": "某局"}), "有主题不需要的定义"),
    ("something missing", lambda content: content["parts"]["materials"].pop(0), r"主题 T1: 引用的定义 .* 不在包中"),
    ("twice", lambda content: content["parts"]["themes"].append(content["parts"]["themes"][0]), "代码 T1 重复"),
    ("field unknown", change("materials", shell="rm -rf /"), r"materials\[0\].shell: 未知字段"),
    ("source not there", lambda content: content["manifest"]["source"].update(code="429004"),
     "来源区划 429004 不在包中"),
    ("themes of another source", lambda content: content["manifest"]["source"].update(code="429006001"),
     "主题 T1: 所属区划 429006 不是来源区划 429006001"),
    ("theme not listed", lambda content: content["manifest"]["themes"].pop("T2"), "主题与清单不一致"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changed", "told"), FORGED, ids=[name for name, *_ in FORGED])
def test_a_forged_unsigned_package_is_refused(data: bytes, name: str, changed: Any, told: str) -> None:
    with pytest.raises(Refused, match=told):
        opened(forged(data, unsigned(changed)))


def test_what_the_manifest_lists_and_what_is_there_are_the_same(data: bytes) -> None:
    content = json.loads(data)
    content["signature"] = None
    content["parts"]["extra"] = content["parts"].pop("licences")
    with pytest.raises(Refused) as raised:
        opened(canonical(content))
    assert raised.value.faults == [
        "extra: 清单中没有这个部分",
        "licences: 清单中有而包中没有",
        "extra: 不认识的部分",
    ]


def bomb() -> bytes:
    packed_zeros = io.BytesIO()
    with zipfile.ZipFile(packed_zeros, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../manifest.json", b"0" * (64 << 20))
    return packed_zeros.getvalue()


def deep() -> bytes:
    return b"[" * 200_000


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "不是主题包"),
        (b"\xff\xfe\x00", "不是主题包"),
        (b"[]", "不是主题包"),
        (b'{"manifest": NaN}', "不是主题包"),
        (b'{"manifest": {"kind": "lianban-themes", "format": 1e999}}', "格式版本不受支持"),
        (b"1" * 5000, "不是主题包"),
        (b" " * ((16 << 20) + 1), "超过 16 MiB"),
    ],
    ids=["empty", "no text", "list", "constant", "infinite", "long number", "too large"],
)
def test_what_is_no_package_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(Refused, match=told):
        opened(content)


@pytest.mark.parametrize("make", [bomb, deep])
def test_bombs_are_refused_without_being_unpacked(make: Callable[[], bytes]) -> None:
    with pytest.raises(Refused, match="不是主题包"):
        opened(make())


def test_another_spelling_of_the_same_is_refused(data: bytes) -> None:
    for other in (data + b" ", json.dumps(json.loads(data)).encode(), data.replace(b'"kind"', b'"kind":"x","kind"')):
        with pytest.raises(Refused):
            opened(other)
    content = json.loads(data)
    content["parts"]["themes"][0]["summary"] = "\ud800"
    with pytest.raises(Refused, match="不是规范写法"):
        opened(json.dumps(content).encode())


def test_themes_of_two_divisions_go_apart(catalog: Catalog) -> None:
    elsewhere = catalog.themes["T2"].model_copy(update={"division": "110101"})
    both = catalog.model_copy(update={"themes": {**catalog.themes, "T2": elsewhere}})
    with pytest.raises(Refused, match="分属不同区划"):
        collected(both, ["T1", "T2"])
    with pytest.raises(Refused, match="没有主题 T8"):
        collected(catalog, ["T8"])


def test_the_limit_bears_a_whole_city() -> None:
    assert 4 * len(json.dumps("字" * 1_000_000, ensure_ascii=False).encode()) < opening.MAX_BYTES


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "division.key"
    public = generate(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert fingerprint(load_private(path).public_key()) == fingerprint(public)
    assert fingerprint(load_public(public_file(path))) == fingerprint(public)
    with pytest.raises(Refused, match="文件已存在"):
        generate(path)
    path.chmod(0o640)
    with pytest.raises(Refused, match="他人可以读取"):
        load_private(path)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    for content in (None, "", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"):
        if content is not None:
            path.write_text(content)
            path.chmod(0o600)
        with pytest.raises(Refused, match="不是"):
            load_private(path)
        with pytest.raises(Refused, match="不是"):
            load_public(path)
