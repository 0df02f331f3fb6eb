"""`--output-format json`: one array of findings."""

from collections.abc import Iterator

from leaklint.output._escape import json_text
from leaklint.output._record import record
from leaklint.output._report import Report

SUMMARY = "one JSON array, one object per finding"


def render(report: Report) -> Iterator[str]:
    """The array, indented; `[]` if there is nothing to report."""
    yield json_text([record(diagnostic, report.repair(diagnostic)) for diagnostic in report.diagnostics], indent=2) + "\n"
