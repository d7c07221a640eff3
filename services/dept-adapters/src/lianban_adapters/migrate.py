"""``python -m lianban_adapters.migrate``: brings the schema to its newest revision."""

from __future__ import annotations

from lianban.platform.logs import configure_logging
from lianban.platform.migrations import upgrade
from lianban_adapters.settings import AdapterSettings

PACKAGE = "lianban_adapters"


def main() -> None:
    settings = AdapterSettings()
    configure_logging(settings.log_level, "adapters-migrate")
    upgrade(PACKAGE, settings.database_url)


if __name__ == "__main__":
    main()
