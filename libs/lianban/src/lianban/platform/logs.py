"""Logs: one JSON object a line, without personal data.

Exceptions are logged by type and place. Their texts quote what people typed in (validation errors, database
details), so a text is kept only for exceptions of the operating system and of connections.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, Final

from pythonjsonlogger.json import JsonFormatter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

_HARMLESS: Final = (OSError, TimeoutError, ImportError, RPCError)
_DEPTH: Final = 20
_NOISY: Final = dict.fromkeys(("alembic", "asyncssh", "httpcore", "httpx"), logging.WARNING)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class Formatter(JsonFormatter):
    """``timestamp``, ``level``, ``logger``, ``service``, ``message`` and what is given as ``extra``."""

    def __init__(self, service: str) -> None:
        super().__init__(
            "{levelname}{name}{message}",
            style="{",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp=True,
            json_ensure_ascii=False,
            static_fields={"service": service},
        )

    def format(self, record: logging.LogRecord) -> str:
        # exc_text may hold what another formatter made of the exception; arguments may be exceptions themselves.
        record.exc_text = None
        if isinstance(record.args, tuple):
            record.args = tuple(_harmless(argument) for argument in record.args)
        return str(super().format(record))

    def formatException(self, ei: Any) -> str:
        return describe(ei[1]) if ei and ei[1] is not None else ""


def describe(error: BaseException) -> str:
    """The chain of an exception, outermost first: ``Type[: text] at file:line function < …``."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)[-_DEPTH:]
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        parts.append(f"{_name(current)} at {places}" if places else _name(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return " <- ".join(parts)


def configure_logging(level: str, service: str) -> None:
    """Everything to standard error; whoever runs the process keeps the lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, noisy in _NOISY.items():
        logging.getLogger(name).setLevel(noisy)


def _name(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, ApplicationError) and error.type:
        return f"{name}[{error.type}]"
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if state:
        return f"{name}[{state}]"
    return f"{name}: {error}" if isinstance(error, _HARMLESS) else name


def _harmless(argument: object) -> object:
    return _name(argument) if isinstance(argument, BaseException) else argument
