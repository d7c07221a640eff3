"""Secrets are made once, for their owner alone, and survive every later start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianban.platform.crypto import Keyring
from lianban.platform.directory import Channel, load_directory
from lianban_stack import secret_files

ENDPOINTS = "http://127.0.0.1:18011"


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    first = secret_files.ensure(tmp_path)
    before = content(tmp_path)
    assert secret_files.ensure(tmp_path) == first
    assert content(tmp_path) == before
    Keyring.load(first.keyring)


def test_nobody_else_reads_them(tmp_path: Path) -> None:
    secrets = secret_files.ensure(tmp_path)
    secret_files.ensure_directory(secrets.directory, ["market"], ENDPOINTS, frozenset())
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_passwords_differ(tmp_path: Path) -> None:
    passwords = secret_files.ensure(tmp_path).database
    assert len(set(passwords.values())) == 5


def test_a_role_of_a_later_release_gets_its_password(tmp_path: Path) -> None:
    path, made = tmp_path / "database.json", secret_files.ensure(tmp_path).database
    path.write_text(json.dumps({role: word for role, word in made.items() if role != "province"}), encoding="ascii")
    found = secret_files.ensure(tmp_path).database
    assert found.pop("province") != made.pop("province")
    assert found == made


def test_what_was_cut_off_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "sms.key.new").write_text("half", encoding="ascii")
    secrets = secret_files.ensure(tmp_path)
    assert len(secrets.sms.read_text(encoding="ascii")) > 20
    assert not (tmp_path / "sms.key.new").exists()


def test_the_directory_names_every_department_and_keeps_its_secrets(tmp_path: Path) -> None:
    path = tmp_path / "directory.yaml"
    secret_files.ensure_directory(path, ["market"], ENDPOINTS, frozenset())
    first = load_directory(path).departments["market"]
    secret_files.ensure_directory(path, ["market", "fire"], "http://127.0.0.1:28011", frozenset({"fire"}))
    found = load_directory(path).departments
    assert found["market"].secret == first.secret
    assert found["market"].endpoint == "http://127.0.0.1:28011/departments/market/tasks"
    assert found["fire"].channel == Channel.INBOX
    assert found["fire"].secret != first.secret


@pytest.mark.parametrize("line", ["endpoint: https://market.example/tasks", "duty_email: someone@market.example"])
def test_an_edited_entry_stays(tmp_path: Path, line: str) -> None:
    path = tmp_path / "directory.yaml"
    secret_files.ensure_directory(path, ["market"], ENDPOINTS, frozenset())
    name = line.split(":")[0]
    edited = [f"    {line}" if f"{name}:" in old else old for old in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(edited) + "\n", encoding="utf-8")
    secret_files.ensure_directory(path, ["market"], ENDPOINTS, frozenset())
    assert getattr(load_directory(path).departments["market"], name) == line.split(": ")[1]
