"""The oracle itself: what executions say about functions whose answer is plain."""

import ast
import textwrap

import pytest

from leaklint.model import Step
from tests.oracle.compare import Report, compare
from tests.oracle.execute import compile_module, passage
from tests.oracle.features import features_of
from tests.oracle.generate import PRELUDE, module
from tests.oracle.shrink import only
from tests.oracle.traces import is_subsequence, marks
from tests.oracle.truth import truth_of

CASES = {
    "closed": ("def f():\n x = lib.Res()\n x.close()", [None]),
    "never": ("def f():\n x = lib.Res()\n lib.r()", ["RLK101"]),
    "branch": ("def f():\n x = lib.Res()\n if lib.c():\n  return\n x.close()", ["RLK102"]),
    "exception": ("def f():\n x = lib.Res()\n lib.r()\n x.close()", ["RLK103"]),
    "calm call": ("def f():\n x = lib.Res()\n lib.n()\n x.close()", [None]),
    "own method": ("def f():\n x = lib.Res()\n x.use()\n x.close()", ["RLK103"]),
    "finally": ("def f():\n x = lib.Res()\n try:\n  lib.r()\n finally:\n  x.close()", [None]),
    "typed handler lets pass": (
        "def f():\n x = lib.Res()\n try:\n  lib.r()\n except ValueError:\n  x.close()\n  raise\n x.close()",
        ["RLK103"],
    ),
    "typed handler fits": (
        "def f():\n x = lib.Res()\n try:\n  lib.rv()\n except ValueError:\n  x.close()\n  raise\n x.close()",
        [None],
    ),
    "handler of a special case": (
        "def f():\n x = lib.Res()\n try:\n  lib.ro()\n except FileNotFoundError:\n  x.close()\n  raise\n x.close()",
        ["RLK103"],
    ),
    "second acquisition fails": ("def f():\n x = lib.Res()\n y = lib.Res()\n y.close()\n x.close()", ["RLK103", None]),
    "dropped": ("def f():\n lib.Res().use()", ["RLK104"]),
    "argument only": ("def f():\n lib.borrow(lib.Res())", ["RLK104"]),
    "overwritten": ("def f():\n x = lib.Res()\n x = None", ["RLK105"]),
    "deleted": ("def f():\n x = lib.Res()\n del x\n lib.r()", ["RLK105"]),
    "alias survives": ("def f():\n x = lib.Res()\n y = x\n x = None\n y.close()", [None]),
    "in a loop, never closed": ("def f():\n while lib.c():\n  x = lib.Res()", ["RLK101"]),
    "in a loop, last one closed": (
        "def f():\n x = None\n while lib.c():\n  x = lib.Res()\n if x is not None:\n  x.close()",
        ["RLK102"],
    ),
    "with": ("def f():\n with lib.Res() as x:\n  x.use()", [None]),
    "with that commits": ("def f():\n with lib.connect() as x:\n  x.use()", ["RLK106"]),
    "closing": ("def f():\n with contextlib.closing(lib.connect()) as x:\n  x.use()", [None]),
    "yield": ("def f():\n x = lib.Res()\n yield\n x.close()", ["RLK107"]),
    "yield in finally": ("def f():\n x = lib.Res()\n try:\n  yield x\n finally:\n  x.close()", [None]),
    "yielded for good": ("def f():\n x = lib.Res()\n yield x", [None]),
    "manager": ("@contextlib.contextmanager\ndef f():\n x = lib.Res()\n yield x\n x.close()", ["RLK107"]),
    "coroutine dropped": ("async def f():\n x = lib.ARes()\n x.aclose()", ["RLK108"]),
    "cancelled": (
        "async def f():\n x = lib.ARes()\n try:\n  await lib.ar()\n"
        " except Exception:\n  await x.aclose()\n  raise\n await x.aclose()",
        ["RLK103"],
    ),
    "awaited acquisition": ("async def f():\n x = await lib.aopen()\n await x.aclose()", [None]),
    "wrong release": ("def f(pool: lib.Pool):\n x = pool.getconn()\n x.close()", ["RLK109"]),
    "given back": ("def f(pool: lib.Pool):\n x = pool.getconn()\n pool.putconn(x)", [None]),
    "parent": ("def f():\n x = lib.connect()\n y = x.cursor()\n x.close()", ["RLK103", None]),
    "returned": ("def f():\n return lib.Res()", [None]),
    "return is too late": ("def f():\n x = lib.Res()\n x.use()\n return x", ["RLK103"]),
    "stored": ("def f(env):\n x = lib.Res()\n env.x = x\n lib.r()", [None]),
    "stored, then lost there": ("def f(env):\n env.x = lib.Res()\n env.x = None", [None]),
    "global": ("def f():\n global KEPT\n KEPT = lib.Res()\n lib.r()", [None]),
    "own": (
        "def f(given: lib.Res | None):\n own = given is None\n if own:\n  given = lib.Res()\n"
        " try:\n  lib.r()\n finally:\n  if own:\n   given.close()",
        [None],
    ),
    "held implies opened": (
        "def f():\n x, o = None, False\n if lib.c():\n  x, o = lib.Res(), True\n"
        " try:\n  lib.r()\n finally:\n  if o:\n   x.close()",
        [None],
    ),
    "suppressed": ("def f():\n x = lib.Res()\n with lib.suppress(ValueError):\n  lib.rv()\n x.close()", [None]),
    "suppressed before the release": (
        "def f():\n x = lib.Res()\n with lib.suppress(ValueError):\n  lib.rv()\n  x.close()",
        ["RLK103"],
    ),
    "stack": ("def f():\n with contextlib.ExitStack() as s:\n  x = s.enter_context(lib.Res())\n  lib.r()", [None]),
    "helper releases": ("def f():\n x = lib.Res()\n h_close(x)", [None]),
    "helper uses": ("def f():\n x = lib.Res()\n h_use(x)\n x.close()", ["RLK103"]),
    "helper returns a fresh one": ("def f():\n x = make_res()\n lib.r()\n x.close()", ["RLK103"]),
    "class that owns": ("def f():\n x = Owner()\n x.use()", ["RLK101"]),
    "closure": ("def f(env):\n x = lib.Res()\n env.callback = lambda: x.close()\n lib.r()", [None]),
    "nested release": ("def f():\n x = lib.Res()\n def g():\n  x.close()\n g()", [None]),
    "process ends": ("def f():\n x = lib.Res()\n lib.die()", [None]),
    "explicit raise": ("def f():\n x = lib.Res()\n if lib.c():\n  raise ValueError\n x.close()", ["RLK103"]),
    "entering is handing over": ("def f():\n x = lib.Res()\n with x:\n  pass", [None]),
}


@pytest.mark.parametrize("name", CASES)
def test_truth(name: str) -> None:
    text, codes = CASES[name]
    compiled = compile_module(PRELUDE + text)
    subject = next(subject for subject in compiled.subjects if subject.name == "f")
    truth = truth_of(compiled, subject)
    assert (truth.state, list(truth.codes)) == ("complete", codes)


def test_ill_formed_functions_prove_nothing() -> None:
    compiled = compile_module(PRELUDE + "def f():\n x = None\n try:\n  x.close()\n except Exception:\n  pass")
    assert truth_of(compiled, compiled.subjects[-1]).state == "ill-formed"


def test_too_many_executions_are_left_unfinished() -> None:
    compiled = compile_module(PRELUDE + "def f():\n" + " lib.c()\n" * 20 + " x = lib.Res()")
    truth = truth_of(compiled, compiled.subjects[-1], limit=100)
    assert (truth.state, truth.executions) == ("unfinished", 101)


def test_passage_shows_rows_and_raises() -> None:
    compiled = compile_module("import oraclelib as lib\ndef f():\n x = lib.Res()\n lib.r()\n x.close()")
    truth = truth_of(compiled, compiled.subjects[-1])
    ((outcome, decisions),) = truth.leaks[0]
    taken = passage(compiled, compiled.subjects[-1], decisions)
    assert outcome.edges == ("raise",)
    assert is_subsequence([3, 4], taken.rows)
    assert not is_subsequence([5], taken.rows)
    assert 4 in taken.raised


def test_a_trace_must_turn_as_the_execution_did() -> None:
    """Of two traces with the same rows only the one whose condition turned out like this was taken."""
    compiled = compile_module("import oraclelib as lib\ndef f(flag: bool):\n x = lib.Res()\n if not flag:\n  return\n x.close()")
    subject = compiled.subjects[-1]
    ((_, decisions),) = truth_of(compiled, subject).leaks[0]
    taken = passage(compiled, subject, decisions)
    steps = [Step("acquire", "f.py", 3, 6, ""), Step("branch", "f.py", 4, 5, "flag is false"), Step("exit", "f.py", 5, 3, "")]
    wrong = [steps[0], Step("branch", "f.py", 4, 5, "flag is true"), steps[2]]
    assert is_subsequence(marks(steps, subject.conditions), taken.rows)
    assert not is_subsequence(marks(wrong, subject.conditions), taken.rows)


def test_generation_is_a_function_of_the_seed() -> None:
    assert module(7) == module(7)
    assert module(7) != module(8)


def test_generated_programs_are_no_trivial_ones() -> None:
    features = [feature for seed in range(20) for feature in features_of(module(seed))]
    assert sum(feature.breadth >= 2 for feature in features) >= 0.6 * len(features)


def test_every_construct_is_generated() -> None:
    found = {name for seed in range(60) for feature in features_of(module(seed)) for name in feature.constructs}
    assert found >= {"if", "ternary", "short-circuit", "while", "for", "async for", "break", "continue", "loop else", "match"}
    assert found >= {"except", "finally", "raise", "assert", "with", "async with", "suppressing manager", "non-releasing with"}
    assert found >= {"return", "del", "walrus", "yield", "await", "async", "lambda", "list", "dict", "star target", "alias"}
    assert found >= {"closing", "exit stack", "taker", "borrower", "helper", "rebinding"}
    assert found >= {"pool slot", "registered cleanup", "process exit", "no-return", "owning class", "context manager"}
    assert found >= {"tuple unpacking", "None test", "nested function", "acquiring helper", "keeping class", "bound release"}


def test_a_wrong_verdict_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A linter that finds nothing disagrees with every leak."""
    text = PRELUDE + textwrap.dedent(
        """
        def f():
            x = lib.Res()
            lib.r()
            x.close()
        """
    )
    monkeypatch.setattr("tests.oracle.compare.verdicts", lambda _text: ())
    report: Report = compare(text)
    assert [(d.sort, d.expected, d.given) for d in report.disagreements] == [("missed", "RLK103", "")]


def test_only_what_a_function_needs_is_kept() -> None:
    tree = only(ast.parse(PRELUDE + "def f():\n x = make_checked()\ndef g():\n pass"), "f")
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == ["make_checked", "f"]
