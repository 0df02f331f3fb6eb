"""Just below each limit LibCST parses in less than two seconds; just above it is not called."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import takewhile

import pytest

from leaklint.catalog.compile import default_catalog
from leaklint.engine import Options, analyse
from leaklint.source import Source
from leaklint.syntax import measure as limits
from leaklint.syntax.measure import measure
from leaklint.syntax.regions import regions

PARSE = """
import json, sys, time
import libcst
for name, text in json.load(sys.stdin):
    begin = time.process_time()
    libcst.parse_module(text)
    print(json.dumps([name, time.process_time() - begin]), flush=True)
"""


def repeat(before: str, part: str, middle: str = "", closing: str = "", after: str = "") -> Callable[[int], str]:
    return lambda count: f"{before}{part * count}{middle}{closing * count}{after}\n"


def blocks(header: str) -> Callable[[int], str]:
    return lambda count: "".join(f"{' ' * depth}{header}\n" for depth in range(count)) + " " * count + "pass\n"


BRACKETS = "more than 200 brackets inside each other"
PATTERN = "more than 8 brackets inside each other in a pattern"
BLOCKS = "more than 99 blocks inside each other"
CHAIN = "more than 500 calls, attributes or subscripts in a chain"
OPERATORS = "more than 2000 operators in an expression"
COST = "an expression of too many parts"

LIMITS = {
    "parentheses": (repeat("x = ", "(", "1", ")"), BRACKETS),
    "lists": (repeat("x = ", "[", "", "]"), BRACKETS),
    "dictionaries": (repeat("x = ", "{1: ", "1", "}"), BRACKETS),
    "calls in calls": (repeat("x = ", "f(", "1", ")"), BRACKETS),
    "subscripts in subscripts": (repeat("x: ", "a[", "1", "]", " = 1"), BRACKETS),
    "mixed brackets": (repeat("x = ", "a.b(c[d(", "1", ")])"), BRACKETS),
    "generators": (repeat("x = ", "f(a for a in ", "b", ")"), BRACKETS),
    "targets": (repeat("", "[a, ", "", "]", " = 1"), BRACKETS),
    "awaits": (repeat("async def f():\n x = ", "(await ", "a", ")"), BRACKETS),
    "walrus": (repeat("x = ", "(a := ", "1", ")"), BRACKETS),
    "lambdas in calls": (repeat("x = ", "f(lambda: ", "1", ")"), BRACKETS),
    "ternaries in brackets": (repeat("x = ", "a if b else (c, ", "1", ")"), BRACKETS),
    "decorators": (repeat("@", "f(", "a", ")", "\ndef g(): pass"), BRACKETS),
    "class arguments": (repeat("class A(", "B[", "1", "]", "): pass"), BRACKETS),
    "with items": (repeat("with (", "f(", "a", ")", " as b): pass"), BRACKETS),
    "format strings": (repeat("x = ", 'f"{', "1", '}"'), BRACKETS),
    "format fields": (repeat('x = f"{', "(", "1", ")", '}"'), BRACKETS),
    "format specifications": (repeat('x = f"', "{a:", "", "}", '"'), BRACKETS),
    "guards": (repeat("match a:\n case b if ", "f(", "a", ")", ": pass"), BRACKETS),
    "pattern groups": (repeat("match a:\n case ", "(b | ", "c", ")", ": pass"), PATTERN),
    "pattern classes": (repeat("match a:\n case ", "A(b=", "c", ")", ": pass"), PATTERN),
    "pattern mappings": (repeat("match a:\n case ", "{1: 2, 3: ", "c", ", **b}", ": pass"), PATTERN),
    "if in if": (blocks("if x:"), BLOCKS),
    "def in def": (blocks("def f():"), BLOCKS),
    "elif": (repeat("if x: pass\n", "elif x: pass\n"), "more than 1000 elif in a row"),
    "call chain": (repeat("x = a", ".b()"), CHAIN),
    "call chain, arguments": (repeat("x = a", ".b(lambda c: c.d(lambda e: e), f=[1, 2])"), CHAIN),
    "call chain, lines": (repeat("x = (a", "\n  .b(1)", ")"), CHAIN),
    "call chain, brackets": (repeat("x = " + "f(" * 150 + "a", ".b()", ")" * 150), CHAIN),
    "calls of calls": (repeat("x = a", "()"), CHAIN),
    "attributes": (repeat("a", ".b", " = 1"), CHAIN),
    "subscripts": (repeat("x = a", "[0]"), CHAIN),
    "imports": (repeat("import a", ".b"), CHAIN),
    "decorator chain": (repeat("@a", ".b()", "\ndef f(): pass"), CHAIN),
    "sums": (repeat("x = 1", " + 1"), OPERATORS),
    "powers": (repeat("x = 1", " ** 1"), OPERATORS),
    "conjunctions": (repeat("x = 1", " and 1"), OPERATORS),
    "comparisons": (repeat("x = 1", " < 1"), OPERATORS),
    "sums of strings": (repeat("x = 'a'", " + 'a'"), OPERATORS),
    "continued lines": (repeat("x = 1", " \\\n + 1"), OPERATORS),
    "negations": (repeat("x = ", "not ", "1"), OPERATORS),
    "signs": (repeat("x = ", "-", "1"), OPERATORS),
    "lambdas": (repeat("x = ", "lambda: ", "1"), OPERATORS),
    "unions": (repeat("def f(a: b", " | b", "): pass"), OPERATORS),
    "strings": (repeat("x = (", "'a' f'{b}' ", ")"), "more than 3000 strings in a row"),
    "lambdas with parameters": (repeat("x = ", "lambda a, b=1: ", "1"), COST),
    "ternaries": (repeat("x = ", "1 if 2 else ", "1"), COST),
    "sums of calls": (repeat("x = 1", " + a.b(c)[0]"), COST),
    "sums of brackets": (repeat("x = 1", " + ((((1))))"), COST),
    "sums in brackets": (repeat("x = " + "f(" * 150 + "1", " + f(1)", ")" * 150), COST),
    "subscripts in brackets": (repeat("x = " + "f[" * 150 + "a", "[0]", "]" * 150), COST),
    "lambdas in brackets": (repeat("x = " + "f(" * 150, "lambda a: ", "1", "", ")" * 150), COST),
    "sum of a list": (repeat("x = f([" + "-1, " * 1000 + "])", " + 1"), COST),
}


def most(build: Callable[[int], str]) -> int:
    """The largest count that passes."""
    low, high = 1, 4001
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if measure(build(middle)) else (middle, high)
    return low


@pytest.fixture(scope="module")
def parsed() -> dict[str, float]:
    """CPU seconds that LibCST needs for each text just below its limit, in a process that a segfault may end."""
    texts = [(name, build(most(build))) for name, (build, _) in LIMITS.items()]
    return parse_times(texts)


def parse_times(texts: Sequence[tuple[str, str]]) -> dict[str, float]:
    child = subprocess.run([sys.executable, "-c", PARSE], input=json.dumps(texts), capture_output=True, text=True, check=False)
    assert child.returncode == 0, f"after {child.stdout.splitlines()[-1:]}: {child.returncode} {child.stderr[-300:]}"
    return dict(json.loads(line) for line in child.stdout.splitlines())


@pytest.mark.parametrize("name", LIMITS)
def test_just_below_the_limit_parses_in_two_seconds(name: str, parsed: dict[str, float]) -> None:
    assert parsed[name] < 2


@pytest.mark.parametrize("name", LIMITS)
def test_just_above_the_limit_is_refused(name: str) -> None:
    build, reason = LIMITS[name]
    count = most(build)
    assert count > 5
    assert measure(build(count)) is None
    assert measure(build(count + 1)) == f"too-deep: {reason}"


@pytest.mark.parametrize("name", LIMITS)
def test_a_method_is_measured_as_a_file_is(name: str) -> None:
    build, _ = LIMITS[name]
    text = build(4001)
    lines = text.splitlines(keepends=True)
    inside = "class A:\n  def f(self):\n" + "".join(f"    {line}" for line in lines)
    reasons = [measure(inside[region.start : region.end]) for region in regions(inside)]
    assert any(reasons)


LONG = {
    "table": repeat("x = [\n", "  {'a': -1.5, 'b': f(c, d=[1, 2]), 'e': 'g' 'h'},\n", "]"),
    "numbers": repeat("x = [", "-1, ", "]"),
    "statements": repeat("", "x = -a.b(c)[d] + 1 if e else not f\n"),
    "arguments": repeat("f(", "a.b().c() + 1, ", ")"),
    "keywords": repeat("f(", "a=lambda b, c: b + c, ", ")"),
    "imports": repeat("from a import (", "b, ", ")"),
    "assignments": repeat("", "a = ", "1"),
    "cases": repeat("match a:\n", " case {1: [b, C(d=2)]} if f(((((((((1))))))))):\n  pass\n"),
    "handlers": repeat("try: pass\n", "except A: pass\n"),
    "chains of elif": repeat("", "if a: pass\n" + "elif b: pass\n" * 5),
    "format strings": repeat("x = (", "f'{a.b():>{c}} it ((' + ", "1)"),
    "text": repeat('"""', "((( - + . , not ", '"""'),
    "comments": repeat("", "# ((( - + not a.b.c\n"),
    "subscripts": repeat("x = a[", ":, ", "]"),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_long_is_not_deep(name: str) -> None:
    count = 800 if name == "format strings" else 3000
    assert measure(LONG[name](count)) is None


def test_text_in_doubt_is_measured_too() -> None:
    doubtful = 'x = f"{a["b"]}"\n'
    assert regions(doubtful)[0].doubt
    ordinary = doubtful + "x = -a.b(c)[d] + 1 if e else not f\n" * 3000
    assert measure(ordinary) is None
    deep = ordinary + repeat("x = ", "(", "1", ")")(201)
    assert measure(deep) == f"too-deep: {BRACKETS}"
    assert measure(doubtful + "match a:\n case " + "(" * 9 + "a" + ")" * 9 + ": pass\n" + " " * 300) == f"too-deep: {PATTERN}"
    assert measure(doubtful + "if a: pass\n" + "elif a: pass\n" * 1001) == "too-deep: more than 1000 elif in a row"


@pytest.mark.parametrize(
    "text", ["", "(" * 150 + ")" * 400, "]" * 400, 'f"' * 200, "f'{" * 150, "x = " + "{:" * 150, "\0" * 400, "'" * 401]
)
def test_broken_code_is_no_error(text: str) -> None:
    assert measure(text) in (None, f"too-deep: {BRACKETS}")


def test_every_limit_of_the_module_is_tested() -> None:
    numbers = {getattr(limits, name) for name in dir(limits) if name.startswith("MAX_") and name != "MAX_COST"}
    shown = {
        int("".join(takewhile(str.isdigit, reason.removeprefix("more than ")))) for _, reason in LIMITS.values() if reason != COST
    }
    assert shown == numbers


ANALYSED = {"calls of calls", "subscripts", "strings", "sums", "negations"}
SHALLOW = {"sums", "negations", "strings"}
"""Levels that Python 3.12 has no room for: it limits calls through C code for good."""


@pytest.mark.parametrize("name", [name for name in LIMITS if name in ANALYSED])
def test_just_below_the_limit_is_analysed(name: str) -> None:
    """Not only parsed: LibCST computes positions by recursion."""
    build, _ = LIMITS[name]
    text = f"def f(p):\n    file = open(p)\n    {build(most(build))}\n    file.read()\n"
    found = analyse(Source("x.py", text), default_catalog(), Options())
    if sys.version_info[:2] == (3, 12) and name in SHALLOW and found[0].code == "RLK900":
        assert found[0].message == "too-deep: more levels than this Python has room for"
    else:
        assert [diagnostic.code for diagnostic in found] == ["RLK101"]


def test_long_elif_is_analysed() -> None:
    build, _ = LIMITS["elif"]
    text = f"open(p)\n{build(most(build))}\n"
    found = analyse(Source("x.py", f"if open(p): pass\n{text}"), default_catalog(), Options())
    codes = {diagnostic.code for diagnostic in found}
    assert codes == {"RLK104"} or (sys.version_info[:2] == (3, 12) and codes == {"RLK900"})
