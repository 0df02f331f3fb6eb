"""`--output-format junit`: one suite per file with findings, one failed case per finding."""

from collections.abc import Iterator
from itertools import groupby

from leaklint.model import Diagnostic
from leaklint.output._escape import printable
from leaklint.output._place import relative
from leaklint.output._report import Report

SUMMARY = "JUnit XML"

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\n": "&#10;"})


def render(report: Report) -> Iterator[str]:
    """The document. Without findings it has one suite with one passed case, so that readers don't find it empty."""
    count = len(report.diagnostics)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="leaklint" tests="{max(count, 1)}" failures="{count}" errors="0">\n'
    if not count:
        yield '  <testsuite name="leaklint" tests="1" failures="0" errors="0">\n'
        yield '    <testcase name="leaklint" classname="leaklint"/>\n  </testsuite>\n'
    for filename, items in groupby(report.diagnostics, key=lambda item: item.filename):
        yield from _suite(relative(filename, report.root), list(items))
    yield "</testsuites>\n"


def _suite(path: str, items: list[Diagnostic]) -> Iterator[str]:
    yield f'  <testsuite name="{_text(path)}" tests="{len(items)}" failures="{len(items)}" errors="0">\n'
    for item in items:
        start = item.location
        name = f"{item.code} {item.name} line {start.row} column {start.column}"
        yield f'    <testcase name="{_text(name)}" classname="{_text(path)}" file="{_text(path)}" line="{start.row}">\n'
        yield f'      <failure type="{item.code}" message="{_text(item.message)}">{_text(_details(item))}</failure>\n'
        yield "    </testcase>\n"
    yield "  </testsuite>\n"


def _details(item: Diagnostic) -> str:
    lines = [f"line {item.location.row}, column {item.location.column}: {printable(item.message)}"]
    lines += [f"{number}. line {step.row}: {printable(step.message)}" for number, step in enumerate(item.trace, 1)]
    return "\n".join(lines)


def _text(text: str) -> str:
    """The text for an attribute or element: XML can't hold most control characters, not even escaped."""
    return "\n".join(printable(line) for line in text.split("\n")).translate(_ENTITIES)
