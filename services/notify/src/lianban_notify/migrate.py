"""``python -m lianban_notify.migrate``: brings the schema to its newest revision."""

from __future__ import annotations

from lianban.platform.logs import configure_logging
from lianban.platform.migrations import upgrade
from lianban_notify.settings import NotifySettings

PACKAGE = "lianban_notify"


def main() -> None:
    settings = NotifySettings()
    configure_logging(settings.log_level, "notify-migrate")
    upgrade(PACKAGE, settings.database_url)


if __name__ == "__main__":
    main()
