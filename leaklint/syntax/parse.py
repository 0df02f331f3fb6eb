"""From text to a LibCST tree."""

import re

import libcst as cst

from leaklint.syntax.contract import Unparsable

_PLACE = re.compile(r"error at (\d+):(\d+)")


_VALIDATES = cst.CSTNode.__post_init__


def _built(text: str) -> cst.Module:
    """The tree as the native parser builds it. Each node validates itself in Python when it is made, a fifth of the time of
    parsing: what the parser has read is valid, so only nodes that we make ourselves need that."""
    cst.CSTNode.__post_init__ = _trusted  # type: ignore[method-assign, assignment]
    try:
        return cst.parse_module(text)
    finally:
        cst.CSTNode.__post_init__ = _VALIDATES  # type: ignore[method-assign]


def _trusted(_: cst.CSTNode) -> None:
    """Instead of validation."""


def parse(text: str) -> cst.Module:
    """The tree of a source text; Unparsable if it has none."""
    try:
        return _built(text)
    except cst.ParserSyntaxError as error:
        place = _PLACE.search(error.message)
        row, column = (int(place[1]), int(place[2])) if place else (error.raw_line, error.raw_column + 1)
        raise Unparsable("is not valid Python", row, column) from error
    except (RecursionError, ValueError, UnicodeError) as error:
        raise Unparsable(f"can't be parsed: {error}") from error
