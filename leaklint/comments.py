"""Comments of a Python text, told from `#` within strings, without parsing.

Approximation: a format string that nests its own kind of quotes (PEP 701) is read as several strings. That can hide or
invent a comment within the format string only, and an unterminated string ends with its row, so no error spreads.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from leaklint.source import row_starts

# Possessive repetition of single atoms only: their order never matters, so that giving nothing back is right.
_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\r\n]*+)
    | (?P<long>\"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*+'{3})
    | (?P<short>(?!\"{3})"(?:[^"\\\r\n]|\\(?:\r\n|.))*+"|(?!'{3})'(?:[^'\\\r\n]|\\(?:\r\n|.))*+')
    | (?P<cut>(?:\"{3}|'{3}).*+|["'](?:[^\\\r\n]|\\(?:\r\n|.))*+)
    | (?P<joined>\\(?:\r\n|\r|\n))
    """,
    re.DOTALL | re.VERBOSE,
)


class Comment(NamedTuple):
    """A comment from its `#` to the end of the row; row and column are 1-based."""

    row: int
    column: int
    text: str


def comments(text: str) -> Iterator[Comment]:
    """Every comment, in order."""
    starts = row_starts(text)
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "comment":
            row = bisect_right(starts, token.start())
            yield Comment(row, token.start() - starts[row - 1] + 1, token[0])


def rows_without_end(text: str) -> frozenset[int]:
    """The rows that can't take a comment: they end within a string (unterminated ones included) or with a backslash."""
    starts = row_starts(text)
    found: set[int] = set()
    for token in _TOKEN.finditer(text):
        if token.lastgroup != "comment":
            last = bisect_right(starts, token.end()) + (token.lastgroup == "cut")
            found.update(range(bisect_right(starts, token.start()), last))
    return frozenset(found)
