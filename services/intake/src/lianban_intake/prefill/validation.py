"""Whether a request for prefill will do: who is asked about, and whether each has agreed. Pure; finds every fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from lianban.catalog.models import Subject
from lianban.catalog.prefill import Prefill
from lianban.catalog.terms import Audience
from lianban.clock.deadlines import local_date
from lianban.platform.problems import FieldError
from lianban_intake.numbers import birth_date, is_credit_code, is_identity_number
from lianban_intake.prefill.schemas import Consent, HolderGiven, PrefillRequest

GIVEN_BY: Final = ("self", "guardian", "relative", "agent")

_AGE_OF_CONSENT: Final = 14
"""个人信息保护法 art. 31: below it a guardian consents."""

_AHEAD: Final = timedelta(minutes=5)


def check(request: PrefillRequest, prefill: Prefill, now: datetime) -> list[FieldError]:
    """Every fault, in the order of the body."""
    if not request.holders:
        return [FieldError("/holders", "missing", "请至少列明一位持证人")]
    known = {subject.code: subject for subject in prefill.subjects}
    faults: list[FieldError] = []
    taken: set[str] = set()
    for position, holder in enumerate(request.holders):
        place = f"/holders/{position}"
        faults += _subjects(place, holder, known, taken)
        faults += _identity(place, holder)
        faults += _consent(f"{place}/consent", holder, prefill.consent.version, now)
        taken |= set(holder.subjects)
    return faults


def _subjects(place: str, holder: HolderGiven, known: Mapping[str, Subject], taken: set[str]) -> Iterator[FieldError]:
    if not holder.subjects:
        yield FieldError(f"{place}/subjects", "missing", "请写明该持证人是哪些信息主体")
    seen = set(taken)
    for index, code in enumerate(holder.subjects):
        subject = known.get(code)
        if subject is None:
            names = "、".join(f"{item.code}（{item.name}）" for item in known.values()) or "无"
            yield FieldError(f"{place}/subjects/{index}", "unknown-subject", f"本次申请的信息主体有：{names}")
        elif code in seen:
            yield FieldError(f"{place}/subjects/{index}", "repeated", f"“{subject.name}”只能有一位")
        elif subject.type is Audience.PERSON and holder.type == Audience.COMPANY:
            yield FieldError(f"{place}/type", "option", f"“{subject.name}”应为自然人（person）")
        elif subject.type is Audience.COMPANY and holder.type == Audience.PERSON:
            yield FieldError(f"{place}/type", "option", f"“{subject.name}”应为单位（company）")
        seen.add(code)


def _identity(place: str, holder: HolderGiven) -> Iterator[FieldError]:
    if holder.type == Audience.PERSON:
        if not is_identity_number(holder.identity):
            yield FieldError(f"{place}/identity", "check-digit", "应为18位公民身份号码，请核对")
    elif holder.type == Audience.COMPANY:
        if not is_credit_code(holder.identity):
            yield FieldError(f"{place}/identity", "check-digit", "应为18位统一社会信用代码，请核对")
    else:
        yield FieldError(f"{place}/type", "option", "持证人类型应为 person（自然人）或 company（单位）")


def _consent(place: str, holder: HolderGiven, version: str, now: datetime) -> Iterator[FieldError]:
    consent: Consent = holder.consent
    if not consent.given:
        yield FieldError(f"{place}/given", "no-consent", "未经持证人同意，不查询、不调取；可以自行填写、上传")
    elif consent.text_version != version:
        # Of another theme, of another situation, or of a catalogue since renewed: he agreed to something else.
        message = "所同意的不是本次申请的同意书，请展示表单 prefill.consent 中的同意书，重新征得同意"
        yield FieldError(f"{place}/text_version", "other-consent", message)
    if consent.given_by not in GIVEN_BY:
        message = "应为 self（本人）、guardian（监护人）、relative（近亲属）、agent（代理人）之一"
        yield FieldError(f"{place}/given_by", "option", message)
    elif consent.given_by != "guardian" and _is_child(holder, now):
        yield FieldError(f"{place}/given_by", "guardian-consent", "不满十四周岁的，应由父母或者其他监护人同意")
    if consent.given_at is not None and consent.given_at > now + _AHEAD:
        yield FieldError(f"{place}/given_at", "future", "作出同意的时间晚于现在")


def _is_child(holder: HolderGiven, now: datetime) -> bool:
    if holder.type != Audience.PERSON or not is_identity_number(holder.identity):
        return False
    born, today = birth_date(holder.identity), local_date(now)
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age < _AGE_OF_CONSENT
