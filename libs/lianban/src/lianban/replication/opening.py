"""Opening a package: whole, unaltered, signed by whom one trusts, and sound in itself; or refused by name."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from lianban.catalog.closure import SECTION_MODELS, closure, content, content_version
from lianban.catalog.faults import dotted
from lianban.catalog.models import Catalog, Entry
from lianban.catalog.validation import validate_entry
from lianban.publishing.files import canonical
from lianban.replication.keys import fingerprint
from lianban.replication.package import FORMAT, KIND, Envelope, Package, Signature, digest_of, signed_bytes
from lianban.replication.refusal import Refused

MAX_BYTES: Final = 16 << 20

_HEAD: Final = "不接受该主题包"


def opened(data: bytes, trusted: Ed25519PublicKey | None = None) -> Package:
    """The package. With ``trusted``, a signature by that key is demanded. Raises Refused."""
    envelope = _envelope(data)
    signer = _signer(envelope, trusted)
    faults = _part_faults(envelope)
    if faults:
        raise Refused(_HEAD, faults)
    catalog = _catalog(envelope.parts)
    package = Package(envelope.manifest, catalog, signer)
    if faults := _closure_faults(package):
        raise Refused(_HEAD, faults)
    return package


def _envelope(data: bytes) -> Envelope:
    if len(data) > MAX_BYTES:
        raise Refused(_HEAD, [f"文件超过 {MAX_BYTES >> 20} MiB"])
    try:
        content: Any = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(_HEAD, ["文件不是主题包，或已被截断、损坏（不是完整的 JSON）"]) from None
    manifest = content.get("manifest") if isinstance(content, dict) else None
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        raise Refused(_HEAD, [f"文件不是主题包（没有 kind 为 {KIND} 的清单）"])
    if manifest.get("format") != FORMAT:
        raise Refused(_HEAD, [f"主题包的格式版本不受支持：须为 {FORMAT}；版本更高的，请先升级本程序"])
    try:
        envelope = Envelope.model_validate(content)
    except ValidationError as error:
        places = [dotted(tuple(fault["loc"])) or "文件" for fault in error.errors(include_url=False)]
        raise Refused(_HEAD, [f"{place}: 不符合主题包的格式" for place in dict.fromkeys(places)]) from None
    # Nothing but the one canonical text is taken: what was checked is all there is in the file.
    try:
        same = canonical(envelope.model_dump(mode="json")) == data
    except UnicodeEncodeError:
        same = False
    if not same:
        raise Refused(_HEAD, ["文件不是规范写法，可能在导出之后被改动"])
    return envelope


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _signer(envelope: Envelope, trusted: Ed25519PublicKey | None) -> str | None:
    """Fingerprint of the key whose signature holds."""
    signature = envelope.signature
    if signature is None:
        if trusted is not None:
            raise Refused(_HEAD, ["主题包没有签名，而 --trust 要求签名"])
        return None
    key = _verified(envelope, signature)
    if trusted is not None and key.public_bytes_raw() != trusted.public_bytes_raw():
        told = f"签名的密钥（指纹 {fingerprint(key)}）不是受信任的密钥（指纹 {fingerprint(trusted)}）"
        raise Refused(_HEAD, [told])
    return fingerprint(key)


def _verified(envelope: Envelope, signature: Signature) -> Ed25519PublicKey:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature.key, validate=True))
        key.verify(base64.b64decode(signature.value, validate=True), signed_bytes(envelope.manifest))
    except (InvalidSignature, ValueError, binascii.Error):
        raise Refused(_HEAD, ["签名无效：清单或签名在导出之后被改动"]) from None
    return key


def _part_faults(envelope: Envelope) -> list[str]:
    listed, present = envelope.manifest.parts, envelope.parts
    faults = [f"{part}: 清单中没有这个部分" for part in present if part not in listed]
    faults += [f"{part}: 清单中有而包中没有" for part in listed if part not in present]
    faults += [f"{part}: 不认识的部分" for part in present if part not in SECTION_MODELS]
    faults += [
        f"{part}: 内容与清单中的摘要不符，已被改动"
        for part, entries in present.items()
        if part in listed and digest_of(entries) != listed[part]
    ]
    return faults


def _catalog(parts: dict[str, list[dict[str, Any]]]) -> Catalog:
    faults: list[str] = []
    sections: dict[str, dict[str, Entry]] = {section: {} for section in SECTION_MODELS}
    for section, entries in parts.items():
        for number, data in enumerate(entries):
            entry, found = validate_entry(SECTION_MODELS[section], data)
            faults += [f"{dotted((section, number, *path))}: {message}" for path, message, _ in found]
            if entry is not None:
                code = str(data["code"])
                if code in sections[section]:
                    faults.append(f"{section}[{number}].code: 代码 {code} 重复")
                sections[section][code] = entry
    if faults:
        raise Refused(_HEAD, faults)
    return Catalog.model_validate(sections)


def _closure_faults(package: Package) -> list[str]:
    """Each theme is there with all it refers to, as its version says, of the source's division; nothing else is."""
    catalog, faults = package.catalog, []
    if catalog.themes.keys() != package.manifest.themes.keys():
        faults.append("themes: 主题与清单不一致")
    if package.source.code not in catalog.divisions:
        faults.append(f"manifest.source: 来源区划 {package.source.code} 不在包中")
    needed: set[str] = set()
    for code, theme in catalog.themes.items():
        if theme.division != package.source.code:
            faults.append(f"主题 {code}: 所属区划 {theme.division} 不是来源区划 {package.source.code}")
        try:
            lines = content(closure(catalog, theme))
        except KeyError as error:
            faults.append(f"主题 {code}: 引用的定义 {error.args[0]} 不在包中")
            continue
        needed.update(lines)
        if content_version(lines) != package.manifest.themes.get(code):
            faults.append(f"主题 {code}: 内容与清单中的版本不符")
    if not faults and set(content(catalog)) != needed:
        faults.append("包中有主题不需要的定义")
    return faults
