"""Functions that are parsed when somebody asks for them.

The skeleton of a module holds its statements and class bodies; each function is a *stub* in it: decorators, name, and a
parameter that says which region it stands for. Reading a stub parses that region and nothing else. Rows of what is read are
shifted; columns are those of the file.
"""

import re
from typing import NamedTuple

import libcst as cst

from leaklint.syntax.contract import Unparsable
from leaklint.syntax.measure import measure
from leaklint.syntax.parse import parse
from leaklint.syntax.positions import Positions
from leaklint.syntax.reduce import MARK, Reduced
from leaklint.syntax.regions import source
from leaklint.syntax.scopes import Scope, Unread

_NUMBER = re.compile(rf"{MARK}(\d+)")


class Read(NamedTuple):
    """A region that has been parsed."""

    tree: cst.Module
    shift: int


class Stubs:
    """The stubs of one module. deep: (row, reason) of regions that somebody asked for and that must not be parsed; refused:
    those that do not parse on their own; size: how many characters were parsed."""

    def __init__(self, part: Reduced) -> None:
        self._part = part
        self._positions: dict[int, Positions] = {}
        self._read: dict[int, Read] = {}
        self.deep: list[tuple[int, str]] = []
        self.refused: set[int] = set()
        self.size = 0

    def number(self, node: cst.FunctionDef) -> int | None:
        """Which region a function of the skeleton stands for; None if it is no stub."""
        params = node.params.params
        match = _NUMBER.fullmatch(params[0].name.value) if len(params) == 1 else None
        return int(match[1]) if match is not None and int(match[1]) in self._part.stubs else None

    def unread(self, node: cst.FunctionDef) -> Unread | None:
        """What is known of the function without reading it."""
        number = self.number(node)
        return Unread(number, node, self._part.outline) if number is not None else None

    def read(self, unread: Unread) -> cst.FunctionDef | None:
        """The function; None if its region can't be parsed on its own, or must not be."""
        region = self._part.outline.regions[unread.number]
        text = self._part.outline.text
        if reason := measure(text[region.start : region.end]):
            self.deep.append((region.row, reason))
            return None
        piece = source(text, region)
        try:
            tree = parse(piece.text)
            found = _function(tree, region.kind == "method")
        except Unparsable:
            found = None
        if found is None:
            self.refused.add(unread.number)
            return None
        self._read[unread.number] = Read(tree, piece.shift)
        self.size += len(piece.text)
        return found

    def tree(self, number: int) -> cst.Module:
        """The tree of a region that has been read."""
        return self._read[number].tree

    def positions(self, number: int) -> Positions:
        """Where the nodes of a region that has been read stand in the file."""
        if number not in self._positions:
            tree, shift = self._read[number]
            self._positions[number] = Positions(tree, lambda row: row + shift)
        return self._positions[number]


def _function(tree: cst.Module, is_method: bool) -> cst.FunctionDef | None:
    """The one function that a region holds."""
    body = list(tree.body)
    if is_method and len(body) == 1 and isinstance(body[0], cst.ClassDef):
        body = list(body[0].body.body)  # type: ignore[arg-type]
    return body[0] if len(body) == 1 and isinstance(body[0], cst.FunctionDef) else None


def home(scope: Scope) -> int | None:
    """The number of the region in which a function lies; None for those of the skeleton."""
    current: Scope | None = scope
    while current is not None and current.region is None:
        current = current.parent
    return current.region if current is not None else None
