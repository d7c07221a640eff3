"""`python -m lianban_intake`: settings from LIANBAN_* variables."""

from __future__ import annotations

from lianban.platform.logs import configure_logging
from lianban.platform.service import run
from lianban_intake.app import build_app
from lianban_intake.settings import IntakeSettings


def main() -> None:
    settings = IntakeSettings()
    configure_logging(settings.log_level, "intake")
    run(build_app(settings), settings.host, settings.port)


if __name__ == "__main__":
    main()
