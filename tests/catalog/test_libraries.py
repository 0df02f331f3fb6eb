"""Every library has a fixture written by hand, which names the source of what it shows.

tests/test_fixtures.py judges these files. Here: that there is one for each library whose calls acquire anything, and that
it shows a leak, a release, and `with` where the library supports it.
"""

import re
import tomllib
from pathlib import Path

import pytest

from tests.catalog.handwritten import lacking

HERE = Path(__file__).parents[2]
RULES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "rules").glob("*.toml"))}
FIXTURES = HERE / "tests" / "fixtures" / "libraries"

ELSEWHERE = {
    "builtins": "rlk101/files_and_connections.py",
    "by_use": "ownership/by_use.py",
}
"""Rules whose facts half of all fixtures show -> one of them."""

WITH_ONLY = {"hdfs", "lxml"}
"""What exists inside `with` only: no leak can be written down."""


def acquires(rules: dict[str, list[dict[str, object]]]) -> bool:
    return any(not entry.get("not-acquire") for entry in rules.get("acquire", ()))


NAMES = [name for name, rules in RULES.items() if acquires(rules) and name not in ELSEWHERE]


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_shows_leak_and_release_and_names_its_source(name: str) -> None:
    text = (FIXTURES / f"{name}.py").read_text(encoding="utf-8")
    assert re.match(r'"""Source: \S+ ?\S', text), "the docstring names the source: a version and a line, or a run"
    assert "def clean" in text
    assert name in WITH_ONLY or "# expect: RLK" in text


def test_of_each_library_an_acquisition_a_release_and_a_with_is_shown_by_hand() -> None:
    """As far as its rules state one. What is known by use only has fixtures of its own, and no types to find it by."""
    assert set(lacking()) <= {"by_use"}


def test_the_lists_are_true() -> None:
    assert all((HERE / "tests" / "fixtures" / place).is_file() for place in ELSEWHERE.values())
    assert {path.stem for path in FIXTURES.glob("*.py")} <= set(RULES)
