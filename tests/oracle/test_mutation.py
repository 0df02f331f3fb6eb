"""Real functions, broken: the linter must notice."""

import ast
import itertools

import pytest

from tests.oracle.compare import verdicts
from tests.oracle.mutation import KINDS, Mutant, Tally, caught, handed_on, mutants, tally
from tests.oracle.specimens import Specimen, acquires, draw

SEED = 4
WITH = r"\bwith [\w.]+\("


@pytest.fixture(scope="module")
def tallied() -> Tally:
    return tally(SEED, 2000)


@pytest.mark.oracle
def test_enough_mutants_of_every_kind(tallied: Tally) -> None:
    assert tallied.made.total() >= 2000
    assert min(tallied.made[kind] for kind in KINDS) >= 300


@pytest.mark.oracle
def test_catch_rate(tallied: Tally) -> None:
    missed = "\n".join(f"{mutant.kind}: {mutant.origin}" for mutant in tallied.missed)
    assert tallied.rate >= 0.95, missed
    assert min(tallied.caught[kind] / tallied.made[kind] for kind in KINDS) >= 0.93, missed


@pytest.mark.oracle
def test_unbroken_functions_are_silent() -> None:
    """A releasing `with` on the acquisition itself leaves nothing to report there."""
    for specimen in itertools.islice(draw(SEED, WITH), 200):
        text = specimen.text()
        entered = {
            (item.context_expr.lineno, item.context_expr.col_offset + 1)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.With)
            for item in node.items
            if acquires(item.context_expr)
        }
        found = {(d.location.row, d.location.column): d.code for d in verdicts(text)}
        assert not entered & found.keys(), specimen.origin


def _specimen(body: str) -> Specimen:
    function = ast.parse(f"def f(p):\n    with open(p) as f:\n        {body}").body[0]
    assert isinstance(function, ast.FunctionDef)
    return Specimen("here:f", (), function)


def test_the_three_kinds() -> None:
    made = {mutant.kind: mutant for mutant in mutants(_specimen("g(f.read())"))}
    assert [mutant.row for mutant in made.values()] == [2, 2, 2]
    assert "f.close" not in made["release deleted"].text
    assert made["release out of finally"].text.endswith("g(f.read())\n    f.close()\n")
    assert "if leave_early:\n        return" in made["early return"].text
    assert all(caught(mutant) for mutant in made.values())


def test_equivalent_mutants_are_not_made() -> None:
    assert [mutant.kind for mutant in mutants(_specimen("x = 1"))] == ["release deleted", "early return"]
    assert [mutant.kind for mutant in mutants(_specimen("g(f)"))] == ["release out of finally", "early return"]
    assert [mutant.kind for mutant in mutants(_specimen("f.close()"))] == ["early return"]


def test_a_silent_linter_catches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.oracle.mutation.verdicts", lambda _text: ())
    assert not caught(Mutant("early return", "", "def f(p):\n    f = open(p)\n", 2))


@pytest.mark.parametrize(
    ("body", "handed"),
    [
        ("f.read()", False),
        ("for line in f: pass", False),
        ("print(len(f))", False),
        ("g(f)", True),
        ("self.f = f", True),
        ("h(f.close)", True),
    ],
)
def test_handed_on(body: str, handed: bool) -> None:
    block = _specimen(body).function.body[0]
    assert isinstance(block, ast.With)
    assert handed_on(block) is handed
