"""The pytest plugin's door: options and marker. Without `--leaklint` nothing else of leaklint is imported."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

MARKER = "leaklint(ignore=...): leave alone what the test leaks: True for all, or kinds, categories and files (with --leaklint)"


def pytest_addoption(parser: "pytest.Parser") -> None:
    """The options of the group."""
    group = parser.getgroup("leaklint")
    group.addoption("--leaklint", action="store_true", help="fail tests that hold connections, files, ... when they end")
    group.addoption(
        "--leaklint-min-severity", choices=("info", "warning", "error"), default="warning",
        help="report from this severity on; what garbage collection gives back is a warning at most (default: warning)",
    )  # fmt: skip
    group.addoption("--leaklint-unwatched", action="store_true", help="list the callables that could not be watched")
    group.addoption("--leaklint-findings", metavar="REPORT", help="observe the findings of a JSON report (leaklint confirm)")
    group.addoption("--leaklint-observed", metavar="FOLDER", help="where to write what became of them")
    parser.addini("leaklint_source", "folders whose code is judged (default: the root folder)", type="paths", default=[])
    parser.addini("leaklint_ignore", "kinds, categories and files (patterns) that are left alone", type="linelist", default=[])


def pytest_load_initial_conftests(early_config: "pytest.Config") -> None:
    """Watch before conftest files and what they import are loaded."""
    options = early_config.known_args_namespace
    if options.leaklint or options.leaklint_findings:
        from leaklint.runtime.testing import begin

        begin(early_config)


def pytest_configure(config: "pytest.Config") -> None:
    """The marker exists with and without the option."""
    config.addinivalue_line("markers", MARKER)
