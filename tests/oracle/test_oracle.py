"""Ten thousand generated functions: the verdict on every acquisition equals what happened when they ran."""

import concurrent.futures
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.compare import compare
from tests.oracle.generate import PRELUDE, function
from tests.oracle.survey import Survey, survey

SEEDS = range(1_000_000, 1_000_200)
FIXTURES = sorted(Path(__file__).parents[1].joinpath("fixtures", "oracle").glob("*.py"))


@pytest.fixture(scope="module")
def surveyed() -> Survey:
    total = Survey()
    parts = [SEEDS[at : at + 10] for at in range(0, len(SEEDS), 10)]
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        for part in pool.map(survey, parts):
            total = total.add(part)
    return total


@pytest.mark.oracle
def test_verdicts_equal_executions(surveyed: Survey) -> None:
    wrong = surveyed.disagreements
    shown = [f"seed {d.seed} {d.function}:{d.row} {d.text}: {d.sort}, {d.expected or 'ok'}, not {d.given or 'ok'}" for d in wrong]
    assert not shown, "\n".join(shown[:40]) + f"\n{len(shown)} in all; shrink them with python -m tests.oracle.run"


@pytest.mark.oracle
def test_enough_was_executed(surveyed: Survey) -> None:
    assert surveyed.generated >= 10_000
    assert surveyed.broad >= 0.6 * surveyed.generated
    # A program that reads a name before it is bound says nothing about leaks: these must be few, and of the others nearly all
    # are executed in every way.
    ill_formed = surveyed.states["ill-formed"]
    assert ill_formed <= 0.03 * surveyed.functions
    assert surveyed.states["complete"] >= 0.97 * (surveyed.functions - ill_formed)
    assert surveyed.executions >= 20 * surveyed.functions
    often = {code for code, count in surveyed.codes.items() if count >= 50}
    assert often - {"unreached"} == {"none", *(f"RLK10{n}" for n in range(1, 10))}
    assert surveyed.codes["unreached"] <= 0.05 * sum(surveyed.codes.values())  # acquisitions behind what never ends


PROGRAMS = st.randoms(use_true_random=False).map(lambda rng: PRELUDE + "\n\n" + function(rng, "f0"))


@pytest.mark.oracle
@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(PROGRAMS)
def test_hypothesis_finds_no_disagreement(text: str) -> None:
    """The same generator, driven by hypothesis: it looks elsewhere, and shrinks by itself."""
    assert compare(text).disagreements == ()


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_former_disagreement(path: Path) -> None:
    """What was once judged wrongly, shrunk."""
    assert compare(path.read_text()).disagreements == ()
