"""Whether an application will do. Pure; finds every fault, and no message repeats what was filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from lianban.catalog.answers import InvalidAnswers
from lianban.catalog.compiler import ForeignDivision, UnknownTheme
from lianban.catalog.form_check import check_form
from lianban.catalog.models import Theme
from lianban.catalog.terms import Audience, DeliveryMode
from lianban.catalog.wording import DELIVERY_MODE_ZH
from lianban.platform.auth import Principal
from lianban.platform.media_types import FORMATS
from lianban.platform.problems import FieldError
from lianban_intake.applications.schemas import Applicant, ApplicationRequest, Delivery, Source
from lianban_intake.numbers import has_shape, is_credit_code, is_identity_number
from lianban_intake.themes.edition import Edition, Prepared
from lianban_intake.themes.service import FOREIGN_DIVISION_ZH, answer_errors

_SYSTEM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBER: Final = re.compile(r"[\x21-\x7e]{1,128}")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 200


def check(
    application: ApplicationRequest, edition: Edition, uploaded: Mapping[str, str], caller: Principal
) -> tuple[Prepared | None, list[FieldError]]:
    """The compiled theme (None when nothing could be compiled) and every fault, in the order of the body.

    ``uploaded``: digest → media type of those of the application's files that have been handed in.
    """
    faults = [*_source(application.source, caller), *_channel(application.channel, caller)]
    theme = edition.catalog.themes.get(application.theme)
    prepared: Prepared | None = None
    try:
        prepared = edition.prepare(application.theme, application.answers, application.division)
    except UnknownTheme:
        faults.append(FieldError("/theme", "unknown-theme", "没有这个主题，请从主题列表中选择"))
    except ForeignDivision:
        faults.append(FieldError("/division", "foreign-division", FOREIGN_DIVISION_ZH))
    except InvalidAnswers as error:
        faults += answer_errors(error)
    if prepared is not None:
        faults += [
            FieldError(f"/form{fault.pointer}", fault.code, fault.message_zh)
            for fault in check_form(prepared.compilation.form, application.form)
        ]
    faults += _materials(application, prepared, uploaded)
    faults += _applicant(application.applicant, theme)
    faults += _delivery(application.delivery, theme)
    return prepared, faults


def digests_of(application: ApplicationRequest) -> set[str]:
    """Digests worth looking up."""
    return look_up(item.digest for item in application.materials)


def look_up(digests: Iterable[str]) -> set[str]:
    """Those that are digests at all: anything else may be what a database does not take."""
    return {digest for digest in digests if _DIGEST.fullmatch(digest)}


def check_file(
    place: str, name: str, formats: Sequence[str], media_type: str | None, *, repeated: bool
) -> Iterator[FieldError]:
    """A file handed in as the material of that name. ``media_type`` none: it has not been uploaded; ``formats`` empty:
    nothing is known of which are taken."""
    if media_type is None:
        yield FieldError(place, "not-uploaded", "没有找到对应的文件，请先上传材料再提交")
    elif formats and FORMATS[media_type] not in formats:
        taken = "、".join(kind.upper() for kind in formats)
        yield FieldError(place, "material-format", f"“{name}”应为以下格式：{taken}")
    if repeated:
        yield FieldError(place, "repeated", "同一材料重复提交了同一文件")


def _source(source: Source, caller: Principal) -> Iterator[FieldError]:
    if not _SYSTEM.fullmatch(source.system):
        yield FieldError("/source/system", "pattern", "请填写来源系统代码（字母、数字、点、横线，最长64位）")
    elif "portal" in caller.roles and "window" not in caller.roles and source.system != caller.subject:
        yield FieldError("/source/system", "foreign-source", "来源系统应与令牌的主体一致")
    if not _NUMBER.fullmatch(source.number):
        yield FieldError("/source/number", "pattern", "请填写来源系统的申请编号（最长128位，不含空格和汉字）")


def _channel(channel: str, caller: Principal) -> Iterator[FieldError]:
    if channel not in ("portal", "window"):
        yield FieldError("/channel", "option", "申请渠道应为 portal（门户）或 window（综窗）")
    elif channel not in caller.roles:
        yield FieldError("/channel", "foreign-channel", "申请渠道应与令牌的身份一致")


def _materials(
    application: ApplicationRequest, prepared: Prepared | None, uploaded: Mapping[str, str]
) -> Iterator[FieldError]:
    seen: set[tuple[str, str]] = set()
    for position, item in enumerate(application.materials):
        place = f"/materials/{position}"
        requirement = prepared.requirements.get(item.material) if prepared else None
        if prepared is not None and requirement is None:
            yield FieldError(f"{place}/material", "unknown-material", "本次申请不需要这项材料，请删去")
        name, formats = (requirement.name, requirement.formats) if requirement else ("", ())
        repeated = (item.material, item.digest) in seen
        yield from check_file(f"{place}/digest", name, formats, uploaded.get(item.digest), repeated=repeated)
        seen.add((item.material, item.digest))
        yield from _text(f"{place}/name", item.name, "文件名")
    handed_in = {item.material for item in application.materials}
    for requirement in prepared.demanded if prepared else ():
        if requirement.material not in handed_in:
            how = "，可经持证人同意从电子证照库调取；调取不到的，请上传" if requirement.fetchable else ""
            yield FieldError("/materials", "missing-material", f"缺少材料“{requirement.name}”{how}")


def _applicant(applicant: Applicant, theme: Theme | None) -> Iterator[FieldError]:
    yield from _text("/applicant/name", applicant.name, "申请人姓名（名称）")
    if applicant.identity_number:
        if not has_shape(applicant.identity_number):
            yield FieldError("/applicant/identity_number", "pattern", "应为18位公民身份号码，末位如为X须大写")
        elif not is_identity_number(applicant.identity_number):
            yield FieldError("/applicant/identity_number", "check-digit", "公民身份号码校验不通过，请核对")
    elif theme is not None and theme.audience is Audience.PERSON:
        yield FieldError("/applicant/identity_number", "missing", "请填写申请人的公民身份号码")
    if applicant.credit_code:
        if not is_credit_code(applicant.credit_code):
            yield FieldError("/applicant/credit_code", "check-digit", "统一社会信用代码校验不通过，请核对")
    elif theme is not None and theme.audience is Audience.COMPANY and not applicant.identity_number:
        # Who is about to be registered has no code yet and applies as the person who will run it.
        message = "请填写申请单位的统一社会信用代码；尚未登记的，填写经营者的公民身份号码"
        yield FieldError("/applicant/credit_code", "missing", message)
    yield from _mobile("/applicant/mobile", applicant.mobile, "申请人手机号码")
    if applicant.email and not _EMAIL.fullmatch(applicant.email):
        yield FieldError("/applicant/email", "pattern", "应为电子邮箱地址")
    if applicant.address:
        yield from _text("/applicant/address", applicant.address, "申请人地址")


def _delivery(delivery: Delivery, theme: Theme | None) -> Iterator[FieldError]:
    offered = tuple(theme.delivery if theme else DeliveryMode)
    if delivery.mode not in offered:
        names = "、".join(f"{mode.value}（{DELIVERY_MODE_ZH[mode]}）" for mode in offered)
        yield FieldError("/delivery/mode", "option", f"送达方式应为以下之一：{names}")
    by_courier = delivery.mode == DeliveryMode.COURIER
    if by_courier or delivery.address:
        yield from _text("/delivery/address", delivery.address, "收件地址")
    if by_courier or delivery.recipient:
        yield from _text("/delivery/recipient", delivery.recipient, "收件人姓名")
    if by_courier or delivery.mobile:
        yield from _mobile("/delivery/mobile", delivery.mobile, "收件人手机号码")


def _text(place: str, value: str, name: str) -> Iterator[FieldError]:
    if not value.strip():
        yield FieldError(place, "missing", f"请填写{name}")
    elif len(value) > _LONGEST:
        yield FieldError(place, "too-long", f"{name}最多{_LONGEST}个字")
    elif not value.isprintable():
        yield FieldError(place, "characters", f"{name}含有不能保存的字符，请删去")


def _mobile(place: str, value: str, name: str) -> Iterator[FieldError]:
    if not value:
        yield FieldError(place, "missing", f"请填写{name}")
    elif not _MOBILE.fullmatch(value):
        yield FieldError(place, "pattern", f"{name}应为11位手机号码")
