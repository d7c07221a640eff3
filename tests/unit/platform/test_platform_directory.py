"""The departments file and the settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lianban.platform.directory import Channel, DirectoryInvalid, load_directory
from lianban.platform.settings import Settings

GOOD = """
departments:
  market: {channel: rest, endpoint: "http://127.0.0.1:1/departments/market/tasks", secret: whsec_a, duty_email: a@b.cn}
  health: {channel: inbox, secret: whsec_b, rate_per_second: 0.5, concurrency: 2}
supervisor: {email: s@b.cn, mobile: "13800000000"}
"""


def write(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "directory.yaml"
    path.write_text(content)
    return path


def test_departments_and_contacts(tmp_path: Path) -> None:
    directory = load_directory(write(tmp_path, GOOD))
    assert directory.departments["market"].channel is Channel.REST
    assert directory.departments["health"].endpoint is None
    assert directory.supervisor.mobile == "13800000000"
    assert [(entry.rate_per_second, entry.concurrency) for entry in directory.departments.values()] == [
        (None, 20),
        (0.5, 2),
    ]
    assert "whsec" not in repr(directory)
    assert "13800000000" not in repr(directory)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("departments: [", "line"),
        ("departments: {market: {channel: rest, secret: whsec_secret}}\nsupervisor: {}", "needs an endpoint"),
        ("departments: {market: {channel: fax, secret: whsec_secret}}\nsupervisor: {}", "departments.market.channel"),
        ("departments: {market: {channel: inbox, secret: topsecret}}\nsupervisor: {}", "departments.market.secret"),
        ("departments: {m: {channel: inbox, secret: whsec_a, rate_per_second: 0}}\nsupervisor: {}", "rate_per_second"),
        ("departments: {m: {channel: inbox, secret: whsec_a, concurrency: 0}}\nsupervisor: {}", "concurrency"),
        ("departments: {m: {channel: inbox, secret: whsec_a, hours: {opens: 8:30}}}\nsupervisor: {}", "hours.opens"),
        (
            "departments: {m: {channel: inbox, secret: whsec_a, hours: {opens: 17:30, closes: 08:30}}}\nsupervisor: {}",
            "hours.closes: must be later than opens",
        ),
        ("departments: {m: {channel: inbox, secret: whsec_a, circuit: {share: 1.5}}}\nsupervisor: {}", "circuit.share"),
        ("departments: {}", "supervisor"),
    ],
)
def test_a_bad_file_is_refused_by_place(tmp_path: Path, content: str, place: str) -> None:
    with pytest.raises(DirectoryInvalid, match=place) as caught:
        load_directory(write(tmp_path, content))
    assert "topsecret" not in str(caught.value)


POLLING = 'polling: {base_url: "https://a.example/x", token: "0123456789abcdef"}'
STAGING = 'staging: {database_url: "postgresql+asyncpg://u:topsecret@h/d"}'
HOST_KEY = "files.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp1"
FILES = f'files: {{host: files.example, user: lianban, password: topsecret, known_hosts: "{HOST_KEY}"}}'


def test_a_department_is_switched_to_the_inbox_by_one_word(tmp_path: Path) -> None:
    text = f"departments: {{m: {{channel: inbox, secret: whsec_a, {POLLING}, {STAGING}, {FILES}}}}}\nsupervisor: {{}}"
    for channel in ("inbox", "polling", "staging", "files"):
        directory = load_directory(write(tmp_path, text.replace("channel: inbox", f"channel: {channel}")))
        assert directory.departments["m"].channel == channel
    assert "topsecret" not in repr(directory)
    assert "0123456789abcdef" not in repr(directory)


def test_the_guides_directories_are_some(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "departments.zh-CN.md").read_text(encoding="utf-8")
    shown = [
        load_directory(write(tmp_path, entries.replace("部门发给平台的令牌", "0123456789abcdef") + "supervisor: {}\n"))
        for entries in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    ]
    assert [[entry.channel for entry in one.departments.values()] for one in shown] == [
        ["rest"],
        ["files"],
        ["polling", "staging"],
    ]
    assert shown[0].departments["market"].hours is not None


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("channel: polling", "departments.m.polling: settings of the channel are missing"),
        ("channel: staging", "departments.m.staging: settings of the channel are missing"),
        (f"channel: staging, {POLLING}", "departments.m.staging: settings"),
        ("channel: polling, polling: {base_url: 'ftp://x', token: topsecret}", "polling.base_url: .*polling.token"),
        ("channel: inbox, polling: {base_url: 'http://x', token: topsecret}", "departments.m.polling.token"),
        (f"channel: polling, {POLLING[:-1]}, colour: 1}}", "departments.m.polling.colour"),
        (f"channel: polling, {POLLING[:-1]}, interval: 0}}", "departments.m.polling.interval"),
        ("channel: staging, staging: {database_url: 'sqlite:///topsecret'}", "departments.m.staging.database_url"),
        (f"channel: staging, {STAGING[:-1]}, db_schema: 'a; b'}}", "departments.m.staging.db_schema"),
        ("channel: files", "departments.m.files: settings of the channel are missing"),
        (f"channel: files, {FILES[:-1]}, private_key_file: /k}}", "files: either private_key_file or password"),
        (f"channel: files, {FILES.replace('password: topsecret, ', '')}", "files: either private_key_file or password"),
        (f"channel: files, {FILES.replace(HOST_KEY, '')}", "files.known_hosts"),
        (f"channel: files, {FILES.replace(HOST_KEY, '# files.example ssh-ed25519 key')}", "files.known_hosts"),
        (
            f"channel: files, {FILES[:-1]}, port: 0, folder: '', settle: 0}}",
            "files.port: .*files.folder: .*files.settle",
        ),
        (f"channel: staging, {STAGING[:-1]}, files: none, inline_mib: 0}}", "staging.files: .*staging.inline_mib"),
    ],
)
def test_settings_of_a_kind_are_faulted_by_field(tmp_path: Path, entry: str, place: str) -> None:
    with pytest.raises(DirectoryInvalid, match=place) as caught:
        load_directory(write(tmp_path, f"departments: {{m: {{secret: whsec_a, {entry}}}}}\nsupervisor: {{}}"))
    assert "topsecret" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DirectoryInvalid, match=r"directory\.yaml"):
        load_directory(tmp_path / "directory.yaml")


def test_settings_come_from_the_environment_and_hide_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql+asyncpg://intake:geheim@127.0.0.1/lianban",
        "TEMPORAL_ADDRESS": "127.0.0.1:17233",
        "PORT": "18001",
        "OBJECTS_URL": "file:///tmp/objects",
        "KEYRING_FILE": "/tmp/keyring.json",
        "TOKEN_KEY_FILE": "/tmp/token-keys.json",
    }.items():
        monkeypatch.setenv(f"LIANBAN_{name}", value)
    settings = Settings()  # type: ignore[call-arg]
    assert settings.port == 18001
    assert settings.temporal_namespace == "default"
    assert "geheim" not in repr(settings)
