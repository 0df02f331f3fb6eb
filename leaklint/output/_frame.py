"""A source line made fit for a terminal, and where a span of it then stands."""

import unicodedata
from typing import NamedTuple

from leaklint.output._escape import printable

_BEFORE, _AFTER = 60, 60
_TAB = "    "


class Marked(NamedTuple):
    """The printable line, and the span in terminal cells: `indent` before it, `width` (at least 1) of it."""

    text: str
    indent: int
    width: int


def marked(line: str, column: int, end_column: int) -> Marked:
    """The line with the span `column:end_column` (1-based, 0 for up to the end of the line), cut around it if it is long."""
    start = min(column - 1, len(line))
    end = max(min(end_column - 1, len(line)) if end_column else len(line.rstrip()), start)
    cut = start > 2 * _BEFORE
    before = ("…" if cut else "") + _shown(line[start - _BEFORE : start] if cut else line[:start])
    span = _shown(line[start : min(end, start + _AFTER)])
    rest = line[min(end, start + _AFTER) :]
    after = _shown(rest[:_AFTER]) + ("…" if len(rest) > _AFTER else "")
    return Marked((before + span + after).rstrip(), _cells(before), max(1, _cells(span)))


def _shown(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _cells(text: str) -> int:
    """How many terminal cells the text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
