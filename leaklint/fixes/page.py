"""A file as fixes see it: its tree, where everything stands, and what contains what."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import libcst as cst

from leaklint.fixes.contract import Edit
from leaklint.source import row_starts
from leaklint.syntax.module import Module
from leaklint.syntax.positions import Span
from leaklint.syntax.walk import children, walk

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
_STRINGS = (cst.SimpleString, cst.FormattedString, *((cst.TemplatedString,) if hasattr(cst, "TemplatedString") else ()))


class Place(NamedTuple):
    """A statement among its siblings. indent: the whitespace before it; unit: what one level more adds."""

    statement: Statement
    siblings: Sequence[Statement]
    number: int
    indent: str
    unit: str


class Page:
    """One parsed file. Rows are 1-based."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.tree = module.tree
        self.text = module.source.text
        self.starts = row_starts(self.text)

    @cached_property
    def parents(self) -> dict[int, cst.CSTNode]:
        """id of a node -> the node around it."""
        found: dict[int, cst.CSTNode] = {}
        stack: list[cst.CSTNode] = [self.tree]
        while stack:
            node = stack.pop()
            for child in children(node):
                found[id(child)] = node
                stack.append(child)
        return found

    @cached_property
    def inner_rows(self) -> frozenset[int]:
        """Rows that begin within a string: what stands there is content and must not be moved."""
        found: set[int] = set()
        for node in walk(self.tree):
            if isinstance(node, _STRINGS):
                span = self.span(node)
                found.update(range(span.row + 1, span.end_row + 1))
        return frozenset(found)

    def span(self, node: cst.CSTNode) -> Span:
        """Rows and columns of a node, without its parentheses."""
        return self.module.positions.span(node)

    def offset(self, row: int, column: int) -> int:
        """The offset of a place."""
        return self.starts[row - 1] + column - 1

    def range(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end offset of a node."""
        span = self.span(node)
        return self.offset(span.row, span.column), self.offset(span.end_row, span.end_column)

    def code(self, node: cst.CSTNode) -> str:
        """The text of a node as it stands in the file."""
        start, end = self.range(node)
        return self.text[start:end]

    def row(self, number: int) -> str:
        """A row with its line end; "" behind the last."""
        if number > len(self.starts):
            return ""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end]

    def row_range(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of whole rows, the last line end included."""
        end = self.starts[last] if last < len(self.starts) else len(self.text)
        return self.starts[first - 1], end

    @property
    def newline(self) -> str:
        """The file's line end."""
        return self.tree.default_newline

    def last_row(self, statement: cst.CSTNode) -> int:
        """The last row with code of a statement."""
        small: list[cst.CSTNode] = [n for n in walk(statement) if isinstance(n, cst.BaseSmallStatement)]
        return max(self.span(node).end_row for node in small or [statement])

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, from the inside out."""
        while (parent := self.parents.get(id(node))) is not None:
            yield parent
            node = parent

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Module:
        """The innermost function around a node, else the module; lambdas and classes don't count."""
        found = next((n for n in self.around(node) if isinstance(n, cst.FunctionDef)), None)
        return found if found is not None else self.tree

    def statement(self, node: cst.CSTNode) -> Statement | None:
        """The innermost statement that a node belongs to; None if it stands on a line with its block's header."""
        for found in (node, *self.around(node)):
            if isinstance(found, cst.SimpleStatementSuite):
                return None
            if isinstance(found, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
                return found
        return None

    def place(self, statement: Statement) -> Place | None:
        """The statement among its siblings; None if its row holds something else before it."""
        parent = self.parents.get(id(statement))
        if not isinstance(parent, (cst.IndentedBlock, cst.Module)):
            return None
        siblings = [s for s in parent.body if isinstance(s, (cst.SimpleStatementLine, cst.BaseCompoundStatement))]
        index = next(i for i, s in enumerate(siblings) if s is statement)
        row = self.first_row(statement)
        column = self.span(statement).column if not decorated(statement) else 1 + len(leading(self.row(row)))
        indent = self.row(row)[: column - 1]
        if indent.strip(" \t\f"):
            return None
        unit = parent.indent if isinstance(parent, cst.IndentedBlock) and parent.indent is not None else self.tree.default_indent
        return Place(statement, siblings, index, indent.replace("\f", ""), unit)

    def first_row(self, statement: Statement) -> int:
        """The first row with code of a statement: that of its first decorator, if it has any."""
        if decorated(statement):
            assert isinstance(statement, (cst.FunctionDef, cst.ClassDef))
            return self.span(statement.decorators[0]).row
        return self.span(statement).row

    def inserted(self, row: int, text: str) -> Edit:
        """A row before row `row`, also behind the last one."""
        if row <= len(self.starts):
            return Edit(self.starts[row - 1], self.starts[row - 1], text + self.newline)
        return Edit(len(self.text), len(self.text), self.newline + text)

    def indented(self, first: int, last: int, indent: str, unit: str) -> Iterator[Edit]:
        """Moves rows one level to the right: not blank ones, and not those that begin within a string."""
        for number in range(first, last + 1):
            text = self.row(number)
            if text.strip() and number not in self.inner_rows:
                at = self.starts[number - 1] + (len(indent) if text.startswith(indent) else 0)
                yield Edit(at, at, unit)


def decorated(statement: Statement) -> bool:
    """Whether decorators stand above it."""
    return isinstance(statement, (cst.FunctionDef, cst.ClassDef)) and bool(statement.decorators)


def leading(row: str) -> str:
    """The whitespace that a row begins with."""
    return row[: len(row) - len(row.lstrip(" \t\f"))]
