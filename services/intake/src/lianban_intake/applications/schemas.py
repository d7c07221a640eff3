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

    system: str = ""
    number: str = ""


class HandedIn(Part):
    """A file uploaded before, handed in as a material. ``name``: the file's own."""

    material: str = ""
    digest: str = ""
    name: str = ""


class Applicant(Part):
    name: str = ""
    identity_number: str = ""
    credit_code: str = ""
    mobile: str = ""
    email: str = ""
    address: str = ""


class Delivery(Part):
    mode: str = ""
    address: str = ""
    recipient: str = ""
    mobile: str = ""


class ApplicationRequest(Part):
    source: Source = Source()
    theme: str = ""
    division: str = ""
    channel: str = ""
    answers: dict[str, str] = {}
    form: dict[str, Any] = {}
    materials: tuple[HandedIn, ...] = Field(default=(), max_length=200)
    applicant: Applicant = Applicant()
    delivery: Delivery = Delivery()


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
