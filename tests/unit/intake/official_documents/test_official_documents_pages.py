"""Documents as PDF."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import typst
from official_document_samples import SAMPLES, sample

from lianban_intake import typesetting
from lianban_intake.official_documents import typeset
from lianban_intake.official_documents.letters import write
from lianban_intake.official_documents.letters.letter import Item, Letter
from lianban_intake.official_documents.typeset import letter_pdf


def pages(pdf: bytes) -> int:
    count = re.search(rb"<xmpTPg:NPages>(\d+)<", pdf)
    assert count is not None
    return int(count[1])


@pytest.mark.parametrize("name", SAMPLES)
def test_one_page_the_same_every_time(name: str) -> None:
    record = sample(name)
    letter = write(record)
    pdf = letter_pdf(letter, record.dated)
    assert pdf.startswith(b"%PDF-1.7")
    assert f"{letter.title} {letter.number}".encode() in pdf  # the title in its metadata
    assert pages(pdf) == 1
    assert pdf == letter_pdf(letter, record.dated)


@pytest.mark.parametrize("name", SAMPLES)
def test_everything_the_letter_says_is_on_the_page(name: str) -> None:
    letter = write(sample(name))
    inputs = {"letter": letter.model_dump_json()}

    def queried(selector: str) -> Any:
        return json.loads(
            typst.query(
                typeset._SOURCE,
                selector,
                root=typeset._SOURCE.parent,
                font_paths=[typesetting.FONTS],
                ignore_system_fonts=True,
                sys_inputs=inputs,
            )
        )

    shown = "".join(_texts([queried(selector) for selector in ("heading", "par", "enum", "table")]))
    said = [letter.title, letter.number, letter.issuer, letter.dated, *letter.paragraphs, *letter.closing]
    said += [text for row in letter.rows for text in row]
    said += [text for item in letter.items for text in (item.name, item.note)]
    if letter.addressee and not letter.recipient_signs:
        said.append(letter.addressee)
    assert [text for text in said if text not in shown] == []


def _texts(node: Any) -> list[str]:
    """Every text in what a query found, in order."""
    if isinstance(node, str):
        return [node]
    return [
        text
        for child in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
        for text in _texts(child)
    ]


def test_what_people_write_is_set_and_never_run() -> None:
    record = sample("supplement")
    hostile = '#panic("ran") $x$ *a* _b_ @c <d> \\ // [e] #{f} `g`'
    letter = write(record).model_copy(update={"items": (Item(name=hostile, note=f"第一行\n{hostile}"),)})
    assert pages(letter_pdf(letter, record.dated)) == 1


def test_a_long_list_takes_more_pages() -> None:
    record = sample("supplement")
    letter: Letter = write(record)
    many = letter.model_copy(update={"items": letter.items * 30})
    assert pages(letter_pdf(many, record.dated)) > 1
