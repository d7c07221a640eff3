"""What an act looks like and what it may be answered, for the description of the API: its body is read by hand, after
the signature, so that every fault can be told at once; FastAPI knows nothing of it."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from lianban.platform.openapi import PROBLEM_SCHEMA, Examples, Responses
from lianban.platform.problems import MEDIA_TYPE
from lianban_adapters.acts.schemas import CallbackAct, InboxAct
from lianban_adapters.samples.acts import sample_acts
from lianban_adapters.samples.problems import sample_problems

SAMPLE_TASK: Final = "429006S1202603020000001X:sample-permit"
SAMPLE_TIME: Final = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)

_ANSWER_ZH: Final = {
    401: "签名缺少、不符、过时",
    403: "不是本部门的任务",
    404: "没有这个部门、这项任务",
    409: "办件现在不能接受这个动作，请不要重发",
    410: "任务办结满 30 日，不再提供卷宗，不能核对补正内容",
    413: "正文过大",
    422: "内容有误，errors 一次列出全部问题",
    503: "暂时不能核对，请用同一编号再发",
}


def callback_examples() -> Examples:
    """An act of each kind."""
    acts = sample_acts(SAMPLE_TASK, SAMPLE_TIME.isoformat())
    return {name: {"summary": summary, "value": act} for name, (summary, act) in acts.items()}


def inbox_examples() -> Examples:
    """What is known there is not written: whose act it is, and on which task."""
    known = CallbackAct.model_fields.keys() - InboxAct.model_fields.keys()
    return {
        name: {**example, "value": {key: value for key, value in example["value"].items() if key not in known}}
        for name, example in callback_examples().items()
        if example["value"]["actor"] == "human"
    }


def refusals() -> Responses:
    """Answers to a callback that is not taken, with an example of each."""
    found: Responses = {
        status: {
            "description": meaning,
            "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA, "examples": {}}},
        }
        for status, meaning in _ANSWER_ZH.items()
    }
    for name, (summary, problem) in sample_problems(SAMPLE_TIME).items():
        examples = found[problem.status]["content"][MEDIA_TYPE]["examples"]
        examples[name] = {"summary": summary, "value": problem.body()}
    accepted = HTTPStatus.ACCEPTED.value
    return {accepted: {"description": "stored 已收存，平台会送达办件；review 系统的否定答复，已转人工"}, **found}
