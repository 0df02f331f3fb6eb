"""The long job: it adds up, goes on where it was, and starts anew when something changed."""

from pathlib import Path

import msgspec
import pytest

from tests.oracle import run as job
from tests.oracle.compare import Disagreement
from tests.oracle.shrink import disagrees, shrink
from tests.oracle.survey import Found, Survey


def test_sums() -> None:
    wrong = Found(1, "missed", "f", 2, 3, "RLK101", "", "lib.Res()")
    total = Survey(1, 2, 1, 1, {"complete": 1}, {"RLK101": 1}, {"if": 1}, [wrong]).add(Survey(2, 3, 0, 2, {"complete": 2}))
    assert (total.functions, total.executions, total.broad, total.generated) == (3, 5, 1, 3)
    assert (total.states, total.codes, total.disagreements) == ({"complete": 3}, {"RLK101": 1}, [wrong])


def test_a_stopped_job_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process and one module per chunk."""
    monkeypatch.setattr(job, "digest", lambda: "one")
    first = job.run(50, 1, tmp_path, modules=1)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.glob("chunk-*.json")}
    both = job.run(100, 1, tmp_path, modules=1)
    assert (first.generated, both.generated) == (50, 100)
    assert {path: path.stat().st_mtime_ns for path in written} == written
    assert len(list(tmp_path.glob("chunk-*.json"))) == 2
    monkeypatch.setattr(job, "digest", lambda: "two")
    again = job.run(50, 1, tmp_path, modules=1)
    assert msgspec.json.encode(again) == msgspec.json.encode(first)
    assert {path: path.stat().st_mtime_ns for path in written} != written


def test_a_disagreement_is_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A linter that finds nothing: what remains is the acquisition."""
    text = (
        "import oraclelib as lib\n\ndef g():\n    pass\n\ndef f(flag: bool):\n    lib.r(1)\n    x = lib.Res()\n"
        "    if flag:\n        lib.r(2)\n    while lib.c(3):\n        lib.n()\n    x.close()\n    return 1\n"
    )
    monkeypatch.setattr("tests.oracle.compare.verdicts", lambda _text: ())
    wrong = Disagreement("missed", "f", 8, 9, "RLK103", "", "lib.Res()")
    small = shrink(text, wrong)
    assert disagrees(small, wrong)
    assert small.split("\n")[2:] == ["def f():", "    x = lib.Res()", "    lib.r(2)", "    x.close()", ""]
