"""Corrections laid over what was filed. The later one counts; nothing underneath changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class Corrections(BaseModel):
    """Content of one supplement, as it is sealed. ``materials``: files as the application's own are kept, all of each
    material that was corrected."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    form: dict[str, Any] = {}
    materials: tuple[dict[str, Any], ...] = ()


def corrected_form(values: Mapping[str, Any], corrections: Iterable[Corrections]) -> dict[str, Any]:
    found = dict(values)
    for later in corrections:
        found.update(later.form)
    return found


def corrected_materials(
    files: Iterable[Mapping[str, Any]], corrections: Iterable[Corrections]
) -> list[Mapping[str, Any]]:
    found = list(files)
    for later in corrections:
        replaced = {file["material"] for file in later.materials}
        found = [file for file in found if file["material"] not in replaced]
        found += later.materials
    return found
