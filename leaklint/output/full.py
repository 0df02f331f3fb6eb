"""`--output-format full`: the finding, its source, and the path that leaks as numbered steps on that source.

app.py:3:12: RLK103 not-released-on-exception: sqlite3 connection 'conn' stays open if ...
  |
3 |     conn = sqlite3.connect(path)
  |            ^^^^^^^^^^^^^^^^^^^^^ 1. sqlite3 connection is acquired into 'conn'
4 |     conn.execute(text)
  |     ^ 2. conn.execute() raises
  |
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leaklint.model import Diagnostic
from leaklint.output._escape import printable
from leaklint.output._frame import Marked, marked
from leaklint.output._report import Report
from leaklint.output._style import severity_style, styled
from leaklint.output.concise import headline

SUMMARY = "the finding with its source and the path that leaks, step by step"


class _Mark(NamedTuple):
    """A place in the source and what is said about it."""

    filename: str
    row: int
    column: int
    end_column: int
    text: str


def render(report: Report) -> Iterator[str]:
    """One paragraph per finding."""
    for diagnostic in report.diagnostics:
        yield headline(diagnostic, report.color) + "\n"
        if report.lines(diagnostic.filename):
            yield "".join(f"{line}\n" for line in _frame(diagnostic, report))
        yield "\n"


def _marks(diagnostic: Diagnostic) -> Iterator[_Mark]:
    """The acquisition, then every step; the step that acquires is told at the acquisition itself."""
    start, end = diagnostic.location, diagnostic.end_location
    end_column = end.column if end.row == start.row else 0
    steps = diagnostic.trace
    at_start = bool(steps) and (steps[0].filename, steps[0].row) == (diagnostic.filename, start.row)
    first = f"1. {printable(steps[0].message)}" if at_start else ""
    yield _Mark(diagnostic.filename, start.row, start.column, end_column, first)
    for number, step in list(enumerate(steps, 1))[at_start:]:
        yield _Mark(step.filename, step.row, step.column, step.column, f"{number}. {printable(step.message)}")


def _frame(diagnostic: Diagnostic, report: Report) -> Iterator[str]:
    """The source lines that the marks are on, each once per visit, with what is said below it."""
    marks = list(_marks(diagnostic))
    width = max(len(str(mark.row)) for mark in marks)
    color = report.color
    bar = styled(f"{' ' * width} |", color, "blue")
    yield bar
    filename, row = diagnostic.filename, 0
    for mark in marks:
        if mark.filename != filename:
            filename, row = mark.filename, 0
            yield styled(" " * width + "-->", color, "blue") + f" {printable(filename)}:{mark.row}"
        source = _line(report.lines(filename), mark)
        if mark.row != row:
            if row and mark.row != row + 1:
                yield styled("...", color, "blue")
            yield f"{styled(f'{mark.row:>{width}} |', color, 'blue')} {source.text}".rstrip()
        row = mark.row
        carets = styled("^" * source.width, color, *severity_style(diagnostic.severity))
        yield f"{bar} {' ' * source.indent}{carets} {mark.text}".rstrip()
    yield bar


def _line(lines: Sequence[str], mark: _Mark) -> Marked:
    line = lines[mark.row - 1] if mark.row <= len(lines) else ""
    return marked(line, mark.column, mark.end_column)
