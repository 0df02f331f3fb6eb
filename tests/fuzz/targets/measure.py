"""What must not be given to the parser: texts made of many repetitions, which the parser then gets if they are let through."""

import contextlib
import time

import libcst

from leaklint.syntax.measure import measure
from tests.fuzz.contract import Target
from tests.fuzz.texts import PYTHON

_PIECES = (
    "(", ")", "[", "]", "{", "}", "a", "1", "'s'", ".b", "()", "[0]", " + ", " and ", "not ", "-", "lambda: ", "lambda a, b=1: ",
    "1 if 2 else ", ", ", ":", "=", "\n", "if a:\n", "elif a:\n", " ", "  ", "case ", "match a:\n", "f'{", "}'", "f\"{", "}\"",
    "await ", "yield ", "x = ", "**", "*", "a := ", "{a: b}", "C(d=", "|", "for a in b ", "async ", "with a as b, c as d:\n",
    "@", "def f(", "):\n", "class A(", "pass", "\\\n", "#", "'''", "import a", "return ", "!r", ":>{", "<", " in ", ";",
)  # fmt: skip
_MOST = 20_000  # characters: what the parser gets at most
_SECONDS = 10.0


def text_of(data: bytes) -> str:
    """Each pair of bytes is a piece and how often it stands there; a sequence may be repeated as a whole."""
    parts: list[str] = []
    size = 0
    for piece, count in zip(data[::2], data[1::2], strict=False):
        chosen = _PIECES[piece % len(_PIECES)]
        if piece >= 250 and parts:
            chosen = "".join(parts[-(piece - 248) :])
        times = count if count < 16 else (count - 15) ** 2 // 12
        parts.append(chosen * max(1, min(times, (_MOST - size) // max(1, len(chosen)))))
        size += len(parts[-1])
        if size >= _MOST:
            break
    return "".join(parts)


def run(data: bytes) -> None:
    """What is let through can be parsed or refused: without a crash, in time."""
    text = text_of(data)
    reason = measure(text)
    assert reason is None or reason.startswith("too-deep: ")
    if reason is not None:
        return
    start = time.process_time()
    with contextlib.suppress(libcst.ParserSyntaxError, RecursionError):
        libcst.parse_module(text)
    assert time.process_time() - start < _SECONDS


def seeds() -> list[bytes]:
    """Each piece often, alone and behind another."""
    return [bytes([n, 255]) for n in range(len(_PIECES))] + [bytes([35, 1, n, 200, 6, 1]) for n in range(len(_PIECES))]


TARGET = Target(run, seeds, PYTHON[:0], longest=64)
