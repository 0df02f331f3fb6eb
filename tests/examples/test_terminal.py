"""The picture of the terminal shows what the program says today."""

import importlib.util
import sys
import xml.etree.ElementTree as ET
from types import ModuleType
from typing import Any

import pytest

from tests.examples.found import REPOSITORY


@pytest.fixture(scope="module")
def terminal() -> ModuleType:
    """The script that draws it, imported."""
    spec = importlib.util.spec_from_file_location("terminal", REPOSITORY / "docs" / "terminal.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def texts(rows: list[list[Any]]) -> list[str]:
    """What is to be read in rows of spans."""
    return [span.text.strip() for row in rows for span in row if span.text.strip()]


def test_the_picture_is_up_to_date(terminal: ModuleType) -> None:
    """`python docs/terminal.py` draws it again. The load's figures are measured anew there, and not compared here."""
    drawn = [element.text for element in ET.parse(terminal.PICTURE).getroot().iter("{http://www.w3.org/2000/svg}text")]
    said = texts(terminal.session(terminal.COMMANDS[:2]))
    assert drawn[: len(said)] == said


def test_colours_become_spans(terminal: ModuleType) -> None:
    plain, red = terminal.spans("ab\x1b[1;31mcd\x1b[0m")
    assert (plain.column, plain.text, plain.bold) == (0, "ab", False)
    assert (red.column, red.text, red.colour, red.bold) == (2, "cd", terminal.COLOURS["31"], True)


def test_long_lines_go_on_below(terminal: ModuleType) -> None:
    first, second = terminal.wrapped(list(terminal.spans("x" * terminal.COLUMNS + "yz")))
    assert [span.text for span in first] == ["x" * terminal.COLUMNS]
    assert [(span.column, span.text) for span in second] == [(0, "yz")]


def test_text_is_escaped(terminal: ModuleType) -> None:
    picture = terminal.draw([[terminal.Span(0, "a < b & c", "#000", False)]])
    assert [element.text for element in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")] == ["a < b & c"]
