"""Keys that packages are signed with: Ed25519 (RFC 8032) in PEM files, the private one for its owner alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from lianban.replication.refusal import Refused

PRIVATE_MODE = 0o600


def public_file(private: Path) -> Path:
    return private.with_name(private.name + ".pub")


def generate(path: Path) -> Ed25519PublicKey:
    """Write a new key to ``path``, its public half to ``path``.pub. Never over one that exists: Refused."""
    if taken := [str(item) for item in (path, public_file(path)) if item.exists()]:
        raise Refused("没有生成密钥", [f"{item}: 文件已存在，换一个文件名" for item in taken])
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for file, mode, content in ((path, PRIVATE_MODE, private), (public_file(path), 0o644, public)):
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    return key.public_key()


def load_private(path: Path) -> Ed25519PrivateKey:
    """Raises Refused, also where others may read the file."""
    try:
        if path.stat().st_mode & 0o077:
            raise Refused("不使用该私钥", [f"{path}: 他人可以读取；确认没有泄露后 chmod 600，否则另行生成"])
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused("不使用该私钥", [f"{path}: 不是 lianban catalog key 生成的私钥文件"])
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """Raises Refused."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Refused("不使用该公钥", [f"{path}: 不是 Ed25519 公钥文件（lianban catalog key 生成的 .pub）"])
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """What two people read to each other to know they have the same key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:32]
