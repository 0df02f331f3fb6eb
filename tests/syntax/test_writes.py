"""What a text may assign is never less than what its tree assigns."""

import ast
import time
from pathlib import Path

import pytest

from leaklint.syntax.outline import Outline
from leaklint.syntax.prose import without_prose
from leaklint.syntax.writes import attributes, declares_global

FILES = sorted(Path(ast.__file__).parent.glob("*.py"))[::4]


def assigned(function: ast.AST) -> set[str]:
    """The attributes that a tree assigns."""
    return {n.attr for n in ast.walk(function) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_standard_library(path: Path) -> None:
    text = path.read_text("utf-8", "surrogateescape")
    code, lines = without_prose(text), text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or "\f" in text:
            continue
        start, end = starts[node.lineno - 1], starts[node.end_lineno or node.lineno]
        found = attributes(code, start, end)
        assert found is None or assigned(node) <= found, node.name
        if any(isinstance(inner, ast.Global) for inner in ast.walk(node)):
            assert declares_global(code, start, end)


TARGETS = {
    "self.x = 1": {"x"},
    "self.x += 1": {"x"},
    "self.x: int = 1": {"x"},
    "self.x: int": {"x"},
    "if a: self.x: int = 1": {"x"},
    "a = self.x = 1": {"x"},
    "self.x, b = 1, 2": {"x"},
    "(self.x, *self.y), b = c": {"x", "y"},
    "[self.x, b] = c": {"x"},
    "for self.x in a: pass": {"x"},
    "for a, self.x in b: pass": {"x"},
    "with a as self.x, b as (self.y, c): pass": {"x", "y"},
    "self.a.x = 1": {"x"},
    "self.a().x = 1": {"x"},
    "self.x \\\n = 1": {"x"},
}
SEVERAL_LINES = (
    "(self.x,\n self.y) = a",
    "self.x, \\\n self.y = a",
    "for (self.x,\n  b) in c: pass",
    "with a as (\n  self.x): pass",
    "a[\n 'b('\n] = c",
)
NO_TARGETS = ("f(self.x)", "if self.x == 1: pass", "return self.x", "self.x.append(1)", "a = b(self.x, c)", "f(x=self.y)")


@pytest.mark.parametrize("text", TARGETS)
def test_targets(text: str) -> None:
    found = attributes(text, 0, len(text))
    assert found is None or found >= TARGETS[text]


@pytest.mark.parametrize("text", SEVERAL_LINES)
def test_a_target_of_several_lines_may_be_anything(text: str) -> None:
    assert attributes(text, 0, len(text)) is None


@pytest.mark.parametrize("text", NO_TARGETS)
def test_reading_is_no_assignment(text: str) -> None:
    assert attributes(text, 0, len(text)) == frozenset()


BAIT = ("self.x, ", "as [", "for (", "self.x) = ", ".x", "a: ", "(self.x ", "as a, ", "return not ", "lambda a, ", "x == ", "\\")


@pytest.mark.parametrize("piece", BAIT)
def test_time_grows_with_the_text_only(piece: str) -> None:
    small, large = (took(piece * (length // len(piece)) + "\n") for length in (20_000, 200_000))
    assert large < 30 * small + 1


def took(text: str) -> float:
    """CPU seconds to look at a text."""
    begin = time.process_time()
    attributes(text, 0, len(text))
    outline = Outline(text, ())
    _ = (
        outline.defining,
        list(outline.users("x")),
        list(outline.users("a")),
        [outline.answers(n) for n in range(len(outline.regions))],
    )
    return time.process_time() - begin


def test_prose_has_no_words() -> None:
    text = 'def f(a: "Pool"):\n    """The pool."""\n    x = "of words"  # pool\n    return getattr(a, "conn")\n'
    code = without_prose(text)
    assert len(code) == len(text)
    assert "pool" not in code
    assert "words" not in code
    assert '"Pool"' in code
    assert '"conn"' in code


def test_where_strings_end_is_in_doubt() -> None:
    assert without_prose("x = 'open\n# comment\n") == "x = 'open\n# comment\n"
