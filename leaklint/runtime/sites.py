"""Where something was acquired: source positions of frames, kept cheaply and read late.

A stack is kept as code objects and instruction offsets, without a string or a line number before somebody asks.
"""

import os
from collections.abc import Iterable, Iterator
from types import CodeType, FrameType
from typing import NamedTuple

_ELSEWHERE = frozenset({"site-packages", "dist-packages"})

Spot = tuple[CodeType, int]
"""A code object and the offset of the instruction that it was at."""

Stack = tuple[CodeType | int, ...]
"""Code, offset, code, offset ...: the innermost eight frames, innermost first. One flat tuple is what costs least."""


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


def stack(a: FrameType) -> Stack:
    """The stack of a frame."""
    # Eight steps and one tuple: as a loop it takes twice the time, and this is most of what an acquisition costs.
    if (
        (b := a.f_back)
        and (c := b.f_back)
        and (d := c.f_back)
        and (e := d.f_back)
        and (f := e.f_back)
        and (g := f.f_back)
        and (h := g.f_back)
    ):
        return (
            a.f_code, a.f_lasti, b.f_code, b.f_lasti, c.f_code, c.f_lasti, d.f_code, d.f_lasti,
            e.f_code, e.f_lasti, f.f_code, f.f_lasti, g.f_code, g.f_lasti, h.f_code, h.f_lasti,
        )  # fmt: skip
    return _short(a)


def _short(frame: FrameType | None) -> Stack:
    found: list[CodeType | int] = []
    while frame is not None:
        found += (frame.f_code, frame.f_lasti)
        frame = frame.f_back
    return tuple(found)


def spots(kept: Stack) -> Iterator[Spot]:
    """A stack as its spots, innermost first."""
    return zip(kept[::2], kept[1::2], strict=True)  # type: ignore[arg-type]


def innermost(kept: Stack) -> Spot:
    """The first of them."""
    return next(spots(kept))


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


def lines(kept: Stack) -> Iterator[str]:
    """A stack in words, innermost first."""
    for spot in spots(kept):
        where = site(spot)
        yield f"{where.filename}:{where.row} in {where.function}"
