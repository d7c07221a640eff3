"""The document of an act, and the fingerprint that recognises a repetition."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

from lianban.contracts.documents import ActDocument, ActResult, ResultFile
from lianban.platform.crypto import Keyring
from lianban_adapters.acts.documents import fingerprint, prepare
from lianban_adapters.acts.schemas import CallbackAct, InboxAct
from lianban_adapters.acts.submission import of_officer, of_system

PDF = b"%PDF-1.7 certificate"
KEYRING = Keyring.generate()


def act(**changes: Any) -> CallbackAct:
    written = {
        "act_id": "a-1",
        "task_id": "case-1:review",
        "kind": "decide",
        "actor": "human",
        "officer": "zhang",
        "occurred_at": "2026-03-02T16:00:00+08:00",
        "decision": "granted",
        **changes,
    }
    return CallbackAct.model_validate(written)


def with_file(content: bytes = PDF) -> CallbackAct:
    file = {"name": "证.pdf", "media_type": "application/pdf", "content": base64.b64encode(content).decode()}
    return act(
        results=[{"code": "licence", "name": "许可证", "number": "鄂-1", "valid_from": "2026-03-02", "file": file}]
    )


def mark(written: CallbackAct, keyring: Keyring = KEYRING) -> str:
    return fingerprint(keyring, written.task_id, written, prepare(written))


def test_files_are_named_by_their_digest() -> None:
    prepared = prepare(with_file())
    digest = hashlib.sha256(PDF).hexdigest()
    file = ResultFile(name="证.pdf", media_type="application/pdf", digest=digest, size=len(PDF))
    result = ActResult(code="licence", name="许可证", number="鄂-1", valid_from="2026-03-02", file=file)
    assert prepared.document == ActDocument(results=(result,))
    assert prepared.files == (PDF,)


def test_a_bare_act_has_no_document() -> None:
    assert prepare(act()).document is None
    assert prepare(act(reason="  ")).document is None
    assert prepare(act(reason="符合条件")).document == ActDocument(reason="符合条件")


def test_a_repetition_has_the_same_fingerprint_and_nothing_else_has() -> None:
    assert mark(act()) == mark(act(occurred_at="2026-03-02T08:00:00Z"))
    assert mark(with_file()) == mark(with_file())
    others = [
        act(decision="refused"),
        act(task_id="case-1:other"),
        act(officer="li"),
        act(reason="x"),
        act(occurred_at="2026-03-02T16:00:01+08:00"),
        with_file(),
        with_file(PDF + b" "),
    ]
    assert len({mark(act()), *map(mark, others)}) == len(others) + 1


def test_a_fingerprint_is_keyed() -> None:
    assert mark(act()) != mark(act(), Keyring.generate())


def test_an_officers_act_is_recognised_whenever_it_comes() -> None:
    written = InboxAct.model_validate({"kind": "decide", "decision": "granted"})
    first, again = (
        of_officer("market", "case-1:review", "k-1", "zhang", written, datetime(2026, 3, day, tzinfo=UTC), KEYRING)
        for day in (2, 3)
    )
    assert first.occurred_at != again.occurred_at
    assert first.fingerprint == again.fingerprint
    assert (first.officer, first.holder, first.actor) == ("zhang", "zhang", "human")


def test_only_a_systems_denial_is_an_automatic_one() -> None:
    def automatic(**changes: Any) -> bool:
        return of_system("market", act(**changes), KEYRING).is_automatic_denial

    assert automatic(actor="system", decision="refused")
    assert not automatic(actor="system")
    assert not automatic(decision="refused")
    assert automatic(actor="system", kind="not_accept", decision=None)
    assert not automatic(kind="not_accept", decision=None)
    assert not automatic(actor="system", kind="request_supplement", decision=None)
