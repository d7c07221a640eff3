"""What is wrong with the way to an SFTP server is told before anybody goes there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncssh
import pytest

from lianban.platform.directory import FilesSettings
from lianban_adapters.channels.files.way_in import faults

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA7rSV1Tqy3qwuoG0XnEhT1dCcYOvYCzPBqRFn2rb4mB"
NO_KEY = "no key that can be read of files.example, port 22"


def settings(**changes: Any) -> FilesSettings:
    given = {"host": "files.example", "user": "lianban", "known_hosts": f"files.example {KEY}", **changes}
    return FilesSettings.model_validate(given if "private_key_file" in changes else {**given, "password": "secret"})


@pytest.mark.parametrize(
    ("known_hosts", "port", "fault"),
    [
        (f"# theirs\nfiles.example,192.0.2.7 {KEY}", 22, None),
        (f"[files.example]:2222 {KEY}", 2222, None),
        (f"files.example {KEY}", 2222, None),
        (f"192.0.2.7 {KEY}", 22, None),
        (f"[2001:db8::7]:22 {KEY}", 22, None),
        (f"|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= {KEY}", 22, None),
        (f"@cert-authority files.example {KEY}", 22, None),
        (f"[files.example]:2222 {KEY}", 22, NO_KEY),
        (f"other.example {KEY}", 22, NO_KEY),
        (f"@revoked files.example {KEY}\nother.example {KEY}", 22, NO_KEY),
        (f"files.example {KEY[:-9]}", 22, NO_KEY),
    ],
)
def test_whose_key_is_known(known_hosts: str, port: int, fault: str | None) -> None:
    """By its name, or by an address or a pattern that may be its own."""
    assert faults(settings(known_hosts=known_hosts, port=port)) == ({"known_hosts": fault} if fault else {})


def test_a_key_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "client.key"
    assert faults(settings(private_key_file=file)) == {"private_key_file": f"{file}: No such file or directory"}
    file.mkdir()
    assert faults(settings(private_key_file=file)) == {"private_key_file": f"{file}: Is a directory"}
    file.rmdir()
    made = asyncssh.generate_private_key("ssh-ed25519")
    no_key = {"private_key_file": f"{file}: not a private key, or one with a passphrase"}
    for content in (b"", b"no key", made.export_public_key(), made.export_private_key("pkcs8-pem", "secret")):
        file.write_bytes(content)
        assert faults(settings(private_key_file=file)) == no_key
    made.write_private_key(file)
    assert faults(settings(private_key_file=file)) == {}


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    wrong = settings(private_key_file=tmp_path / "absent", known_hosts=f"other.example {KEY}")
    assert faults(wrong).keys() == {"private_key_file", "known_hosts"}
