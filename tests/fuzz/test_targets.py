"""Every target, for a short while: a campaign (`python -m tests.fuzz.run`) is the long one."""

import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.contract import load, target_names
from tests.fuzz.one import Defects, guarded
from tests.fuzz.programs import program
from tests.fuzz.slice import changed

INPUTS = {"engine": 40, "files": 60, "fixes": 10, "measure": 40}
"""How many inputs for targets that take milliseconds each; the others get more."""
_MORE = 300


@pytest.mark.parametrize("name", target_names())
def test_no_input_does_harm(name: str, tmp_path: Path) -> None:
    target = load(name)
    defects = Defects(tmp_path)
    once = guarded(target, defects)
    draw = random.Random(f"inputs for {name}")
    seeds = list(islice(target.seeds(), 400))
    words = [word.encode("utf-8", "surrogatepass") for word in target.words]
    for _ in range(INPUTS.get(name, _MORE)):
        once(changed(draw, seeds, words))
    assert not [path.read_text() for path in sorted(tmp_path.glob("*.txt"))]


@pytest.mark.parametrize("name", [name for name in target_names() if name not in INPUTS])
def test_no_input_of_hypothesis_does_harm(name: str) -> None:
    target = load(name)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.binary(max_size=200) | st.lists(st.sampled_from([*target.words, "\n"]), max_size=12).map(_joined))
    def check(data: bytes) -> None:
        target.run(data)

    check()


def _joined(words: list[str]) -> bytes:
    return "".join(words).encode("utf-8", "surrogatepass")


@settings(max_examples=100, deadline=None, database=None)
@given(st.binary(max_size=100))
def test_programs_end(data: bytes) -> None:
    assert program(data).endswith("\n")


def test_defects_are_kept_once(tmp_path: Path) -> None:
    """The harness itself: an error and a hang are written down, and nothing is raised."""

    def run(data: bytes) -> None:
        if data == b"hang":
            while True:
                pass
        raise ValueError("found")

    once = guarded(load("source")._replace(run=run), Defects(tmp_path), limit=0.2)
    for data in (b"one", b"two", b"hang"):
        once(data)
    assert sorted(path.name.split("-")[0] for path in tmp_path.glob("*.txt")) == ["Hang", "ValueError"]
    [kept] = tmp_path.glob("ValueError-*.bin")
    assert kept.read_bytes() == b"one"
