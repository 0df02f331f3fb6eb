"""Where something was acquired: source positions of frames, kept cheaply and read late.

Walking a few frames and keeping (code, instruction) pairs costs a tenth of what formatting them would.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from types import CodeType, FrameType
from typing import NamedTuple

DEPTH = 8
"""Frames kept of a stack, innermost first."""

_ELSEWHERE = frozenset({"site-packages", "dist-packages"})

Spot = tuple[CodeType, int]
"""A code object and the offset of the instruction that it was at."""


class Site(NamedTuple):
    """The call that acquired; rows and columns are 1-based, the end column is exclusive."""

    filename: str
    row: int
    end_row: int
    column: int
    function: str


class Project(dict[str, bool]):
    """File name -> whether its code is the project's: below one of the folders, and no installed package.

    Only calls made by the project's own code are judged, as the linter judges only the files that it is given.
    """

    def __init__(self, folders: Iterable[str], excluded: Iterable[str] = ()) -> None:
        super().__init__()
        self.folders = tuple(os.path.abspath(folder) for folder in folders)
        self.excluded = (os.path.dirname(__file__), *map(os.path.abspath, excluded))

    def __missing__(self, filename: str) -> bool:
        inside = not filename.startswith("<") and self._inside(os.path.abspath(filename))
        self[filename] = inside
        return inside

    def _inside(self, path: str) -> bool:
        if any(_below(path, folder) for folder in self.excluded):
            return False
        return any(_below(path, folder) and not _ELSEWHERE & set(path[len(folder) :].split(os.sep)) for folder in self.folders)


def _below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def stack(frame: FrameType | None, depth: int = DEPTH) -> tuple[Spot, ...]:
    """The spots of `frame` and of those that called it."""
    spots: list[Spot] = []
    for _ in range(depth):
        if frame is None:
            break
        spots.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(spots)


def site(spot: Spot) -> Site:
    """The source position of a spot."""
    code, offset = spot
    row, end_row, column, _end = _position(code, offset)
    return Site(code.co_filename, row, end_row, column, code.co_qualname)


def _position(code: CodeType, offset: int) -> tuple[int, int, int, int]:
    """Row, end row, column, end column; the function's first row where the compiler kept no position."""
    for number, (row, end_row, column, end) in enumerate(code.co_positions()):
        if number == offset // 2 and row is not None:
            return row, end_row or row, (column or 0) + 1, (end or 0) + 1
    return code.co_firstlineno, code.co_firstlineno, 1, 1


def lines(spots: Sequence[Spot]) -> Iterator[str]:
    """A stack in words, innermost first."""
    for spot in spots:
        where = site(spot)
        yield f"{where.filename}:{where.row} in {where.function}"
