"""Where the linter knows less than an execution shows: each case by name, silent, and how far the silence reaches.

`SILENT`: executions leak and nothing is reported, on purpose. `BOUND`: the neighbouring program that is reported all the same.
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
}
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
