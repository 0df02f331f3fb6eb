"""Bytes become text, or a reason why not."""

from leaklint.source import Problem, decode, lines, row_starts
from tests.fuzz.contract import Target
from tests.fuzz.texts import PYTHON, python_seeds


def run(data: bytes) -> None:
    """Every text has its rows, every problem a row and a message of one line."""
    found = decode("x.py", data)
    if isinstance(found, Problem):
        assert found.row >= 1
        assert "\n" not in found.message
        return
    assert len(lines(found.text)) == len(row_starts(found.text))


TARGET = Target(run, python_seeds, (*PYTHON, "# coding: ", "utf-16", "zlib", "idna", "punycode", "unicode_escape", "utf-7", "hz"))
