"""Texts that several targets begin with, and how bytes become text."""

from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent.parent

PYTHON = (
    "def f(p):\n    file = open(p)\n", "class A:\n", "async def g():\n", "    with open(p) as f:\n", "if x:\n", "elif y:\n",
    "else:\n", "try:\n", "finally:\n", "except OSError:\n", "import sqlite3\n", "from a.b import c as d\n", "from . import (\n",
    "__all__ = [", "match x:\n", "case [", "lambda x: ", "yield ", "await ", "return ", "not ", "async ", "@property\n",
    "'''", '"""', "f'{", "}'", 'rb"', "\\\n", "\\", "#", "# noqa: RLK101\n", "# leaklint: ignore[RLK101]", "# type: ignore",
    "\r\n", "\r", "\f", "\t", "\x00", "\ufeff", "\u2028", "\x85", "\x1b[31m", "(", ")", "[", "]", "{", "}", ":=", "**", "->",
    "... ", ";", ",", ".x", "()", "=", "é", "𝒳", "\ud800", "0x_", "1e9", "::error::", "leaklint: skip-file", "coding: latin-1",
)  # fmt: skip
"""What Python files are made of, and what disturbs readers of them."""


def text_of(data: bytes) -> str:
    """Any text, from any bytes."""
    return data.decode("utf-8", "surrogateescape")


def python_seeds(longest: int = 2048) -> Iterator[bytes]:
    """The fixtures, as far as they are short, and every word."""
    for path in sorted((TESTS / "fixtures").rglob("*.py")):
        content = path.read_bytes()
        if len(content) <= longest:
            yield content
    yield from (word.encode("utf-8", "surrogatepass") for word in PYTHON)
