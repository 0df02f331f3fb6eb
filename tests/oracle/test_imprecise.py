"""Where the linter knows less than an execution shows: each case by name, and how far the imprecision reaches.

`SILENT`: executions leak and nothing is reported, on purpose. `BOUND`: the neighbouring program that is reported all the same.
`LOUD`: no execution leaks and something is reported: conditions that only arithmetic or types relate are independent of each
other. To be silent there would be to be silent wherever two conditions differ. `RELATED`: the neighbouring program in which the
relation is known, and nothing is reported. `OTHERWISE`: the leak is reported as another kind of leak.
"""

import pytest

from tests.oracle.compare import compare, verdicts
from tests.oracle.execute import compile_module
from tests.oracle.generate import PRELUDE
from tests.oracle.truth import truth_of

SILENT = {
    "an unknown callee may have kept it": "def f():\n x = lib.Res()\n lib.mystery(x)",
    "a coroutine that is kept may be awaited elsewhere": "async def f(env):\n x = lib.ARes()\n env.later = x.aclose()",
    "a helper that puts one argument into another": "def put(env, x):\n env.item = x\ndef f():\n p = Plain()\n put(p, lib.Res())",
    "an outliving object that loses it again": "def f(env):\n env.x = lib.Res()\n env.x = None",
    "a stack that is emptied": "def f():\n with contextlib.ExitStack() as s:\n  x = s.enter_context(lib.Res())\n  s.pop_all()",
    "a closure that outlives the call": "def f(box):\n x = lib.Res()\n box.append(lambda: x.use())",
    "a default that the caller replaces": "def f(given: lib.Res):\n x = lib.Res()\n def g(y=x):\n  y.close()\n g(given)",
}
BOUND = {
    "an unknown callee may have kept it": ("def f():\n x = lib.Res()\n lib.mystery(x)\n x.close()", "RLK103"),
    "a coroutine that is kept may be awaited elsewhere": ("async def f(env):\n x = lib.ARes()\n x.aclose()", "RLK108"),
    "a helper that puts one argument into another": ("def f():\n p = Plain()\n p.item = lib.Res()", "RLK101"),
    "an outliving object that loses it again": ("def f(env):\n x = lib.Res()\n lib.r()\n env.x = x", "RLK103"),
    "a stack that is emptied": (
        "def f():\n with contextlib.ExitStack() as s:\n  x = lib.Res()\n  lib.r()\n  s.callback(x.close)",
        "RLK103",
    ),
    "a closure that outlives the call": ("def f(box):\n x = lib.Res()\n y = lambda: x.use()", "RLK101"),
    "a default that the caller replaces": ("def f():\n x = lib.Res()\n def g(y=x):\n  y.use()\n g()", "RLK101"),
}
LOUD = {
    "one exception of a library is a special case of another": (
        "def f():\n x = lib.Res()\n try:\n  if lib.c():\n   raise lib.SubError\n except lib.Error:\n  x.close()\n  raise\n"
        " x.close()",
        "RLK103",
    ),
    "a class pattern that always matches": (
        "def f(level: int):\n x = lib.Res()\n match level:\n  case int():\n   x.close()",
        "RLK102",
    ),
    "two comparisons of which one must hold": (
        "def f(level: int):\n x = lib.Res()\n if 0 < level < 2:\n  x.close()\n elif level != 1:\n  x.close()",
        "RLK102",
    ),
}
RELATED = {
    "one exception of a library is a special case of another": (
        "def f():\n x = lib.Res()\n try:\n  if lib.c():\n   raise Denial\n except Refusal:\n  x.close()\n  raise\n x.close()"
    ),
    "a class pattern that always matches": "def f(level: int):\n x = lib.Res()\n match level:\n  case _:\n   x.close()",
    "two comparisons of which one must hold": (
        "def f(level: int):\n x = lib.Res()\n if level == 1:\n  x.close()\n elif level != 1:\n  x.close()"
    ),
}
OTHERWISE = {
    "a closure that is lost keeps the default of its parameter until the function ends": (
        "def f():\n x = lib.Res()\n def g(y=x):\n  y.use()\n x = g = None",
        ("RLK105", "RLK101"),
    ),
}
"""What leaks is reported, with another code than the first one says."""
HANDED_OVER = {"an outliving object that loses it again", "a closure that outlives the call", "a stack that is emptied"}
"""Cases in which DESIGN section 6 itself calls the value handed over: the oracle agrees with the silence."""


def codes(text: str) -> list[str]:
    first = PRELUDE.count("\n") + 1
    return [d.code for d in verdicts(PRELUDE + text) if d.location.row >= first]


@pytest.mark.parametrize("name", SILENT)
def test_silent(name: str) -> None:
    compiled = compile_module(PRELUDE + SILENT[name])
    truth = truth_of(compiled, compiled.subjects[-1])
    leaks = any(code is not None for code in truth.codes)
    assert leaks is (name not in HANDED_OVER)
    assert codes(SILENT[name]) == []


@pytest.mark.parametrize("name", BOUND)
def test_bound(name: str) -> None:
    text, code = BOUND[name]
    assert codes(text) == [code]
    assert compare(PRELUDE + text).disagreements == ()


@pytest.mark.parametrize("name", LOUD)
def test_loud(name: str) -> None:
    text, code = LOUD[name]
    compiled = compile_module(PRELUDE + text)
    truth = truth_of(compiled, compiled.subjects[-1])
    assert (truth.state, truth.codes) == ("complete", (None,))
    assert codes(text) == [code]


@pytest.mark.parametrize("name", OTHERWISE)
def test_otherwise(name: str) -> None:
    text, (true, given) = OTHERWISE[name]
    compiled = compile_module(PRELUDE + text)
    assert truth_of(compiled, compiled.subjects[-1]).codes == (true,)
    assert codes(text) == [given]


@pytest.mark.parametrize("name", RELATED)
def test_related(name: str) -> None:
    assert codes(RELATED[name]) == []
    assert compare(PRELUDE + RELATED[name]).disagreements == ()


def test_every_case_has_a_bound() -> None:
    assert SILENT.keys() == BOUND.keys()
    assert LOUD.keys() == RELATED.keys()
