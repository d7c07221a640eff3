"""The list of checks: every one says where it is written and how to show it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lianban_adapters.conformance.checks.catalogue import CHECKS, checks_of
from lianban_adapters.conformance.checks.model import Outcome, Weight, missed
from lianban_adapters.conformance.evidence import Evidence
from lianban_adapters.conformance.report import judged

GUIDE = (Path(__file__).parents[3] / "docs" / "departments.zh-CN.md").read_text(encoding="utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_check_has_an_id_of_its_own() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert [check.id for check in CHECKS if not re.fullmatch(r"[a-z]+(-[a-z]+)+|acceptance", check.id)] == []


def test_every_check_says_where_it_is_written() -> None:
    headings = set(re.findall(r"^##+ (.+)$", GUIDE, re.MULTILINE))
    assert [check.id for check in CHECKS if check.where not in headings] == []
    for check in CHECKS:
        assert all(map(CHINESE.search, (check.name, check.expected, check.show)))


@pytest.mark.parametrize("kind", ["rest", "polling"])
def test_of_a_department_nothing_was_seen_of_nothing_is_said(kind: str) -> None:
    report = judged("market", kind, Evidence())
    assert [check.id for check, verdict in report.found if verdict.outcome is not Outcome.UNSHOWN] == []
    assert {check.id for check, verdict in report.found if missed(check, verdict)} == {
        check.id for check in checks_of(kind) if check.weight is Weight.ALWAYS
    }
    assert not report.conforms
    text = "\n".join(report.lines())
    assert "还不符合对接要求。" in text
    assert [check.id for check in checks_of(kind) if check.show not in text] == []
