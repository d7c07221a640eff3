"""The mistakes that are made in signing are told from one another."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from lianban_adapters.conformance.signatures import OTHER, OTHER_ENCODED, flaw, remedy

SECRET = "whsec_" + base64.b64encode(b"a secret of these tests").decode()
KEY = base64.b64decode(SECRET.removeprefix("whsec_"))
TEXT = '{"act_id":"a-1","reason":"符合条件"}'
BODY = TEXT.encode()
BEFORE = b"a-1.1772416800."


def signed(key: bytes, content: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def told(signature: str, body: bytes = BODY, stamp: str = "1772416800") -> str | None:
    return flaw(SECRET, {"Webhook-Id": "a-1", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}, body)


def test_a_right_one_however_old_and_among_others() -> None:
    right = signed(KEY, BEFORE + BODY)
    assert told(right) is None
    assert told(f"v1,bm9uZQ== {right}") is None


@pytest.mark.parametrize(
    ("signature", "mistake", "to_do"),
    [
        (signed(SECRET.encode(), BEFORE + BODY), "Base64 解码", "去掉 whsec_，其余作 Base64 解码"),
        (signed(SECRET.removeprefix("whsec_").encode(), BEFORE + BODY), "Base64 解码", "得到的字节才是密钥"),
        (signed(KEY, BODY), "只对正文签了名", "用点连起来"),
        ("v1," + hmac.new(KEY, BEFORE + BODY, hashlib.sha256).hexdigest(), "十六进制", "32 个字节作 Base64"),
        (signed(KEY, BEFORE + BODY).removeprefix("v1,"), "缺少“v1,”", "“v1,”加 Base64"),
        (signed(KEY, BEFORE + BODY + b"\n"), OTHER, "密钥用 --secret-file 的"),
        (signed(b"another key", BEFORE + BODY), OTHER, "密钥用 --secret-file 的"),
    ],
)
def test_a_mistake(signature: str, mistake: str, to_do: str) -> None:
    found = told(signature) or ""
    assert mistake in found
    assert to_do in remedy(found)


def test_headers_that_are_missing_or_mean_something_else() -> None:
    assert flaw(SECRET, {"webhook-id": "a-1"}, BODY) == "缺少请求头 webhook-timestamp、webhook-signature"
    iso, milliseconds = told("v1,", stamp="2026-03-02T01:00:00Z") or "", told("v1,", stamp="1772416800000") or ""
    assert ("Unix 秒" in iso, "毫秒" in milliseconds) == (True, True)
    assert "三个请求头" in remedy(flaw(SECRET, {}, BODY) or "")
    assert ("十位数字" in remedy(iso), "除以 1000" in remedy(milliseconds)) == (True, True)


def test_an_encoding_is_told_from_a_key() -> None:
    gbk = TEXT.encode("gbk")
    assert told(signed(KEY, BEFORE + gbk), gbk) is None  # the signature is right: the encoding is the only mistake
    mistake = told(signed(KEY, BEFORE + BODY), gbk) or ""
    assert "按 UTF-8 的正文算的" in mistake
    assert remedy(mistake) == "正文先编码为 UTF-8，再对发出的字节签名"
    assert told(signed(b"another key", BEFORE + gbk), gbk) == OTHER_ENCODED
    assert told(signed(b"another key", BEFORE), b"\xff\xff") == OTHER_ENCODED
