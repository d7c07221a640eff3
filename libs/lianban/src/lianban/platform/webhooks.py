"""Standard Webhooks: signed messages between the platform and departments, couriers (standardwebhooks.com).

Headers ``webhook-id``, ``webhook-timestamp`` (seconds), ``webhook-signature`` (``v1,<base64 HMAC-SHA-256>``).
The id is the idempotency key: whoever receives a message keeps it to recognise a repetition.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lianban.platform.encodings import encoding_fault
from lianban.platform.problems import Problem

TOLERANCE: Final = 300
"""Seconds a message may be old, or ahead of our clock."""

_ID: Final = "webhook-id"
_TIMESTAMP: Final = "webhook-timestamp"
_SIGNATURE: Final = "webhook-signature"


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, message_id: str, body: bytes) -> dict[str, str]:
    """Headers for ``body`` (UTF-8), sent now."""
    now = datetime.now(UTC)
    return {
        _ID: message_id,
        _TIMESTAMP: str(int(now.timestamp())),
        _SIGNATURE: Webhook(secret).sign(message_id, now, body.decode()),
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """The message id. Raises a problem 401: ``signature-missing``, ``signature-stale`` or ``signature-invalid``."""
    lowered = {name.lower(): value for name, value in headers.items()}
    given = {name: lowered.get(name, "") for name in (_ID, _TIMESTAMP, _SIGNATURE)}
    if not all(given.values()):
        raise Problem(
            401, "signature-missing", "缺少签名", "请求须带 webhook-id、webhook-timestamp、webhook-signature。"
        )
    if not given[_TIMESTAMP].isascii() or not given[_TIMESTAMP].isdigit() or len(given[_TIMESTAMP]) > 12:
        raise _invalid()
    if abs(datetime.now(UTC).timestamp() - int(given[_TIMESTAMP])) > TOLERANCE:
        raise Problem(401, "signature-stale", "签名已过期", "签名时间与接收时间相差超过 5 分钟。")
    try:
        body.decode()
    except UnicodeDecodeError:
        # What is signed is text. Bytes that are none cannot have been signed rightly, and their sender has to know.
        raise _invalid(f"请求内容{encoding_fault(body)}，签名无从核对。") from None
    try:
        Webhook(secret).verify(body, given, json_parse=False)
    except (WebhookVerificationError, ValueError):  # the library lets malformed base64 and text through as ValueError
        raise _invalid() from None
    return given[_ID]


def _invalid(detail: str = "签名与请求内容不符。") -> Problem:
    return Problem(401, "signature-invalid", "签名无效", detail)
