"""Every check's page has the fixed headings, and its two examples behave as the page says."""

import re

import pytest

from leaklint.checks import all_checks, path_checks
from leaklint.checks.contract import Check
from tests.documents import blocks
from tests.verdicts import check_text

HEADINGS = ["What it finds", "Why it matters", "What counts as released", "Example", "Better", "Limits", "Fix"]
CODES = ["RLK101", "RLK102", "RLK103", "RLK104", "RLK105", "RLK106", "RLK107", "RLK108", "RLK109", "RLK201", "RLK202", "RLK203",
         "RLK900", "RLK901"]  # fmt: skip

CHECKS = pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.code)
JUDGING = pytest.mark.parametrize("check", [c for c in all_checks() if c.find is not None], ids=lambda check: check.code)


def section(check: Check, heading: str) -> str:
    """The text under one heading of the check's page."""
    return check.page.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_codes_are_those_of_the_design() -> None:
    assert [check.code for check in all_checks()] == CODES


def test_the_decision_list_has_the_order_of_the_design() -> None:
    inside = [check.code for check in path_checks() if check.code < "RLK200"]
    assert inside == ["RLK104", "RLK108", "RLK109", "RLK106", "RLK105", "RLK101", "RLK102", "RLK107", "RLK103"]


@CHECKS
def test_page_has_title_and_headings(check: Check) -> None:
    assert check.page.startswith(f"# {check.name} ({check.code})\n")
    assert re.findall(r"^## (.+)$", check.page, re.MULTILINE) == HEADINGS


@CHECKS
def test_no_section_is_empty(check: Check) -> None:
    assert [heading for heading in HEADINGS if not section(check, heading).strip()] == []


@CHECKS
def test_summary_is_one_line(check: Check) -> None:
    assert check.summary
    assert "\n" not in check.summary
    assert not check.summary.endswith(".")


@JUDGING
def test_example_is_reported_on_the_lines_that_say_so(check: Check) -> None:
    [example] = blocks(section(check, "Example"), "python")
    marked = [row for row, line in enumerate(example.splitlines(), 1) if f"# {check.code}" in line]
    assert marked, "no line of the example names the code"
    assert [(d.code, d.location.row) for d in check_text(example)] == [(check.code, row) for row in marked]


@JUDGING
def test_better_example_is_clean(check: Check) -> None:
    [better] = blocks(section(check, "Better"), "python")
    assert [d.message for d in check_text(better)] == []


@JUDGING
def test_message_names_the_resource_and_the_advice(check: Check) -> None:
    [example] = blocks(section(check, "Example"), "python")
    for found in check_text(example):
        assert found.resource in found.message
        assert "\n" not in found.message
        assert found.trace[0].kind == "acquire"
