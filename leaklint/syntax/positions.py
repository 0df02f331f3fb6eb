"""Positions of syntax nodes, computed only for modules that have something to report."""

from typing import NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider


class Span(NamedTuple):
    """Rows and columns, 1-based; the end column is exclusive."""

    row: int
    column: int
    end_row: int
    end_column: int


class Positions:
    """Where nodes of one tree stand. `offset` rows are added to every row (regions)."""

    def __init__(self, tree: cst.Module, offset: int = 0) -> None:
        wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
        self._ranges = wrapper.resolve(PositionProvider)
        self._offset = offset

    def span(self, node: cst.CSTNode) -> Span:
        """The span of a node; of a statement without its leading comments."""
        found = self._ranges[node]
        start, end = found.start, found.end
        return Span(start.line + self._offset, start.column + 1, end.line + self._offset, end.column + 1)
