"""An application as it is filed.

Shapes are checked here, contents in ``validation.py``: what is empty or unfit is a fault among the others, told with
all of them at once, so most fields are plain text with a default.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from lianban.contracts.status import CaseStatus


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Source(Part):
    """Where the application was made: the system, and its own number for it."""

    system: str = Field(default="", description="来源系统的代码")
    number: str = Field(default="", description="来源系统自己的申请编号，不得重复")


class HandedIn(Part):
    """A file uploaded before, handed in as a material. ``name``: the file's own."""

    material: str = Field(default="", description="材料的代码，见主题的 form")
    digest: str = Field(default="", description="上传、调取时得到的摘要")
    name: str = Field(default="", description="文件名")


class Applicant(Part):
    name: str = Field(default="", description="申请人的姓名或名称")
    identity_number: str = Field(default="", description="公民身份号码，自然人填写")
    credit_code: str = Field(default="", description="统一社会信用代码，单位填写")
    mobile: str = Field(default="", description="接收告知的手机号码")
    email: str = Field(default="", description="电子邮箱，可以不填")
    address: str = Field(default="", description="联系地址，可以不填")


class Delivery(Part):
    mode: str = Field(default="", description="送达方式，主题的 delivery 之一")
    address: str = Field(default="", description="收件地址，寄递的必填")
    recipient: str = Field(default="", description="收件人姓名，寄递的必填")
    mobile: str = Field(default="", description="收件人的手机号码，寄递的必填")


class ApplicationRequest(Part):
    source: Source = Field(default=Source(), description="来源")
    theme: str = Field(default="", description="主题代码，如 B4")
    division: str = Field(default="", description="办理地的区划代码，六位")
    channel: str = Field(default="", description="申请渠道：portal 网上，window 综窗")
    answers: dict[str, str] = Field(default={}, description="情形引导的回答：问题的代码 → 选项的代码")
    form: dict[str, Any] = Field(default={}, description="表单项的代码 → 填写的内容")
    materials: tuple[HandedIn, ...] = Field(default=(), max_length=200, description="上传、调取的材料")
    applicant: Applicant = Field(default=Applicant(), description="申请人")
    delivery: Delivery = Field(default=Delivery(), description="办理结果怎样送达")


class Links(BaseModel):
    self: str
    events: str
    results: str
    supplements: str
    documents: str = Field(description="文书目录")
    withdraw: str


class Receipt(BaseModel):
    """收件回执: the answer to a filing, the same whenever the filing is repeated."""

    case_no: str
    status: CaseStatus
    links: Links

    @classmethod
    def of(cls, case_no: str) -> Receipt:
        base = f"/v1/applications/{case_no}"
        links = Links(
            self=base,
            events=f"{base}/events",
            results=f"{base}/results",
            supplements=f"/v1/cases/{case_no}/supplements",
            documents=f"/v1/cases/{case_no}/documents",
            withdraw=f"{base}/withdraw",
        )
        return cls(case_no=case_no, status=CaseStatus.RECEIVED, links=links)
