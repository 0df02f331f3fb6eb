"""What of a file is worth parsing.

A region is *wanted* if its text may acquire, or if it uses something that may give what was acquired: its functions are
analysed. Functions stand in the *skeleton*, which is parsed in any case, as stubs; `stubs` parses them when they are asked for.
"""

import re
import sys
from bisect import bisect_right
from functools import cached_property

from leaklint.syntax.lexer import NEWLINE, first_line
from leaklint.syntax.measure import measure
from leaklint.syntax.outline import BODIES, Outline
from leaklint.syntax.regions import Region

MARK = "_leaklint_region_"
"""What the parameter of a stub is called, before the number of its region."""

_ENDING = re.compile(NEWLINE)
_DECORATOR = re.compile(r"^[ \t\f]*@", re.MULTILINE)


class Reduced:
    """The skeleton of a file.

    rows: (first row there, what to add to get the row of the file) of each region; stubs: regions that stand in it as stubs;
    blank: (region, row, reason) of those that must not be parsed; wanted: those that are to be analysed.
    """

    def __init__(
        self,
        outline: Outline,
        text: str,
        rows: tuple[tuple[int, int], ...],
        stubs: frozenset[int],
        blank: tuple[tuple[int, int, str], ...],
        wanted: frozenset[int],
    ) -> None:
        self.outline = outline
        self.text = text
        self.rows = rows
        self.stubs = stubs
        self.blank = blank
        self.wanted = wanted

    def wanting(self, wanted: frozenset[int]) -> "Reduced":
        """The same skeleton with other regions to be analysed."""
        return Reduced(self.outline, self.text, self.rows, self.stubs, self.blank, wanted)

    def row(self, row: int) -> int:
        """Which row of the file a row of the skeleton is."""
        return row + self.rows[bisect_right(self.rows, (row, sys.maxsize)) - 1][1] if self.rows else row

    @cached_property
    def body(self) -> bool:
        """Whether what stands outside functions is to be analysed."""
        decorated = any(_in_decorator(self.outline, self.outline.regions[i]) for i in self.outline.hits & self.stubs)
        return decorated or not self.wanted <= self.stubs

    @property
    def deep(self) -> tuple[tuple[int, str], ...]:
        """(row, reason) of regions that were wanted and must not be parsed."""
        return tuple((row, reason) for number, row, reason in self.blank if number in self.wanted)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The words of all stubs."""
        return frozenset().union(*(self.outline.words[i] for i in self.stubs))


def complete(text: str) -> Reduced:
    """The whole file without stubs; regions that must not be parsed are blanked all the same."""
    outline = Outline(text, ())
    everything = frozenset(range(len(outline.regions)))
    return _skeleton(outline, frozenset(), everything)


def reduced(outline: Outline, wanted: frozenset[int]) -> Reduced:
    """The file with every function as a stub, but for those whose header may acquire."""
    hit = {i: [o for o in outline.offsets if outline.regions[i].start <= o < outline.regions[i].end] for i in outline.hits}
    whole = {i for i, offsets in hit.items() if any(_in_header(outline, outline.regions[i], o) for o in offsets)}
    stubs = frozenset(i for i, r in enumerate(outline.regions) if r.kind in BODIES and i not in whole)
    return _skeleton(outline, stubs, wanted)


def _in_header(outline: Outline, region: Region, offset: int) -> bool:
    """Whether an offset lies in the `def` line of a function: its defaults are evaluated outside."""
    return region.header <= offset < first_line(outline.text, region.header, region.end)[0]


def _skeleton(outline: Outline, stubs: frozenset[int], wanted: frozenset[int]) -> Reduced:
    parts: list[str] = []
    rows: list[tuple[int, int]] = []
    blank: list[tuple[int, int, str]] = []
    row = 1
    for i, region in enumerate(outline.regions):
        piece, first = outline.text[region.start : region.end], region.row
        if i in stubs:
            piece, passed = _stub(outline.text, region, i)
            first += passed
        elif reason := measure(piece):
            piece = _blank(piece, region)
            blank.append((i, region.row, reason))
        parts.append(piece)
        rows.append((row, first - row))
        row += _rows(piece)
    return Reduced(outline, "".join(parts), tuple(rows), stubs, tuple(blank), wanted)


def _in_decorator(outline: Outline, region: Region) -> bool:
    return any(region.start <= offset < region.header for offset in outline.offsets)


def _stub(text: str, region: Region, number: int) -> tuple[str, int]:
    """Decorators and name of a function, and how many rows above them are left out, with all below: rows without code are dear
    to the parser."""
    decorator = _DECORATOR.search(text, region.start, region.header)
    margin = max(text.rfind("\n", region.start, region.header), text.rfind("\r", region.start, region.header)) + 1
    kept = decorator.start() if decorator is not None else max(margin, region.start)
    stub = f"{text[kept : region.header]}def {region.name}({MARK}{number}): pass\n"
    return stub, _rows(text[region.start : kept])


def _rows(piece: str) -> int:
    """How many line endings a text has."""
    return sum(1 for _ in _ENDING.finditer(piece)) if "\r" in piece else piece.count("\n")


def _blank(piece: str, region: Region) -> str:
    """As many rows without code. A class keeps a body."""
    if region.kind not in ("method", "class-statement"):
        return _endings(piece)
    indent = next((line[: len(line) - len(line.lstrip())] for line in re.split(r"[\r\n]+", piece) if line.strip()), "    ")
    return f"{indent}pass{_endings(piece)}"


def _endings(piece: str) -> str:
    return "".join(_ENDING.findall(piece)) if "\r" in piece else "\n" * piece.count("\n")
