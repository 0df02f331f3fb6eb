"""`--output-format github`: workflow commands, shown as annotations on a pull request.

GitHub shows ten of each level per step; for more, use sarif.
"""

from collections.abc import Iterator

from leaklint.model import Diagnostic, Step
from leaklint.output._escape import printable
from leaklint.output._place import relative
from leaklint.output._report import Report

SUMMARY = "GitHub Actions annotations"

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> Iterator[str]:
    """One command per finding."""
    for item in report.diagnostics:
        fields = ",".join(f"{key}={_property(value)}" for key, value in _fields(item, report.root))
        text = "\n".join([f"{item.code} {printable(item.message)}", *_steps(item.trace, report.root)])
        yield f"::{_LEVELS[item.severity]} {fields}::{_data(text)}\n"


def _fields(item: Diagnostic, root: str) -> Iterator[tuple[str, str]]:
    start, end = item.location, item.end_location
    yield "title", f"leaklint ({item.code} {item.name})"
    yield "file", relative(item.filename, root)
    yield "line", str(start.row)
    # GitHub takes columns only for an annotation of one line.
    if start.row == end.row:
        yield "col", str(start.column)
        yield "endColumn", str(end.column)
    yield "endLine", str(end.row)


def _steps(trace: tuple[Step, ...], root: str) -> Iterator[str]:
    for number, step in enumerate(trace, 1):
        yield f"{number}. {relative(step.filename, root)}:{step.row}: {printable(step.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
