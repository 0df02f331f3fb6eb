"""Text that is bait for regexes and evaluators: time grows with the length of the text, not with its square or worse."""

import ast
import importlib
import inspect
import pkgutil
import re
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from types import FrameType, ModuleType

import pytest

import leaklint
from leaklint import budget, triage
from leaklint.catalog.compile import default_catalog
from leaklint.engine import Options, make_project
from leaklint.pipeline import check_file, rule_names
from leaklint.settings import Settings
from leaklint.source import Source
from leaklint.syntax.inference import classes

SHORT, FACTOR = 3_000, 4
"""The texts are so long, and so many times as long. A square would take sixteen times as long."""
GROWTH = 9.0
NOTICED = 0.05
LIMIT = 5.0
HEADS = ("", "(", "import (", "__all__ = [", "x = [", "with a(", "f'{", "# leaklint: ignore[", "# noqa: ", '"""', "def f(")
PIECES = (
    " ", "a", "a ", "a.", "a = ", "(", "[", "'", '"', '"""', "\\", "#", "# ", "\n", "\\\n", "#import (", "f'{",
    "from a import (\n", "from . import b, ", "a as b, ", "__all__ = [\n", "self.a = ", "=", "*", "@", "# noqa: RLK101, ",
    "# leaklint: ignore[", "0", "with a as b, ", "é", "\x1b[", "[section]", "a/", "elif a:\n", "x = (a, ", "if a: open(b)\n",
    "[(", "a:", "a, ", "#import (\n",
)  # fmt: skip
ANCHORED = {"match", "fullmatch"}


class Slow(BaseException):
    """Takes too long."""


def seconds(act: Callable[[], object]) -> float:
    """The least of two runs; LIMIT beyond the limit."""

    def late(number: int, frame: FrameType | None) -> None:
        raise Slow

    before = signal.signal(signal.SIGPROF, late)
    best = LIMIT
    try:
        for _ in range(2):
            signal.setitimer(signal.ITIMER_PROF, LIMIT)
            start = time.process_time()
            act()
            best = min(best, time.process_time() - start)
            if best < NOTICED:
                break
    except Slow:
        return LIMIT
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return best


def grows(act: Callable[[str], object], bait: Callable[[int], str]) -> bool:
    """Whether time grows faster than the text."""
    short, long = bait(SHORT), bait(SHORT * FACTOR)
    # What grows exponentially must not be asked for more.
    if seconds(lambda: act(short)) >= LIMIT:
        return True
    spent = seconds(lambda: act(long))
    return spent >= NOTICED and spent / max(seconds(lambda: act(short)), NOTICED / 20) > GROWTH


def modules() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(leaklint.__path__, "leaklint."):
        if not module.name.startswith(("leaklint.integrations", "leaklint.__main__")):
            yield importlib.import_module(module.name)


@cache
def uses() -> dict[tuple[str, str], set[str]]:
    """(module, name) of each global regex -> the methods by which it is used; "?" if it is handed to somebody."""
    found = defaultdict(set)
    for module in modules():
        patterns = {name for name, value in vars(module).items() if isinstance(value, re.Pattern)}
        tree = ast.parse(inspect.getsource(module))
        asked = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in patterns and isinstance(node.ctx, ast.Load):
                found[module.__name__, node.id].add(asked.get(id(node), "?"))
    return dict(found)


def made() -> dict[str, re.Pattern[str]]:
    """Regexes that are made of names."""
    names = frozenset({"open", "connect"})
    return {"triage, alias": triage._alias("a"), "triage, names": triage._alternatives(names), "keyword": triage._keyword("a=1")}


def acts() -> dict[str, Callable[[str], object]]:
    """What the program does with each of its regexes."""
    found = {}
    for (module, name), methods in uses().items():
        pattern = getattr(importlib.import_module(module), name)
        found[f"{module.removeprefix('leaklint.')}.{name}"] = used(pattern, methods <= ANCHORED)
    return found | {name: used(pattern, False) for name, pattern in made().items()}


def used(pattern: "re.Pattern[str] | re.Pattern[bytes]", anchored: bool) -> Callable[[str], object]:
    """A match from the start; all matches, unless it is only asked for the one at a place."""

    def act(text: str) -> None:
        subject: object = text.encode() if isinstance(pattern.pattern, bytes) else text
        pattern.match(subject)  # type: ignore[call-overload]
        pattern.fullmatch(subject)  # type: ignore[call-overload]
        if not anchored:
            sum(1 for _ in pattern.finditer(subject))  # type: ignore[call-overload]

    return act


ACTS = acts()


def test_there_are_regexes_to_test() -> None:
    assert len(ACTS) > 60
    assert sum("?" in methods or not methods <= ANCHORED for methods in uses().values()) > 20


@pytest.mark.parametrize("name", ACTS)
def test_a_regex_takes_linear_time(name: str) -> None:
    act = ACTS[name]
    slow = [
        (head, piece)
        for piece in PIECES
        for head in HEADS
        if grows(act, lambda size, head=head, piece=piece: head + piece * (size // len(piece)) + "\x00")
    ]
    assert slow == []


def checked(text: str) -> None:
    """The text, through all that the command line does with a file."""
    catalog = default_catalog()
    settings = Settings(enabled=frozenset(rule_names()))
    project = make_project(catalog, Options(), reach=False)
    check_file(Source("x.py", f"import sqlite3\nopen(x)\n{text}"), settings, catalog, project)


CUT = {
    "if a: open(b)\n": "each acquisition of a function is followed through all of it: the limit per file ends this",
    "a/": "the parser's time for a chain of operators grows with its square up to the limit of `syntax/measure.py`",
}


@pytest.mark.parametrize("piece", [piece for piece in PIECES if piece not in CUT])
def test_a_file_takes_linear_time(piece: str) -> None:
    assert not grows(checked, lambda size: piece * (size // len(piece)))


def test_classes_that_derive_from_each_other_are_asked_for_their_bases_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of n classes has n * n pairs of a class and a base of it; for each attribute they are not asked for anew."""
    asked = []
    bases = classes.bases
    monkeypatch.setattr(classes, "bases", lambda klass: asked.append(klass) or bases(klass))

    def count(size: int) -> int:
        chain = "".join(f"class A{n}(A{n + 1}):\n    def __init__(self):\n        self.f = open(p)\n" for n in range(size))
        asked.clear()
        checked(f"{chain}class A{size}: pass\n")
        return len(asked)

    assert count(40) < 6 * count(20)


def test_many_acquisitions_end_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not linear, by its nature or by that of the parser, costs its file, and its file only."""
    monkeypatch.setattr(budget, "TIME_LIMIT", 1.0)
    with pytest.raises(budget.OutOfTime), budget.limited(budget.TIME_LIMIT):
        checked(next(iter(CUT)) * 5_000)


LITERALS = {
    "power": "x = 9 ** 9 ** 9 ** 9 ** 9\nif 10 ** 10 ** 10: open(p)\n",
    "repetition": "x = 'a' * 10 ** 12\ny = [0] * 10 ** 12\n",
    "shift": "x = 1 << 10 ** 12\n",
    "long number": f"x = {'9' * 100_000}\nif {'9' * 6_000}: pass\n",
    "long float": f"x = {'9' * 100_000}.0e999999999\nif x == 1e999: open(p)\n",
    "infinite version": "import sys\nif sys.version_info >= (1e999,): open(p)\nif sys.version_info > (3, 1e999): open(p)\n",
    "huge version": "import sys\nif sys.version_info >= (10 ** 99, 9999999999999999999999): open(p)\n",
    "complex": "x = 1e999j\nif 1j: open(p)\n",
    "width": "f'{x:>{10 ** 12}}'\n'{:>1000000000000}'.format(1)\n'%1000000000000d' % 1\n",
    "names": "x = '\\N{SPACE}' '\\N{NO SUCH NAME}'\n",
    "escape": "x = '\\x' '\\u12' \"\\777\"\n",
    "range": "for i in range(10 ** 18): open(p)\n[open(p) for _ in range(10 ** 18)]\n",
    "literal loops": f"for x in ({'a, ' * 3000}): open(x)\n",
    "nested literal loops": "".join(f"{' ' * n}for x{n} in (1, 2, 3, 4, 5, 6, 7, 8, 9):\n" for n in range(12))
    + " " * 12
    + "open(p)\n",
    "open flags": f"open(p, {'a' * 5000})\nopen(*{'(1, ' * 50}{')' * 50}, mode={'9' * 5000})\n",
    "digits": "x = 1_0_0_0\ny = 0b" + "1" * 50_000 + "\n",
    "bytes": "x = b'\\xff' * 10\nif b'a' == 'a': open(p)\n",
}


@pytest.mark.parametrize("name", LITERALS)
def test_literals_are_not_computed(name: str) -> None:
    assert seconds(lambda: checked(f"{LITERALS[name]}\ndef f(p):\n    g = open(p)\n    g.read()\n")) < LIMIT
