"""From text to a LibCST tree."""

import re

import libcst as cst

from leaklint.syntax.contract import Unparsable

_PLACE = re.compile(r"error at (\d+):(\d+)")


def parse(text: str) -> cst.Module:
    """The tree of a source text; Unparsable if it has none."""
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        place = _PLACE.search(error.message)
        row, column = (int(place[1]), int(place[2])) if place else (error.raw_line, error.raw_column + 1)
        raise Unparsable("is not valid Python", row, column) from error
    except (RecursionError, ValueError, UnicodeError) as error:
        raise Unparsable(f"can't be parsed: {error}") from error
