"""Suppression comments, end to end."""

import json

import pytest

from tests.cli.conftest import LEAK, Leaklint, write


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: RLK103", "# leaklint: ignore[not-released-on-exception] reason"])
def test_silenced(leaklint: Leaklint, comment: str) -> None:
    write("a.py", LEAK.replace("connect(path)", f"connect(path)  {comment}"))
    assert leaklint() == (0, "", "No leaks found in 1 file.\n")


def test_rows_of_the_statement(leaklint: Leaklint) -> None:
    places = (
        "connect(  # noqa\n        path\n    )",
        "connect(\n        path  # noqa\n    )",
        "connect(\n        path\n    )  # noqa",
    )
    for row, text in enumerate(places):
        write(f"{row}.py", LEAK.replace("connect(path)", text))
    assert leaklint().code == 0


def test_unused(leaklint: Leaklint) -> None:
    write("a.py", "x = 1  # noqa: RLK103\ny = 1  # noqa\nz = 1  # leaklint: ignore\n")
    ran = leaklint("--output-format", "json")
    assert [(item["code"], item["location"]["row"]) for item in json.loads(ran.out)] == [("RLK901", 1), ("RLK901", 3)]
    assert leaklint("--ignore", "unused-suppression").code == 0
    assert leaklint("--select", "RLK101").code == 0


def test_a_comment_for_what_is_not_reported_is_in_use(leaklint: Leaklint) -> None:
    write("a.py", LEAK.replace("connect(path)", "connect(path)  # noqa: RLK103"))
    assert leaklint("--category", "file").code == 0


def test_skip_file(leaklint: Leaklint) -> None:
    write("a.py", "# leaklint: skip-file\n" + LEAK)
    write("broken.py", "# leaklint: skip-file\nx = (\n")
    assert leaklint().code == 0
