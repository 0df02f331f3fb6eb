"""Regions: the top-level statements and class members of a file, found without parsing it.

Regions tile the file: every character lies in exactly one, in order. Each can be parsed on its own. Wrong joins (a region
that holds more than one statement) cost time only; wrong splits would change the meaning of the code, so that any doubt
makes the whole file one region, and doubt about the indentation of a class body leaves that class whole.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from leaklint.syntax.lexer import NEWLINE, Line, first_line, shallow_lines

RegionKind = Literal["statement", "function", "class", "class-header", "class-statement", "method", "file"]
"""statement, function, class: at top level, whole (a class is split if it has an indented body). class-header: decorators
and `class` line; its members follow as class-statement (nested classes included) and method. file: everything."""

MEMBERS: frozenset[RegionKind] = frozenset({"class-statement", "method"})
"""The kinds that are indented, and parse as the body of a class."""

_CONTINUES = re.compile(r"(?:else|elif|except|finally)\b")
_DEFINES = re.compile(r"(?:async[ \t]+)?(def|class)[ \t]+(\w+)")
_ENDING = re.compile(NEWLINE)


class Region(NamedTuple):
    """A stretch of a file: offsets `start:end` (code points), rows `row` to `end_row` (1-based, inclusive).

    Decorators, comments and blank lines above a statement belong to it; those at the end of the file to the last one.
    name: of the function or class it defines ("" otherwise); chain: names of the classes around it, outermost first;
    doubt: for the kind "file", why the file could not be divided ("" if it was not to be); header: offset after decorators,
    where the definition begins.
    """

    kind: RegionKind
    start: int
    end: int
    row: int
    end_row: int
    name: str = ""
    chain: tuple[str, ...] = ()
    doubt: str = ""
    header: int = 0


class Source(NamedTuple):
    """Text that parses as a module; row `r` of it is row `r + shift` of the file, columns are the file's own."""

    text: str
    shift: int


class _Piece(NamedTuple):
    """A region without its rows, which need the whole sequence."""

    kind: RegionKind
    start: int
    end: int
    name: str = ""
    chain: tuple[str, ...] = ()
    header: int = 0


def whole(text: str, doubt: str = "") -> Region:
    """A file that is not empty, as one region."""
    return next(_numbered(text, [_Piece("file", 0, len(text))]))._replace(doubt=doubt)


def regions(text: str) -> tuple[Region, ...]:
    """Divide a file. An empty file has no regions."""
    if not text:
        return ()
    lines, doubt = shallow_lines(text)
    if doubt or not lines:
        return (whole(text, doubt),)
    return tuple(_numbered(text, _top_level(text, lines)))


def _numbered(text: str, pieces: Iterable[_Piece]) -> Iterator[Region]:
    """Give the pieces of a whole file their rows."""
    rows = _rows_by_ending if "\r" in text else _rows_by_line_feed
    row = 1
    for kind, start, end, name, chain, header in pieces:
        after = row + rows(text, start, end)
        yield Region(kind, start, end, row, after - (text[end - 1] in "\r\n"), name, chain, "", header)
        row = after


def _rows_by_line_feed(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end)


def _rows_by_ending(text: str, start: int, end: int) -> int:
    return sum(1 for _ in _ENDING.finditer(text, start, end))


def _top_level(text: str, lines: list[Line]) -> Iterator[_Piece]:
    for group, end in _statements(text, lines, len(text)):
        kind, name, header = _definition(text, group)
        if kind == "class":
            yield from _class(text, group[0].start, header, end, name)
        else:
            yield _Piece(kind, group[0].start, end, name, (), header)


def _statements(text: str, lines: list[Line], end: int) -> Iterator[tuple[list[Line], int]]:
    """The lines of each statement, and where it ends; `end`: where the last one does."""
    begins = list(_beginnings(text, lines))
    for low, high in pairwise([*begins, len(lines)]):
        yield lines[low:high], lines[high].start if high < len(lines) else end


def _beginnings(text: str, lines: list[Line]) -> Iterator[int]:
    """Indices of the lines, all at one depth, that begin a statement. The first one always does."""
    decorated = False
    for index, line in enumerate(lines):
        if not index or not (decorated or _CONTINUES.match(text, line.first)):
            yield index
        decorated = text[line.first] == "@"


def _definition(text: str, group: list[Line]) -> tuple[RegionKind, str, int]:
    """What a statement at top level is, the name it defines, and the offset after its decorators."""
    first = next((line.first for line in group if text[line.first] != "@"), group[0].first)
    defines = _DEFINES.match(text, first)
    if not defines:
        return "statement", "", first
    return "class" if defines[1] == "class" else "function", defines[2], first


def _class(text: str, start: int, header: int, end: int, name: str) -> Iterator[_Piece]:
    """Divide the class `start:end` whose `class` stands at `header`; one that is not plainly indented stays whole."""
    body, lines = _body(text, header, end)
    if not lines:
        yield _Piece("class", start, end, name)
        return
    yield _Piece("class-header", start, body, name)
    for member, member_end in _statements(text, lines, end):
        kind, defined, begin = _definition(text, member)
        member_kind: RegionKind = "method" if kind == "function" else "class-statement"
        yield _Piece(member_kind, member[0].start, member_end, defined, (name,), begin)


def _body(text: str, header: int, end: int) -> tuple[int, list[Line]]:
    """Where the body of a class begins, and the lines of its statements; no lines if their indentation differs."""
    body, margin = first_line(text, header, end)
    if not margin or "\f" in margin:
        return body, []
    lines = shallow_lines(text, body, end, margin).lines
    nested = all(text.startswith(margin, line.first - line.width, line.first) for line in lines)
    return body, lines if nested else []


def regions_at(divided: tuple[Region, ...], offsets: Iterable[int]) -> tuple[Region, ...]:
    """The regions in which these offsets lie, in order, each once."""
    starts = [region.start for region in divided]
    hit = {bisect_right(starts, offset) - 1 for offset in offsets}
    return tuple(divided[index] for index in sorted(hit))


def source(text: str, region: Region) -> Source:
    """The region as a module: members inside a class `_`, a class header with an empty body, all else unchanged."""
    if region.kind in MEMBERS:
        return Source(method_source(text, region), region.row - 2)
    code = text[region.start : region.end]
    if region.kind == "class-header":
        code += " pass" if code.endswith(("\n", "\r")) else "\n pass"
    return Source(code, region.row - 1)


def method_source(text: str, region: Region) -> str:
    """A class member inside `class _:`, its own lines unchanged: dedenting them would change strings.

    Row `r` of the result is row `r + region.row - 2` of the file.
    """
    ending = _ENDING.search(text, region.start)
    return f"class _:{ending[0] if ending else chr(10)}{text[region.start : region.end]}"
