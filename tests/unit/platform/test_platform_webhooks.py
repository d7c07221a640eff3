"""Signed messages: genuine, forged, stale, missing, repeated."""

from __future__ import annotations

import time

import pytest
from standardwebhooks.webhooks import Webhook

from lianban.platform.problems import Problem
from lianban.platform.webhooks import TOLERANCE, new_secret, sign, verify

SECRET = new_secret()
BODY = '{"state": "签收"}'.encode()


def slug(headers: dict[str, str], body: bytes = BODY, secret: str = SECRET) -> str:
    with pytest.raises(Problem) as caught:
        verify(secret, headers, body)
    assert caught.value.status == 401
    return caught.value.slug


def at(seconds: int) -> dict[str, str]:
    """Headers of a genuine message whose clock is off by so many seconds."""
    from datetime import UTC, datetime

    moment = int(time.time()) + seconds
    signature = Webhook(SECRET).sign("m1", datetime.fromtimestamp(moment, UTC), BODY.decode())
    return {"webhook-id": "m1", "webhook-timestamp": str(moment), "webhook-signature": signature}


def test_a_genuine_message_gives_its_id_every_time() -> None:
    headers = sign(SECRET, "m1", BODY)
    assert verify(SECRET, headers, BODY) == "m1"
    assert verify(SECRET, {name.title(): value for name, value in headers.items()}, BODY) == "m1"


def test_one_good_signature_among_others_is_enough() -> None:
    headers = sign(SECRET, "m1", BODY)
    headers["webhook-signature"] = f"v1a,AAAA {headers['webhook-signature']}"
    assert verify(SECRET, headers, BODY) == "m1"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_needed(name: str) -> None:
    headers = sign(SECRET, "m1", BODY)
    assert slug({**headers, name: ""}) == "signature-missing"
    del headers[name]
    assert slug(headers) == "signature-missing"


@pytest.mark.parametrize("seconds", [-TOLERANCE - 5, TOLERANCE + 5])
def test_old_and_future_messages_are_stale(seconds: int) -> None:
    assert slug(at(seconds)) == "signature-stale"


@pytest.mark.parametrize("seconds", [-TOLERANCE + 5, TOLERANCE - 5])
def test_within_five_minutes_is_fine(seconds: int) -> None:
    assert verify(SECRET, at(seconds), BODY) == "m1"


def test_forged_messages_are_refused() -> None:
    headers = sign(SECRET, "m1", BODY)
    assert slug(headers, BODY + b" ") == "signature-invalid"
    assert slug(headers, secret=new_secret()) == "signature-invalid"
    assert slug({**headers, "webhook-id": "m2"}) == "signature-invalid"
    assert slug({**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}) == "signature-invalid"


@pytest.mark.parametrize("signature", ["nonsense", "v1,", "v1,§§", "v1,YWJj", "v2,YWJj", "v1,a,b", ","])
def test_malformed_signatures_are_refused(signature: str) -> None:
    assert slug({**sign(SECRET, "m1", BODY), "webhook-signature": signature}) == "signature-invalid"


@pytest.mark.parametrize("timestamp", ["now", "nan", "1e9", "-1", "１７００００００００", "9" * 400])
def test_malformed_timestamps_are_refused(timestamp: str) -> None:
    assert slug({**sign(SECRET, "m1", BODY), "webhook-timestamp": timestamp}) == "signature-invalid"


def test_a_body_that_is_no_text_is_refused() -> None:
    assert slug(sign(SECRET, "m1", BODY), b"\xff\xfe") == "signature-invalid"


@pytest.mark.parametrize(
    ("body", "told"),
    [("批准".encode("gbk"), "收到的像是 GBK，签名无从核对"), (b"\xff\xfe", "应为 UTF-8 编码，签名无从核对")],
)
def test_in_what_it_seems_to_be_written_is_told(body: bytes, told: str) -> None:
    with pytest.raises(Problem) as raised:
        verify(SECRET, sign(SECRET, "m1", BODY), body)
    assert told in (raised.value.detail or "")


def test_secrets_differ() -> None:
    assert new_secret() != new_secret()
    assert SECRET.startswith("whsec_")
