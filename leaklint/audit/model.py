"""What the page is given: findings with their source, and who they belong to. Every text in it is valid Unicode."""

import os
from collections.abc import Callable, Sequence

import msgspec

from leaklint.model import Diagnostic, Severity, Step
from leaklint.output._escape import unicode
from leaklint.output._place import relative

Rows = Callable[[str], Sequence[str]]
_AROUND = 2
_LONGEST = 240


class Line(msgspec.Struct, frozen=True):
    """A source line; `gap` if lines were left out before it."""

    row: int
    text: str
    gap: bool = False


class Frame(msgspec.Struct, frozen=True):
    """The part of a file that steps lie in."""

    file: str
    lines: tuple[Line, ...]


class Stop(msgspec.Struct, frozen=True):
    """One step of the path; `frame` is the number of the frame that it lies in."""

    kind: str
    frame: int
    row: int
    column: int
    message: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One finding as the page shows it."""

    code: str
    name: str
    severity: Severity
    message: str
    file: str
    row: int
    function: str
    resource: str
    category: str
    package: str
    owner: str
    observed: str
    frames: tuple[Frame, ...]
    steps: tuple[Stop, ...]


class Point(msgspec.Struct, frozen=True):
    """How many findings of each severity there were at a commit; `when` is its date, `title` its first line."""

    commit: str
    when: str
    title: str
    error: int
    warning: int
    info: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.error + self.warning + self.info


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page. state: the commit it speaks of, "" outside git; pages: the documentation of each code."""

    title: str
    version: str
    state: str
    files: int
    entries: tuple[Entry, ...]
    pages: dict[str, str]
    history: tuple[Point, ...] = ()


def entry(found: Diagnostic, rows_of: Rows, root: str, owner: str, observed: str = "") -> Entry:
    """A finding with its source; `root` is the folder that names start from, `observed` what tests showed of it."""
    steps = found.trace or (Step("acquire", found.filename, found.location.row, found.location.column, found.message),)
    files = list(dict.fromkeys((found.filename, *(step.filename for step in steps))))
    file = relative(found.filename, root)
    return Entry(
        code=found.code,
        name=found.name,
        severity=found.severity,
        message=unicode(found.message),
        file=file,
        row=found.location.row,
        function=unicode(found.function),
        resource=unicode(found.resource) or "other",
        category=found.category or "other",
        package=os.path.dirname(file) or ".",
        owner=unicode(owner),
        observed=observed,
        frames=tuple(_frame(name, steps, rows_of(name), root) for name in files),
        steps=tuple(_stop(step, files) for step in steps),
    )


def _stop(step: Step, files: Sequence[str]) -> Stop:
    return Stop(step.kind, files.index(step.filename), step.row, step.column, unicode(step.message))


def _frame(filename: str, steps: Sequence[Step], rows: Sequence[str], root: str) -> Frame:
    """The rows around every step in that file; a single row that would be left out is shown."""
    near = {step.row for step in steps if step.filename == filename}
    wanted = sorted({row for at in near for row in range(at - _AROUND, at + _AROUND + 1) if 0 < row <= len(rows)})
    lines: list[Line] = []
    for row in wanted:
        if lines and row == lines[-1].row + 2:
            lines.append(_line(rows, row - 1, False))
        lines.append(_line(rows, row, bool(lines) and row > lines[-1].row + 1))
    return Frame(relative(filename, root), tuple(lines))


def _line(rows: Sequence[str], row: int, gap: bool) -> Line:
    text = unicode(rows[row - 1])
    return Line(row, text if len(text) <= _LONGEST else text[:_LONGEST] + "…", gap)
