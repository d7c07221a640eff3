"""Sample refusals: one of each that a callback may be answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal
from lianban.platform.problems import FieldError, Problem
from lianban.platform.webhooks import new_secret, sign, verify
from lianban_adapters.acts.problems import (
    conflict,
    foreign_step,
    refused,
    step_not_open,
    unknown_department,
    unknown_task,
)
from lianban_adapters.acts.schemas import CallbackAct
from lianban_adapters.acts.validation import invalid, parse
from lianban_adapters.dossiers.reading import closed, unavailable

_ASKED = "已经告知过一次补正内容，不得再次要求补正；确有必要的，须先经督办准许。"


def sample_problems(now: datetime) -> Mapping[str, tuple[str, Problem]]:
    """By name: Chinese summary, and the problem."""
    body = b"{}"
    stale = {"webhook-id": "yl-1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    forged = sign(new_secret(), "yl-1", body)
    return {
        "signature-missing": ("没有签名", _raised(lambda: verify(new_secret(), {}, body))),
        "signature-invalid": ("签名不符", _raised(lambda: verify(new_secret(), forged, body))),
        "signature-stale": ("签名过时", _raised(lambda: verify(new_secret(), stale, body))),
        "foreign-step": ("其他部门的任务", foreign_step(Rule.DEC_20)),
        "unknown-department": ("没有这个部门", unknown_department()),
        "unknown-task": ("没有这项任务", unknown_task()),
        "step-not-open": ("已经收回的任务", step_not_open(Rule.DEC_20)),
        "already-requested": ("再次告知补正", refused(Refusal.ALREADY_REQUESTED, _ASKED, Rule.ONCE)),
        "idempotency-conflict": ("同一编号、不同内容", conflict()),
        "body-too-large": (
            "正文过大",
            Problem(413, "body-too-large", "请求正文过大", "请求正文不得超过 20971520 字节。"),
        ),
        "invalid-act": ("内容有误", _raised(lambda: parse(CallbackAct, _faulty(), now))),
        "invalid-results": (
            "结果与任务不符",
            invalid([FieldError("/results/0/code", "unknown-result", "本任务没有该代码的办理结果")]),
        ),
        "dossier-closed": ("办结已久，不能核对", closed()),
        "dossier-unavailable": ("暂时不能核对", unavailable()),
    }


def _faulty() -> dict[str, Any]:
    """A refusal without what a refusal needs, and with a field that is misspelt."""
    return {
        "act_id": "yl-0010",
        "task_id": "429006S1202603020000001X:sample-permit",
        "kind": "decide",
        "actor": "human",
        "desicion": "refused",
        "decision": "refused",
        "occurred_at": "2026-03-05T10:00:00",
    }


def _raised(attempt: Callable[[], object]) -> Problem:
    try:
        attempt()
    except Problem as problem:
        return problem
    raise AssertionError("a sample of what is refused was taken")
