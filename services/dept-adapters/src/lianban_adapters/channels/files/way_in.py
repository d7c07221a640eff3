"""What is wrong with the way to an SFTP server that can be told without going there."""

from __future__ import annotations

import ipaddress
from typing import Final

import asyncssh

from lianban.platform.directory import FilesSettings

_PATTERN: Final = frozenset("*?|/!")  # an entry with one of these fits hosts, or addresses, that cannot be told from it


def faults(settings: FilesSettings) -> dict[str, str]:
    """By field."""
    found = {"private_key_file": _of_key(settings), "known_hosts": _of_known_hosts(settings)}
    return {field: fault for field, fault in found.items() if fault is not None}


def _of_key(settings: FilesSettings) -> str | None:
    if settings.private_key_file is None:
        return None
    try:
        asyncssh.read_private_key(settings.private_key_file)
    except OSError as error:
        return f"{settings.private_key_file}: {error.strerror}"
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        return f"{settings.private_key_file}: not a private key, or one with a passphrase"
    return None


def _of_known_hosts(settings: FilesSettings) -> str | None:
    try:
        asyncssh.import_known_hosts(settings.known_hosts)
    except ValueError as error:
        return str(error)
    if any(_may_be_known_by(line, settings) for line in settings.known_hosts.splitlines()):
        return None
    return f"no key that can be read of {settings.host}, port {settings.port}"


def _may_be_known_by(line: str, settings: FilesSettings) -> bool:
    """Lines of a key that cannot be read are passed over by whoever logs in."""
    words = line.split()
    if not words or words[0].startswith("#") or words[0] == "@revoked":
        return False
    names, *key = words[1:] if words[0].startswith("@") else words
    try:
        asyncssh.import_public_key(" ".join(key))
    except asyncssh.KeyImportError:
        return False
    return any(_may_be_it(name, settings) for name in names.split(","))


def _may_be_it(name: str, settings: FilesSettings) -> bool:
    """A server is known as well by its address, which is only asked for when it is called."""
    if _PATTERN & {*name}:
        return True
    host, _, port = name.removeprefix("[").partition("]:") if name.startswith("[") else (name, "", "")
    return (port in ("", str(settings.port))) and (host == settings.host or _is_address(host))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
