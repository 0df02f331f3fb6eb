"""Formats for people, and for tools that read lines."""

import msgspec
import pytest

from leaklint.model import Diagnostic, Location
from leaklint.output import renderer
from leaklint.output._frame import marked
from tests.output.samples import ACROSS, EVIL, FILE, HOSTILE, PLAIN, SOURCES, report

FULL = """\
src/app.py:4:12: RLK103 not-released-on-exception: sqlite3 connection 'conn' stays open if conn.execute() on line 5 raises
  |
4 |     conn = sqlite3.connect(path)
  |            ^^^^^^^^^^^^^^^^^^^^^ 1. sqlite3 connection is acquired into 'conn'
5 |     rows = conn.execute(QUERY)
  |            ^ 2. conn.execute() raises
  |            ^ 3. the exception leaves while it is still held
  |

src/app.py:4:12: RLK102 not-released-on-path: it stays open where the function leaves
  |
4 |     conn = sqlite3.connect(path)
  |            ^^^^^^^^^^^^^^^^^^^^^ 1. acquired by connect()
 --> src/db.py:2
2 |     return psycopg2.connect(DSN)  # größer
  |            ^ 2. which acquires it here
 --> src/app.py:7
7 |     if not rows:
  |        ^ 3. rows is false
8 |         return None
  |         ^ 4. the function returns
  |

src/none.py:1:1: RLK900 cannot-analyse: is not UTF-8

"""


def text(name: str, *diagnostics: Diagnostic, color: bool = False) -> str:
    return "".join(renderer(name)(report(*diagnostics, color=color)))


def test_concise() -> None:
    assert text("concise", PLAIN, FILE) == (
        "src/app.py:4:12: RLK103 not-released-on-exception: "
        "sqlite3 connection 'conn' stays open if conn.execute() on line 5 raises\n"
        "src/none.py:1:1: RLK900 cannot-analyse: is not UTF-8\n"
    )


def test_full() -> None:
    assert text("full", PLAIN, ACROSS, FILE) == FULL


def test_full_shows_jumps_and_returns() -> None:
    """A trace that goes back (a loop) shows a line again, and what lies between is left out."""
    steps = tuple(msgspec.structs.replace(PLAIN.trace[1], row=row, message=f"step {row}") for row in (9, 5))
    shown = text("full", msgspec.structs.replace(PLAIN, trace=(PLAIN.trace[0], *steps)))
    assert [line for line in shown.splitlines() if line[:1].isdigit() or line == "..."] == [
        "4 |     conn = sqlite3.connect(path)",
        "...",
        "9 |     conn.close()",
        "...",
        "5 |     rows = conn.execute(QUERY)",
    ]


def test_full_without_a_trace_or_with_a_span_over_rows() -> None:
    lone = msgspec.structs.replace(PLAIN, trace=(), end_location=Location(5, 9))
    assert "  |            ^^^^^^^^^^^^^^^^^^^^^\n  |\n" in text("full", lone)


def test_rows_beyond_the_file_do_no_harm() -> None:
    """The file may have been shortened since."""
    assert "99 |\n   | ^\n" in text("full", msgspec.structs.replace(PLAIN, location=Location(99, 1), trace=()))


@pytest.mark.parametrize("name", ["concise", "full"])
def test_colours_only_when_wanted(name: str) -> None:
    assert "\x1b" not in text(name, PLAIN)
    colored = text(name, PLAIN, color=True)
    assert "\x1b[1;31mRLK103\x1b[0m" in colored
    assert colored.count("\x1b[0m") == colored.count("\x1b[") / 2


def test_pylint() -> None:
    assert text("pylint", PLAIN).startswith("src/app.py:4: [RLK103] not-released-on-exception: sqlite3 connection 'conn'")


def test_github() -> None:
    assert text("github", PLAIN, ACROSS) == (
        "::error title=leaklint (RLK103 not-released-on-exception),file=src/app.py,line=4,col=12,endColumn=33,endLine=4::"
        "RLK103 sqlite3 connection 'conn' stays open if conn.execute() on line 5 raises"
        "%0A1. src/app.py:4: sqlite3 connection is acquired into 'conn'%0A2. src/app.py:5: conn.execute() raises"
        "%0A3. src/app.py:5: the exception leaves while it is still held\n"
        "::warning title=leaklint (RLK102 not-released-on-path),file=src/app.py,line=4,col=12,endColumn=33,endLine=4::"
        "RLK102 it stays open where the function leaves%0A1. src/app.py:4: acquired by connect()"
        "%0A2. src/db.py:2: which acquires it here%0A3. src/app.py:7: rows is false%0A4. src/app.py:8: the function returns\n"
    )


def test_github_gives_no_columns_over_several_rows() -> None:
    shown = text("github", msgspec.structs.replace(PLAIN, end_location=Location(6, 2), trace=()))
    assert ",line=4,endLine=6::" in shown


@pytest.mark.parametrize("name", ["concise", "full", "pylint", "github"])
@pytest.mark.parametrize("color", [False, True])
def test_hostile_text_commands_nothing(name: str, color: bool) -> None:
    shown = text(name, HOSTILE, color=color)
    for sequence in ("\x1b[0m", "\x1b[1m", "\x1b[34m", "\x1b[36m", "\x1b[1;31m"):
        shown = shown.replace(sequence, "")
    assert not set(shown) & set("\x1b\r\x9b\u202e\u2028\udcff")
    lines = shown.splitlines()
    assert not any(line.startswith("::error file") for line in lines)
    assert lines[0].startswith(("src/a", "::error title=leaklint (RLK103 not-released-on-exception),file=src/a"))
    assert len(lines) == (5 if name == "full" else 1) or (name == "full" and lines[-1] == "")
    shown.encode()


def test_github_properties_cannot_be_left() -> None:
    command, _, _ = text("github", HOSTILE).partition("::RLK103 ")
    _, _, fields = command.partition(" title=")
    assert [field.partition("=")[0] for field in fields.split(",")][1:] == ["file", "line", "col", "endColumn", "endLine"]
    assert "::" not in fields


@pytest.mark.parametrize(
    ("line", "column", "end_column", "shown", "indent", "width"),
    [
        ("x = open(p)", 5, 12, "x = open(p)", 4, 7),
        ("\tx = open(p)", 6, 13, "    x = open(p)", 8, 7),
        ("x = open(p)  ", 5, 0, "x = open(p)", 4, 7),
        ("日本 = open(p)", 6, 13, "日本 = open(p)", 7, 7),
        ("e\u0301 = open(p)", 6, 13, "e\u0301 = open(p)", 4, 7),
        ("x\x1b = open(p)", 6, 13, "x\\x1b = open(p)", 8, 7),
        ("x", 1, 1, "x", 0, 1),
        ("", 1, 1, "", 0, 1),
        ("x", 99, 120, "x", 1, 1),
    ],
)
def test_marked(line: str, column: int, end_column: int, shown: str, indent: int, width: int) -> None:
    assert marked(line, column, end_column) == (shown, indent, width)


def test_long_lines_are_cut_around_the_span() -> None:
    line = "a" * 5_000_000 + "open(p)" + "b" * 5_000_000
    found = marked(line, 5_000_001, 5_000_008)
    assert len(found.text) < 200
    assert found.text[found.indent : found.indent + found.width] == "open(p)"
    assert found.text.startswith("…")
    assert found.text.endswith("…")


def test_samples_are_what_they_seem() -> None:
    assert SOURCES["src/app.py"][3][11:32] == "sqlite3.connect(path)"
    assert len(EVIL.splitlines()) > 3
