"""Sealing, opening, rotation, tampering."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianban.platform.crypto import DecryptionFailed, Keyring
from lianban.platform.keyfile import KeyFileInvalid

RING = Keyring.generate()


@given(st.binary(max_size=2000), st.binary(max_size=40))
def test_what_is_sealed_opens_again(data: bytes, context: bytes) -> None:
    assert RING.decrypt(RING.encrypt(data, context), context) == data


@given(st.binary(max_size=100), st.data())
def test_any_altered_byte_is_noticed(data: bytes, draw: st.DataObject) -> None:
    sealed = bytearray(RING.encrypt(data, b"context"))
    place = draw.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(DecryptionFailed):
        RING.decrypt(bytes(sealed), b"context")


@given(st.binary(max_size=60))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(DecryptionFailed):
        RING.decrypt(data, b"context")


def test_a_value_does_not_open_elsewhere() -> None:
    with pytest.raises(DecryptionFailed):
        RING.decrypt(RING.encrypt(b"secret", b"form:1"), b"form:2")


def test_header_and_context_cannot_trade_bytes() -> None:
    sealed = RING.encrypt(b"secret", b"ab")
    with pytest.raises(DecryptionFailed):
        RING.decrypt(sealed, b"a")


def test_the_same_value_never_looks_the_same() -> None:
    assert RING.encrypt(b"x", b"") != RING.encrypt(b"x", b"")


def test_after_rotation_old_values_open_and_new_ones_need_the_new_key() -> None:
    old = Keyring.generate()
    new = old.rotated()
    assert new.active != old.active
    assert new.decrypt(old.encrypt(b"x", b""), b"") == b"x"
    with pytest.raises(DecryptionFailed, match="not in the ring"):
        old.decrypt(new.encrypt(b"x", b""), b"")


def test_lookups_survive_rotation() -> None:
    rotated = RING.rotated().rotated()
    assert rotated.blind_index("张三", "name") == RING.blind_index("张三", "name")
    assert RING.blind_index("张三", "name") != RING.blind_index("张三", "recipient")
    assert RING.blind_index("张三", "name") != Keyring.generate().blind_index("张三", "name")


def test_json_round_trip() -> None:
    value = {"姓名": "张三", "n": [1, None, True]}
    assert RING.decrypt_json(RING.encrypt_json(value, "form"), "form") == value


def test_file_round_trip_is_private(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    ring = Keyring.generate().rotated()
    ring.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.load(path).decrypt(ring.encrypt(b"x", b""), b"") == b"x"
    assert [entry.name for entry in tmp_path.iterdir()] == ["keyring.json"]


def test_a_file_with_one_key_needs_no_index(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps({"active": "k1", "keys": {"k1": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}}))
    assert Keyring.load(path).active == "k1"


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"active": "k2", "keys": {"k1": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}}',
        '{"active": "k1", "keys": {"k1": "c2hvcnQtc2VjcmV0"}}',
        '{"active": "k1", "keys": {"k1": "§§c2hvcnQtc2VjcmV0"}}',
        '{"active": "k1", "index": "k9", "keys": {"k1": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}}',
    ],
)
def test_a_bad_file_is_refused_without_showing_keys(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(content)
    with pytest.raises(KeyFileInvalid) as caught:
        Keyring.load(path)
    assert "c2hvcnQ" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileInvalid, match=r"keyring\.json"):
        Keyring.load(tmp_path / "keyring.json")
