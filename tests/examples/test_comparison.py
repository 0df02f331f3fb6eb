"""The comparison with other linters: its labels are true for leaklint, and it counts as it says."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.examples.found import REPOSITORY
from tests.expectations import differences
from tests.verdicts import check_text

SCRIPT = REPOSITORY / "benchmarks" / "compare_linters.py"
PAGES = ("README.md", "examples/README.md")
SMALL_CASES = sorted((REPOSITORY / "tests" / "fixtures" / "linters").glob("*.py"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The comparison, imported."""
    spec = importlib.util.spec_from_file_location("compare_linters", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", SMALL_CASES, ids=lambda path: path.stem)
def test_the_labels_of_the_small_cases_are_true(path: Path) -> None:
    text = path.read_text()
    assert differences(text, check_text(text)) == []


def test_leaklint_reports_no_line_of_the_small_cases_that_is_not_labelled(script: ModuleType) -> None:
    missed, false = script.differences(script.GROUPS["small cases"], script.leaklint)
    assert false == []
    assert all("# expect-todo:" in _text(line.file, line.row) for line in missed)


def test_leaklint_finds_the_labelled_leaks_of_the_examples_and_nothing_else(script: ModuleType) -> None:
    assert script.differences(script.GROUPS["examples"], script.leaklint) == ([], [])


def test_labels_of_uncommented_examples_are_where_the_table_says(script: ModuleType) -> None:
    for file, _function, text in script.LEAKS:
        assert text in {_text(line.file, line.row) for line in script.labelled(REPOSITORY / file)}


def test_score_counts_lines(script: ModuleType) -> None:
    one, two, three = (script.Line("a.py", row) for row in (1, 2, 3))
    assert script.score({one, two}, {two, three}) == script.Score(found=1, missed=1, false=1)


@pytest.mark.consumers
@pytest.mark.parametrize("name", ["ruff SIM115", "pylint R1732"])
def test_the_other_linters_run(script: ModuleType, name: str) -> None:
    pytest.importorskip(name.split(maxsplit=1)[0])
    leaks, scores = script.compared(script.GROUPS["small cases"], {name: script.LINTERS[name]})
    assert 0 < scores[name].found < leaks


@pytest.mark.consumers
@pytest.mark.parametrize("page", PAGES)
def test_the_pages_show_the_table_as_it_is(script: ModuleType, page: str) -> None:
    pytest.importorskip("pylint")
    assert script.table() in (REPOSITORY / page).read_text()


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_say_of_leaklint_what_is_true(script: ModuleType, page: str) -> None:
    """The same without pylint, for every run of the tests."""
    text = (REPOSITORY / page).read_text()
    for group, folder in script.GROUPS.items():
        leaks, scores = script.compared(folder, {"leaklint": script.leaklint})
        ours = scores["leaklint"]
        (row,) = (line for line in text.splitlines() if line.startswith(f"| {group} | "))
        assert row.startswith(f"| {group} | {leaks} | ")
        assert row.endswith(f"| {ours.found} found, {ours.false} false |")


def _text(file: str, row: int) -> str:
    """The text of a line."""
    return (REPOSITORY / file).read_text().splitlines()[row - 1].strip()
