"""`--output-format json-lines`: one object per line."""

from collections.abc import Iterator

from leaklint.output._escape import json_text
from leaklint.output._record import record
from leaklint.output._report import Report

SUMMARY = "one JSON object per line and finding"


def render(report: Report) -> Iterator[str]:
    """The objects of `--output-format json`, each on a line of its own."""
    for diagnostic in report.diagnostics:
        yield json_text(record(diagnostic, report.repair(diagnostic))) + "\n"
