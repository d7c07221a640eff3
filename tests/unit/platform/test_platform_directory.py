"""The departments file and the settings."""

from __future__ import annotations

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
        ("departments: {}", "supervisor"),
    ],
)
def test_a_bad_file_is_refused_by_place(tmp_path: Path, content: str, place: str) -> None:
    with pytest.raises(DirectoryInvalid, match=place) as caught:
        load_directory(write(tmp_path, content))
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
