"""``python -m lianban_adapters``."""

from __future__ import annotations

from lianban.platform.logs import configure_logging
from lianban.platform.service import run
from lianban_adapters.app import create_app
from lianban_adapters.settings import AdapterSettings


def main() -> None:
    settings = AdapterSettings()
    configure_logging(settings.log_level, "adapters")
    run(create_app(settings), settings.host, settings.port)


if __name__ == "__main__":
    main()
