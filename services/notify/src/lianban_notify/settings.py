"""Settings of notify, beyond those every service has."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from lianban.platform.settings import Settings

HTTP_URL = r"^https?://"


class NotifySettings(Settings):
    """Which implementation stands behind a port is chosen here: the real one, one that only writes a log line
    (``console``), or one that keeps what it is given in memory (``recording``)."""

    directory_file: Path = Field(description="duty officers of the departments, and the supervisor")
    intake_url: str = Field(pattern=HTTP_URL, description="internal address of the intake")
    public_url: str = Field(pattern=HTTP_URL, description="address under which the courier reaches this service")

    document_url: str = Field(
        default="",
        pattern=rf"{HTTP_URL}|^$",
        description="where applicants who have signed in open an official document, with {case_no} and {seq}",
    )

    sms: Literal["http", "console", "recording"] = "http"
    sms_url: str = Field(default="", description="the gateway")
    sms_key_file: Path | None = None

    mail: Literal["smtp", "console", "recording"] = "smtp"
    mail_from: str = "no-reply@lianban.invalid"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password_file: Path | None = None

    courier: Literal["http", "console", "recording"] = "http"
    courier_url: str = ""
    courier_secret_file: Path = Field(description="whsec_… that signs orders and tracking callbacks")

    organisation: str = Field(default="天门市政务服务中心", description="who signs messages and sends parcels")
    hotline: str = "12345"
    pickup_place: str = "天门市政务服务中心“一事联办”综窗"
    sender_mobile: str = "13900000000"
    sender_address: str = "湖北省天门市政务服务中心"


def read_secret(path: Path | None) -> str:
    """Content of a secret's file, without the line end an editor leaves."""
    if path is None:
        raise ValueError("a secret's file is not set")
    return path.read_text(encoding="utf-8").strip()
