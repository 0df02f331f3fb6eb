"""What an edit leaves true: findings of functions that it does not touch, moved to where these stand now.

That is an answer for the time until the whole file has been analysed: what a changed function means for others it does not
know.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from leaklint.model import Diagnostic, Location, Step
from leaklint.syntax.outline import BODIES
from leaklint.syntax.regions import Region, regions

MOST = 8
"""How many functions an edit may touch: for more of them, analysing the whole file costs hardly more."""

_LINE = re.compile(r"\bline (\d+)\b")


class Edit(NamedTuple):
    """The regions before and after, one for one, and the numbers of those whose text is another one."""

    before: tuple[Region, ...]
    after: tuple[Region, ...]
    touched: frozenset[int]

    def row(self, row: int) -> int:
        """Where a row stands now."""
        at = self.region(row)
        return row + self.after[at].row - self.before[at].row

    def region(self, row: int) -> int:
        """The region in which a row stood."""
        return max(bisect_right(self.before, row, key=lambda region: region.row) - 1, 0)


def edit(before: str, after: str) -> Edit | None:
    """What was done to a text; None if more than the bodies of a few functions changed."""
    old, new = regions(before), regions(after)
    if not old or [_shape(r) for r in old] != [_shape(r) for r in new]:
        return None
    pairs = enumerate(zip(old, new, strict=True))
    touched = frozenset(i for i, (a, b) in pairs if before[a.start : a.end] != after[b.start : b.end])
    return Edit(old, new, touched) if len(touched) <= MOST and all(old[i].kind in BODIES for i in touched) else None


def _shape(region: Region) -> tuple[str, str, tuple[str, ...]]:
    return region.kind, region.name, region.chain


def kept(found: Iterable[Diagnostic], made: Edit) -> Iterator[Diagnostic]:
    """The findings that lie in regions that were not touched, where they are now."""
    for diagnostic in found:
        if made.region(diagnostic.location.row) not in made.touched:
            yield _moved(diagnostic, made)


def _moved(diagnostic: Diagnostic, made: Edit) -> Diagnostic:
    def place(at: Location) -> Location:
        return Location(made.row(at.row), at.column)

    return replace(
        diagnostic,
        location=place(diagnostic.location),
        end_location=place(diagnostic.end_location),
        statement_rows=(made.row(diagnostic.statement_rows[0]), made.row(diagnostic.statement_rows[1])),
        message=_LINE.sub(lambda match: f"line {made.row(int(match[1]))}", diagnostic.message),
        trace=tuple(_steps(diagnostic.trace, diagnostic.filename, made)),
    )


def _steps(trace: Sequence[Step], filename: str, made: Edit) -> Iterator[Step]:
    for step in trace:
        yield replace(step, row=made.row(step.row)) if step.filename == filename else step
