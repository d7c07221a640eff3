"""``python -m lianban_notify``: settings from ``LIANBAN_*`` variables."""

from __future__ import annotations

from lianban.platform.logs import configure_logging
from lianban.platform.service import run
from lianban_notify.app import build_app
from lianban_notify.settings import NotifySettings


def main() -> None:
    settings = NotifySettings()
    configure_logging(settings.log_level, "notify")
    run(build_app(settings), settings.host, settings.port)


if __name__ == "__main__":
    main()
