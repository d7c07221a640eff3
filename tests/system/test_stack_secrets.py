"""Secrets are made once, for their owner alone, and survive every later start."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lianban.platform.crypto import Keyring
from lianban.platform.directory import Channel, load_directory
from lianban_stack import secret_files
from lianban_stack.departments import Playground, ensure_directory, staging_databases

PLAYED = Playground("http://127.0.0.1:18011", "127.0.0.1:15432")
MOVED = Playground("http://127.0.0.1:28011", "127.0.0.1:25432")


def named(*codes: str) -> dict[str, str]:
    """Departments as the catalogue names them."""
    return {code: f"{code} 的名称" for code in codes}


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
    ensure_directory(secrets.directory, named("market"), {}, PLAYED)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_passwords_differ(tmp_path: Path) -> None:
    passwords = secret_files.ensure(tmp_path).database
    assert len(set(passwords.values())) == 6


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
    ensure_directory(path, named("market"), {}, PLAYED)
    first = load_directory(path).departments["market"]
    ensure_directory(path, named("market", "fire"), {"fire": Channel.INBOX}, MOVED)
    found = load_directory(path).departments
    assert found["market"].secret == first.secret
    assert found["market"].endpoint == "http://127.0.0.1:28011/departments/market/tasks"
    assert found["fire"].channel == Channel.INBOX
    assert found["fire"].name == "fire 的名称"
    assert found["fire"].secret != first.secret


@pytest.mark.parametrize("line", ["endpoint: https://market.example/tasks", "duty_email: someone@market.example"])
def test_an_edited_entry_stays(tmp_path: Path, line: str) -> None:
    path = tmp_path / "directory.yaml"
    ensure_directory(path, named("market"), {}, PLAYED)
    name = line.split(":")[0]
    edited = [f"    {line}" if f"{name}:" in old else old for old in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(edited) + "\n", encoding="utf-8")
    ensure_directory(path, named("market"), {}, PLAYED)
    assert getattr(load_directory(path).departments["market"], name) == line.split(": ")[1]


KINDS = {"tax": Channel.POLLING, "human-resources": Channel.STAGING}


def test_systems_the_sandbox_plays_follow_it_and_keep_their_secrets(tmp_path: Path) -> None:
    path = tmp_path / "directory.yaml"
    ensure_directory(path, named(*KINDS), KINDS, PLAYED)
    first = load_directory(path).departments
    assert {code: entry.channel for code, entry in first.items()} == KINDS
    [database] = staging_databases(path)
    assert (database.name, database.guest) == ("dept_human_resources", "dept_human_resources_lb")
    ensure_directory(path, named(*KINDS), {}, MOVED)
    found = load_directory(path).departments
    tax, insurance = found["tax"], found["human-resources"]
    assert tax.polling is not None
    assert first["tax"].polling is not None
    assert tax.polling.base_url == "http://127.0.0.1:28011/systems/tax"
    assert tax.polling.token == first["tax"].polling.token
    assert insurance.staging is not None
    assert insurance.staging.database_url == (
        f"postgresql+asyncpg://dept_human_resources_lb:{database.password}@127.0.0.1:25432/dept_human_resources"
    )
    assert staging_databases(path) == [database]


def edit(path: Path, **changes: dict[str, Any]) -> None:
    yaml = YAML(typ="safe", pure=True)
    known = yaml.load(path)
    for code, entry in changes.items():
        known["departments"][code].update(entry)
    yaml.dump(known, path)


def test_a_department_of_an_earlier_release_keeps_its_kind_and_another_one_takes_a_word(tmp_path: Path) -> None:
    path = tmp_path / "directory.yaml"
    ensure_directory(path, named("tax", "market"), {}, PLAYED)
    ensure_directory(path, named("tax", "market"), KINDS, PLAYED)
    assert load_directory(path).departments["tax"].channel == Channel.REST
    edit(path, tax={"channel": "polling"}, market={"channel": "staging"})
    ensure_directory(path, named("tax", "market"), KINDS, PLAYED)
    found = load_directory(path).departments
    assert found["tax"].polling is not None
    assert found["market"].staging is not None
    assert [one.department for one in staging_databases(path)] == ["market"]
    edit(path, market={"channel": "inbox"})
    assert [one.department for one in staging_databases(path)] == ["market"]
    edit(path, market={"channel": "rest"})
    assert staging_databases(path) == []


def test_the_server_of_files_is_known_by_its_key_wherever_it_moves(tmp_path: Path) -> None:
    path, kinds = tmp_path / "directory.yaml", {"telecom": Channel.FILES}
    found = []
    for port in (18022, 28022):
        ensure_directory(path, named(*kinds), kinds, replace(PLAYED, sftp=(tmp_path / "sftp", port)))
        files = load_directory(path).departments["telecom"].files
        assert files is not None
        assert (files.port, files.known_hosts.split()[0]) == (port, f"[127.0.0.1]:{port}")
        found.append(files)
    assert found[0].private_key_file == found[1].private_key_file == tmp_path / "sftp" / "client.key"
    assert found[0].known_hosts.split()[1:] == found[1].known_hosts.split()[1:]
    edit(path, telecom={"files": {"host": "10.0.0.9", "user": "lianban", "password": "word", "known_hosts": "h ssh-x"}})
    before = path.read_text(encoding="utf-8")
    ensure_directory(path, named(*kinds), kinds, replace(PLAYED, sftp=(tmp_path / "sftp", 38022)))
    assert "10.0.0.9" in before
    assert YAML(typ="safe", pure=True).load(path) == YAML(typ="safe", pure=True).load(before)


def test_systems_of_others_stay_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "directory.yaml"
    ensure_directory(path, named(*KINDS), KINDS, PLAYED)
    polling = {"base_url": "https://tax.example/lianban", "token": "0123456789abcdef"}
    staging = {"database_url": "postgresql+asyncpg://lianban:word@10.0.0.8/exchange"}
    edit(path, tax={"polling": polling}, **{"human-resources": {"staging": staging}})
    ensure_directory(path, named(*KINDS), KINDS, MOVED)
    found = YAML(typ="safe", pure=True).load(path)["departments"]
    assert (found["tax"]["polling"], found["human-resources"]["staging"]) == (polling, staging)
    assert staging_databases(path) == []
