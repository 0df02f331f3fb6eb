"""The light lexer: where the logical lines of a Python file begin, without parsing it.

It knows strings with all prefixes, comments, brackets, line continuations, form feeds and the three line endings; nothing
else. One regex takes a whole run of harmless text (names, operators, strings, brackets without further brackets) up to the
next character that matters, so the loop over it turns little more than once per line.

Brackets are counted, not matched by kind: `(]` is a syntax error wherever it stands, and whoever parses it says so.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_MANY = "{0,100000}"  # escapes in one string; with more of them it counts as unterminated
NEWLINE = r"(?:\r\n?|\n)"
"""One line ending, as CPython reads them: not those of `str.splitlines`, which knows more."""


def _string(quote: str, guard: str = "") -> str:
    """The pattern of a long or short string literal between such quotes; `guard` follows the first quote."""
    long = rf"{quote * 2}[^{quote}\\]*+(?>(?:(?:\\.|{quote}(?!{quote * 2}))[^{quote}\\]*+){_MANY}){quote * 3}"
    short = rf"(?!{quote * 2})[^{quote}\\\r\n]*+(?>(?:\\(?:\r\n|.)[^{quote}\\\r\n]*+){_MANY}){quote}"
    return rf"{quote}{guard}(?:{long}|{short})"


STRING = f"{_string(chr(34))}|{_string(chr(39))}"
"""A string literal without its prefix (needs DOTALL). A quote that begins none is unterminated."""

# Repetitions whose body may fail half-way stand in atomic groups: their possessive form is wrong before Python 3.11.5.
# They take a bounded number of steps, because the regex engine remembers every one; what goes on goes on in a next match.
_STEPS = "{0,1000}"
_NO_FORMAT = r"""(?<![fFtT]["'])(?<![fFtT][rR]["'])"""
PLAIN_STRING = f"{_string(chr(34), _NO_FORMAT)}|{_string(chr(39), _NO_FORMAT)}"
_FLAT_BRACKETS = rf"[(\[{{](?>(?:[^\"'#()\[\]{{}}\\]++|{PLAIN_STRING}){_STEPS})[)\]}}]"
# Blank and comment lines are no logical lines; they go with the line that follows.
_BLANK = r"[ \t\f\r\n]"
_COMMENTS = rf"(?>(?:{_BLANK}*+#[^\r\n]*+){_STEPS})"
_FIRST = re.compile(rf"\ufeff?{_COMMENTS}({_BLANK}*+)")
_ENDING, _GAP, _CHECKED_STRING, _OPEN, _CLOSE, _STRAY = range(1, 7)
_NO_INDENT = "(?!)"  # a pattern that never matches: no line is deeper, every line is given


@lru_cache(maxsize=32)
def _piece(indent: str) -> re.Pattern[str]:
    """Harmless text, line endings before deeper lines included, up to the next thing that matters; it always matches."""
    word = r"[^\"'#()\[\]{}\\\r\n]++"
    deeper = rf"\n{indent}[ \t]++(?=[^\s#])"  # the common case of the next
    deeper_after_blanks = rf"(?>(?=[\r\n]){_COMMENTS}{_BLANK}*[\r\n]{indent}[ \t])"
    parts = (word, deeper, _FLAT_BRACKETS, PLAIN_STRING, deeper_after_blanks, r"#[^\r\n]*+")
    harmless = rf"(?>(?:{'|'.join(parts)}){_STEPS})"
    next_line = rf"({NEWLINE}){_COMMENTS}({_BLANK}*+)"
    return re.compile(rf"{harmless}(?:{next_line}|({STRING})|([(\[{{])|([)\]}}])|\\{NEWLINE}|([\\'\"])|)", re.DOTALL)


_FORMAT_PREFIX = re.compile(r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])\Z")
_IN_TEXT = re.compile(r"\{\{|\}\}|[{}]")
_IN_FIELD = re.compile(r"""[{}]|'[^']*'|"[^"]*\"""")


class _Doubt(Exception):
    """The logical lines can't be told with certainty; the argument says why."""


class Line(NamedTuple):
    """A logical line. It ends where the next one starts, the last one at the end of the text.

    start: offset where it begins, with the blank and comment lines above it; first: offset of its first token;
    width: characters of indentation before `first` (those that count: a form feed starts the line anew).
    """

    start: int
    first: int
    width: int


class Lines(NamedTuple):
    """Logical lines of a text, or the reason why they are in doubt ("" if they are not)."""

    lines: list[Line]
    doubt: str = ""


def shallow_lines(text: str, start: int = 0, end: int | None = None, indent: str = "") -> Lines:
    """The logical lines of `start:end` that are not indented deeper than by `indent` (spaces and tabs).

    `start` must be the start of a logical line. A line whose indentation merely differs from `indent` is given, so that
    the caller may judge it. Lines passed over belong to the line before. Any doubt about one line is doubt about all.
    """
    end = len(text) if end is None else end
    gap, first = _first_gap(text, start, end)
    try:
        spans = [(start, gap, first), *_endings(text, first, end, indent)]
    except _Doubt as doubt:
        return Lines([], str(doubt))
    given = (Line(at, first, _width(text, gap, first)) for at, gap, first in spans if first < end)
    lines = [line for line in given if not _is_passed_over(text, line, indent)]
    if any(text[line.first] == "\\" for line in lines):
        return Lines([], "continued indentation")
    lines[:1] = [line._replace(start=start) for line in lines[:1]]
    return Lines(lines)


def logical_lines(text: str) -> Lines:
    """All logical lines of a text, however deep."""
    return shallow_lines(text, indent=_NO_INDENT)


def first_line(text: str, start: int, end: int) -> tuple[int, str]:
    """Where the logical line at `start` ends, and the indentation of the next one ("" if there is none)."""
    try:
        after, gap, first = next(_endings(text, start, end, _NO_INDENT), (end, end, end))
    except _Doubt:
        return end, ""
    return after, text[first - _width(text, gap, first) : first] if first < end else ""


def _first_gap(text: str, start: int, end: int) -> tuple[int, int]:
    """The white space before the first token of `start:end`, as offsets."""
    begin = _FIRST.match(text, start, end)
    assert begin is not None  # every part of the pattern may be empty
    return begin.span(1)


def _width(text: str, gap: int, first: int) -> int:
    """How many characters of the white space `gap:first` are the indentation of what stands at `first`."""
    if gap == first:
        return 0
    feed, carriage = text.rfind("\f", gap, first), text.rfind("\r", gap, first)
    return first - max(gap, feed + 1, carriage + 1, text.rfind("\n", gap, first) + 1)


def _is_passed_over(text: str, line: Line, indent: str) -> bool:
    """Is a line indented by `indent` and more, or a comment? Nearly all of these the regex has skipped already."""
    if text[line.first] == "#":
        return True
    return line.width > len(indent) and text.startswith(indent, line.first - line.width)


def _endings(text: str, begin: int, end: int, indent: str) -> Iterator[tuple[int, int, int]]:
    """Where logical lines end: the start of the next one, start and end of the white space before its first token.

    Raises _Doubt where that can't be told.
    """
    depth = 0
    for piece in _piece(indent).finditer(text, begin, end):
        kind = piece.lastindex
        if kind is None:
            continue
        if kind == _GAP:
            if not depth:
                yield piece.end(_ENDING), *piece.span(_GAP)
        elif kind == _OPEN:
            depth += 1
        elif kind == _CLOSE:
            depth -= 1
            if depth < 0:
                raise _Doubt("unbalanced brackets")
        elif kind == _STRAY:
            raise _Doubt("stray backslash" if piece[_STRAY] == "\\" else "unterminated string")
        elif not fields_close(text, *piece.span(_CHECKED_STRING)):
            raise _Doubt("format string with its own quotes inside")
    if depth:
        raise _Doubt("unbalanced brackets")


def fields_close(text: str, start: int, end: int) -> bool:
    """Does the string literal `start:end` end outside its replacement fields (also true if it is no format string)?

    Before PEP 701 a format string ended at the next quote of its kind; since then a field may hold that quote. If the
    fields of the old token are closed, the old token is the new one. Errs to "no": a format specification with a lone
    quote in it is read as if a string began there.
    """
    if not _FORMAT_PREFIX.search(text, max(0, start - 3), start):
        return True
    quotes = 3 if text.startswith(text[start] * 3, start) and end - start >= 6 else 1
    at, end, depth = start + quotes, end - quotes, 0
    while mark := (_IN_FIELD if depth else _IN_TEXT).search(text, at, end):
        at = mark.end()
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
            if depth < 0:
                return False
    return not depth
