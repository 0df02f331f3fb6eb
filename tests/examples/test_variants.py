"""Each file in examples/variants has one leak; a comment with the code stands where it is acquired."""

import re
from pathlib import Path

import pytest

from tests.examples.found import VARIANTS, Found, findings

EXPECTED = re.compile(r"# (RLK\d+)$")

SUBJECTS = {
    "client_session_per_request",
    "contextmanager_without_finally",
    "cursor_left_open_in_loop",
    "generator_holds_connection",
    "helper_in_another_module",
    "pool_acquire_and_cancellation",
    "psycopg2_with_commits_only",
    "reconnect_drops_old_connection",
    "retry_loop_drops_sockets",
    "sqlite3_with_commits_only",
}


def said(path: Path) -> set[Found]:
    """The findings that a file's comments announce."""
    lines = enumerate(path.read_text().splitlines(), start=1)
    return {Found(path.name, row, match[1]) for row, line in lines if (match := EXPECTED.search(line))}


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
def test_says_what_the_comment_announces(subject: str) -> None:
    path = VARIANTS / f"{subject}.py"
    assert len(said(path)) == 1
    assert findings(path) == said(path)


def test_every_leak_in_the_folder_has_its_subject() -> None:
    assert {found.file.removesuffix(".py") for found in findings(VARIANTS)} == SUBJECTS


def test_the_helper_alone_is_silent() -> None:
    assert findings(VARIANTS / "ledger.py") == set()


def test_examples_announce_nothing_else() -> None:
    assert {path.stem for path in VARIANTS.glob("*.py") if said(path)} == SUBJECTS
