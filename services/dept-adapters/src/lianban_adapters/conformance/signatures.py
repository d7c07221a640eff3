"""What is wrong with a signature: the mistakes that are made in writing one can be told by trying them. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Final

_NAMES: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
_VERSION: Final = "v1,"
_PREFIX: Final = "whsec_"
_MILLISECONDS: Final = 13  # digits

_SAMPLE: Final = "用对接说明“三、签名”的样例核对"
_SECONDS: Final = "webhook-timestamp 应为 Unix 秒"
_MILLIS: Final = "webhook-timestamp 应为秒，收到的像是毫秒"
_ENCODED_KEY: Final = "密钥没有先作 Base64 解码"
_BODY_ONLY: Final = "只对正文签了名，应为“编号.时间.正文”"
_HEX: Final = "签名应为 Base64，收到的是十六进制"
_NO_VERSION: Final = "签名前面缺少“v1,”"
_AS_UTF8: Final = "签名是按 UTF-8 的正文算的，发出的正文却是 GBK"
OTHER: Final = "密钥与 --secret-file 的不同，或者签名以后正文又有改动"
OTHER_ENCODED: Final = (
    "正文不是 UTF-8，签名与收到的字节、与转成 UTF-8 的正文都不符：可能是密钥不同，也可能是签名时的编码与发出的不同"
)
_REMEDIES: Final[Mapping[str, str]] = {
    _SECONDS: "写当前的 Unix 秒，十位数字，签名用同一个数",
    _MILLIS: "除以 1000 取整，签名用同一个数",
    _ENCODED_KEY: f"去掉 whsec_，其余作 Base64 解码，得到的字节才是密钥；{_SAMPLE}",
    _BODY_ONLY: f"把 webhook-id、webhook-timestamp、正文用点连起来再签名；{_SAMPLE}",
    _HEX: f"对 HMAC 得到的 32 个字节作 Base64，不要转成十六进制；{_SAMPLE}",
    _NO_VERSION: "webhook-signature 写成“v1,”加 Base64",
    _AS_UTF8: "正文先编码为 UTF-8，再对发出的字节签名",
    OTHER: f"密钥用 --secret-file 的，对发出的字节签名；{_SAMPLE}",
    OTHER_ENCODED: f"正文先编码为 UTF-8，再对发出的字节签名；仍不符的，密钥用 --secret-file 的；{_SAMPLE}",
}
_HEADERS: Final = f"每次回传都带 {'、'.join(_NAMES)} 三个请求头"


def flaw(secret: str, headers: Mapping[str, str], body: bytes) -> str | None:
    """In Chinese; None where it belongs to the bytes of the body, whenever it was made and whatever they encode."""
    lowered = {name.lower(): value for name, value in headers.items()}
    if absent := [name for name in _NAMES if not lowered.get(name)]:
        return f"缺少请求头 {'、'.join(absent)}"
    message_id, stamp, given = (lowered[name] for name in _NAMES)
    if not (stamp.isascii() and stamp.isdigit()):
        return _SECONDS
    if len(stamp) >= _MILLISECONDS:
        return _MILLIS
    key = _decoded(secret)
    content = f"{message_id}.{stamp}.".encode() + body
    if _belongs(given, key, content):
        return None
    for mistake, matches in _mistakes(secret, given, content, body):
        if matches():
            return mistake
    return _of_encoding(given, key, f"{message_id}.{stamp}.".encode(), body) or OTHER


def remedy(mistake: str) -> str:
    """What to do about what :func:`flaw` found."""
    return _REMEDIES.get(mistake, _HEADERS)


def clock_off(ahead: float) -> str:
    """How far a clock is wrong. ``ahead``: seconds by which it is fast."""
    return f"{'快' if ahead > 0 else '慢'}约 {abs(ahead) / 60:.0f} 分"


def _mistakes(secret: str, given: str, content: bytes, body: bytes) -> Iterator[tuple[str, Callable[[], bool]]]:
    key = _decoded(secret)
    as_text = (secret.encode(), secret.removeprefix(_PREFIX).encode())
    yield (
        _ENCODED_KEY,
        lambda: any(_belongs(given, one, signed) for one in as_text for signed in (content, body)),
    )
    yield _BODY_ONLY, lambda: _belongs(given, key, body)
    yield _HEX, lambda: _digest(key, content).hex() in given.lower()
    yield _NO_VERSION, lambda: _belongs(f"{_VERSION}{given}", key, content)


def _of_encoding(given: str, key: bytes, before: bytes, body: bytes) -> str | None:
    try:
        body.decode()
    except UnicodeDecodeError:
        pass
    else:
        return None
    try:
        text = body.decode("gb18030")
    except UnicodeDecodeError:
        return OTHER_ENCODED
    if _belongs(given, key, before + text.encode()):
        return _AS_UTF8
    return OTHER_ENCODED


def _belongs(given: str, key: bytes, content: bytes) -> bool:
    right = _VERSION + base64.b64encode(_digest(key, content)).decode()
    return any(hmac.compare_digest(one.encode(), right.encode()) for one in given.split(" "))


def _digest(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _decoded(secret: str) -> bytes:
    """As the platform reads it."""
    return base64.b64decode(secret.removeprefix(_PREFIX) + "==")
