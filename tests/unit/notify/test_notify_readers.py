"""Who is reminded of a light."""

from __future__ import annotations

from typing import cast

import pytest

from lianban.clock.limits import Light
from lianban.contracts.orders import MessageOrder
from lianban.contracts.status import Cause, MessageKind
from lianban.platform.directory import Directory
from lianban_notify.intake import Intake
from lianban_notify.messages.readers import ReaderBook

DIRECTORY = Directory.model_validate(
    {
        "departments": {
            "market": {
                "channel": "inbox",
                "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "duty_mobile": "13711111111",
            }
        },
        "supervisor": {"mobile": "13722222222"},
    }
)


@pytest.mark.parametrize(
    ("light", "cause", "roles"),
    [
        (Light.YELLOW, Cause.PROMISE_OVERDUE, ["duty"]),
        (Light.RED, Cause.LEGAL_OVERDUE, ["duty", "supervisor"]),
        (Light.RED, Cause.STILL_OVERDUE, ["supervisor"]),
        (Light.NONE, Cause.STOP_OVERRUN, ["duty", "supervisor"]),
        (Light.GREEN, Cause.DEEMED, ["duty", "supervisor"]),
        (Light.GREEN, Cause.TACIT_OPINION, ["duty"]),
    ],
)
async def test_officers(light: Light, cause: Cause, roles: list[str]) -> None:
    order = MessageOrder(
        key="C1:light:7",
        case_no="C1",
        kind=MessageKind.LIGHT,
        theme_name="开办餐饮店",
        department="market",
        light=light,
        cause=cause,
    )
    nobody_asked = cast(Intake, None)  # officers stand in the directory
    assert [reader.role for reader in await ReaderBook(nobody_asked, DIRECTORY).of(order)] == roles
