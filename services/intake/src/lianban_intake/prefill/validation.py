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
from lianban_intake.prefill.schemas import Consent, HolderGiven, LookupRequest, PrefillRequest

GIVEN_BY: Final = ("self", "guardian", "relative", "agent")

_AGE_OF_CONSENT: Final = 14
"""个人信息保护法 art. 31: below it a guardian consents."""

_ADULT: Final = 18
"""民法典 art. 17: from then on a person acts for himself, unless a guardian was appointed (art. 28)."""

_AHEAD: Final = timedelta(minutes=5)
_BEHIND: Final = timedelta(days=30)
"""Consent is to this application; who agreed longer ago is asked again."""


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
        faults += check_identity(place, holder)
        deceased = any(known[code].deceased for code in holder.subjects if code in known)
        faults += _consent(f"{place}/consent", holder, prefill.consent.version, now)
        faults += _given_by(f"{place}/consent", holder, deceased, now)
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


def check_identity(place: str, holder: HolderGiven | LookupRequest) -> Iterator[FieldError]:
    """Whether type and number can be a holder's."""
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
    if consent.given_at is not None and consent.given_at > now + _AHEAD:
        yield FieldError(f"{place}/given_at", "future", "作出同意的时间晚于现在")
    if consent.given_at is not None and consent.given_at < now - _BEHIND:
        yield FieldError(f"{place}/given_at", "too-old", "作出同意已超过30日，请重新征得同意")


def _given_by(place: str, holder: HolderGiven, deceased: bool, now: datetime) -> Iterator[FieldError]:
    """Whether who consented may: a company and an adult do so themselves or by a written mandate, the deceased by a
    close relative (个人信息保护法 art. 49), a young child by its guardian. An adult's guardian has to be named, for
    nothing else tells him from whoever calls himself one."""
    given_by, guardian = holder.consent.given_by, holder.consent.guardian
    place_by = f"{place}/given_by"
    if given_by not in GIVEN_BY:
        message = "应为 self（本人）、guardian（监护人）、relative（近亲属）、agent（代理人）之一"
        yield FieldError(place_by, "option", message)
    elif holder.type == Audience.COMPANY and given_by in ("guardian", "relative"):
        yield FieldError(place_by, "option", "单位应由本单位（self）或者受书面授权的代理人（agent）同意")
    elif deceased and given_by != "relative":
        yield FieldError(place_by, "relative-consent", "逝者的信息应由其近亲属（relative）同意查询")
    elif not deceased and given_by == "relative":
        yield FieldError(place_by, "option", "近亲属只能同意查询逝者的信息")
    elif not deceased and given_by != "guardian" and _younger(holder, _AGE_OF_CONSENT, now):
        yield FieldError(place_by, "guardian-consent", "不满十四周岁的，应由父母或者其他监护人同意")
    if given_by != "guardian":
        if guardian:
            yield FieldError(f"{place}/guardian", "option", "不是由监护人同意的，请不要填写监护人")
    elif guardian:
        if not is_identity_number(guardian):
            yield FieldError(f"{place}/guardian", "check-digit", "应为18位公民身份号码，请核对")
        elif guardian == holder.identity or _age(guardian, now) < _ADULT:
            yield FieldError(f"{place}/guardian", "option", "监护人应为持证人以外的成年人")
    elif _is_person(holder) and not _younger(holder, _ADULT, now):
        yield FieldError(f"{place}/guardian", "missing", "监护人为成年人同意的，请填写监护人的公民身份号码")


def _is_person(holder: HolderGiven) -> bool:
    return holder.type == Audience.PERSON and is_identity_number(holder.identity)


def _younger(holder: HolderGiven, years: int, now: datetime) -> bool:
    return _is_person(holder) and _age(holder.identity, now) < years


def _age(identity: str, now: datetime) -> int:
    born, today = birth_date(identity), local_date(now)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
