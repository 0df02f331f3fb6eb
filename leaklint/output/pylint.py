"""`--output-format pylint`: what tools that read pylint's parseable output understand."""

from collections.abc import Iterator

from leaklint.output._escape import printable
from leaklint.output._place import relative
from leaklint.output._report import Report

SUMMARY = "path:line: [code] name: message"


def render(report: Report) -> Iterator[str]:
    """One line per finding."""
    for item in report.diagnostics:
        path = relative(item.filename, report.root)
        yield f"{path}:{item.location.row}: [{item.code}] {item.name}: {printable(item.message)}\n"
