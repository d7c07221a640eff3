"""`python -m lianban_orchestrator`: settings from LIANBAN_* variables."""

from __future__ import annotations

from lianban.platform.logs import configure_logging
from lianban.platform.service import run
from lianban_orchestrator.app import build_app
from lianban_orchestrator.settings import OrchestratorSettings


def main() -> None:
    settings = OrchestratorSettings()
    configure_logging(settings.log_level, "orchestrator")
    run(build_app(settings), settings.host, settings.port)


if __name__ == "__main__":
    main()
