"""The light lexer: texts are divided without a gap."""

from itertools import pairwise

from leaklint.syntax.lexer import logical_lines
from leaklint.syntax.regions import regions, source
from tests.fuzz.contract import Target
from tests.fuzz.texts import PYTHON, python_seeds, text_of


def run(data: bytes) -> None:
    """Regions tile the text, and each has its rows."""
    text = text_of(data)
    divided = regions(text)
    assert "".join(text[region.start : region.end] for region in divided) == text
    assert all(before.end == after.start and before.end_row < after.row for before, after in pairwise(divided))
    for region in divided:
        source(text, region)
    found = logical_lines(text)
    assert found.doubt or all(before.start < after.start for before, after in pairwise(found.lines))


TARGET = Target(run, python_seeds, PYTHON)
