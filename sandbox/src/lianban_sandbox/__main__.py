"""`python -m lianban_sandbox`: settings from LIANBAN_* variables."""

from __future__ import annotations

import logging

import uvloop

from lianban.platform.logs import configure_logging
from lianban_sandbox.settings import SandboxSettings
from lianban_sandbox.world import run


def main() -> None:
    settings = SandboxSettings()
    configure_logging(settings.log_level, "sandbox")
    for chatty in ("mail.log", "uvicorn.error"):  # every SMTP command, and each server's comings and goings
        logging.getLogger(chatty).setLevel(logging.WARNING)
    uvloop.run(run(settings))


if __name__ == "__main__":
    main()
