"""What the rest of the program may know of parsing before anything is parsed: imports no LibCST."""

import re
from typing import NamedTuple

STATED = re.compile(r"\bdef[ \t]+(\w+)[^\n]*#[ \t]*leaklint:[ \t]*(?!ignore\b|skip-file\b)[\w-]")
"""Functions about which a comment on the row of their `def` says something."""


NEUTRAL = frozenset({"object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol"})
"""Bases outside the project that have no say in what becomes of attributes."""


class Flags(NamedTuple):
    """Options of lowering: `fine` adds edges of grade ANY, `python` folds version tests; `regions` parses only what matters."""

    fine: bool = False
    python: tuple[int, int] = (3, 11)
    regions: bool = True


class Unparsable(Exception):
    """The module can't be parsed: `row` and `column` (1-based) say where, if known."""

    def __init__(self, message: str, row: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column
