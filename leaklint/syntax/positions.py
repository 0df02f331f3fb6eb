"""Positions of syntax nodes, computed only for modules that have something to report."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from leaklint.syntax.walk import children


class Span(NamedTuple):
    """Rows and columns, 1-based; the end column is exclusive."""

    row: int
    column: int
    end_row: int
    end_column: int


class Positions:
    """Where nodes of one tree stand. `row` says which row of the file a row of the tree's text is."""

    def __init__(self, tree: cst.Module, row: Callable[[int], int] = lambda row: row) -> None:
        wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
        try:
            # `wrapper.resolve` would walk the tree once more, for visitors of which there are none: half of the time.
            self._ranges: Mapping[cst.CSTNode, CodeRange] = PositionProvider()._gen(wrapper)  # type: ignore[assignment]
        except KeyError as error:
            # That is what LibCST makes of a RecursionError among blocks: it misses the end that was not computed.
            raise RecursionError(str(type(error))) from error
        self._row = row

    def span(self, node: cst.CSTNode) -> Span:
        """The span of a node; of a statement without its leading comments."""
        found = self._ranges[node]
        start, end = found.start, found.end
        return Span(self._row(start.line), start.column + 1, self._row(end.line), end.column + 1)


class Statements:
    """The rows of the statements around nodes: where a suppression comment may stand."""

    def __init__(self, tree: cst.Module, positions: Positions) -> None:
        self._positions = positions
        self._around: dict[int, cst.CSTNode] = {}
        stack: list[tuple[cst.CSTNode, cst.CSTNode]] = [(tree, tree)]
        while stack:
            node, statement = stack.pop()
            current = node if isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement)) else statement
            self._around[id(node)] = current
            stack.extend((child, current) for child in children(node))

    def rows(self, node: cst.CSTNode, span: Span) -> tuple[int, int]:
        """First and last row of the simple statement around a node, or of the header of the compound one."""
        statement = self._around.get(id(node))
        if statement is None:
            return span.row, span.end_row
        whole = self._positions.span(statement)
        if not isinstance(statement, cst.BaseCompoundStatement):
            return whole.row, whole.end_row
        body = getattr(statement, "body", None)
        first = self._positions.span(body).row if isinstance(body, cst.CSTNode) else whole.end_row
        return whole.row, max(span.end_row, min(first - 1, whole.end_row))
