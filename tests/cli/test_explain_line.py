"""`leaklint explain FILE:LINE`: how a type was known, how every path ends, why something is or is not reported."""

import pytest

from tests.cli.conftest import LEAK, Leaklint, write

SOURCE = """\
import sqlite3


def load(path):
    conn = sqlite3.connect(path)  # leaklint: ignore[RLK103]
    if path:
        return conn
    conn.execute("select 1")
    conn.close()


def good(path):
    with open(path) as file:
        return file.read()


def soft(path):
    file = open(path)
    unknown(file)


def by_use(bar):
    cursor = bar.cursor()
    cursor.execute("select 1")


def both(path):
    return open(path), open(path)
"""


def test_a_finding(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    ran = leaklint("explain", "a.py:5")
    assert ran.code == 0
    assert ran.lines[:2] == [
        "a.py:5:12: sqlite3 connection 'conn' in load",
        "  type known   resolved: the rules of sqlite3 name sqlite3.connect",
    ]
    assert "  path         released" in ran.lines
    assert "  path         lost: an exception leaves the function while it is held" in ran.lines
    assert "    2. line 6: conn.execute() raises" in ran.lines
    assert ran.lines[-2].startswith("  verdict      RLK103 not-released-on-exception: sqlite3 connection 'conn'")
    assert leaklint("explain", "a.py:5:12") == ran


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (5, "  path         handed over (returned"),
        (5, "  verdict      not reported, silenced by a comment or by the settings: RLK103"),
        (13, "  verdict      not reported: every path releases it or hands it over"),
        (18, "  path         given to a callee that is not known, which may have kept it"),
        (18, "(does not count: a callee that is not known may have kept it"),
        (18, "  verdict      not reported: no path that loses it counts"),
        (23, "  type known   by use: its type is unknown, but the function uses it as a cursor"),
    ],
)
def test_why_it_is_or_is_not_reported(leaklint: Leaklint, row: int, shown: str) -> None:
    write("a.py", SOURCE)
    assert shown in leaklint("explain", f"a.py:{row}").out


def test_every_acquisition_of_the_line(leaklint: Leaklint) -> None:
    write("a.py", SOURCE)
    heads = [line for line in leaklint("explain", "a.py:28").lines if line.startswith("a.py")]
    assert [head.split()[0] for head in heads] == ["a.py:28:12:", "a.py:28:24:"]


def test_the_verdict_is_that_of_a_run(leaklint: Leaklint) -> None:
    """What `explain` calls a finding is what `check` reports, line by line."""
    write("a.py", SOURCE.replace("  # leaklint: ignore[RLK103]", ""))
    reported = {line.split(":")[1] for line in leaklint("--output-format", "concise").lines}
    for row in range(1, SOURCE.count("\n") + 1):
        verdicts = [line for line in leaklint("explain", f"a.py:{row}").lines if line.startswith("  verdict      RLK")]
        assert bool(verdicts) is (str(row) in reported)


def test_settings_of_the_file_hold(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    write("leaklint.toml", "exceptions = 'none'\n")
    assert "not reported: every path releases it or hands it over" in leaklint("explain", "a.py:5").out


def test_nothing_there(leaklint: Leaklint) -> None:
    write("a.py", LEAK)
    assert leaklint("explain", "a.py:1") == (0, "No acquisition on line 1 of a.py.\n", "")
    assert leaklint("explain", "a.py:999").code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "path 'b.py' does not exist"), (b"x = (open(y)\n", "b.py:"), (b"\0", "b.py: contains a NUL byte")],
)
def test_what_cannot_be_explained(leaklint: Leaklint, content: bytes | None, message: str) -> None:
    if content is not None:
        write("b.py", content)
    ran = leaklint("explain", "b.py:1")
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
