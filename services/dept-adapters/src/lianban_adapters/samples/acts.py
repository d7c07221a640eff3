"""Sample acts, as a department would call back with them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

_FOLDER: Final = Path(__file__).parent


def sample_acts(task: str, occurred_at: str) -> Mapping[str, tuple[str, dict[str, Any]]]:
    """By name: Chinese summary, and the act on ``task``. ``occurred_at``: ISO 8601 with offset."""
    found = {}
    for number, one in enumerate(from_json((_FOLDER / "acts.json").read_bytes()), 1):
        act = {"act_id": f"yl-{number:04d}", "task_id": task, **one["act"], "occurred_at": occurred_at}
        for result in act.get("results", ()):
            if file := result.get("file"):
                file["content"] = base64.b64encode((_FOLDER / file["content"]).read_bytes()).decode()
        found[one["name"]] = (one["summary"], act)
    return found
