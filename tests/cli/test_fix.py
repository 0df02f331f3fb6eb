"""`--fix` and what belongs to it."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from leaklint.cli import fixing
from tests.cli.conftest import Leaklint, write

SAFE = "def f(p):\n    x = open(p)\n    y = x.read()\n    x.close()\n    return y\n"
MENDED = "def f(p):\n    with open(p) as x:\n        y = x.read()\n    return y\n"
UNSAFE = "def f(p, g):\n    print(g(), open(p).read())\n"


def test_safe_fixes_are_written(leaklint: Leaklint) -> None:
    write("a.py", SAFE.encode())
    write("b.py", UNSAFE.encode())
    ran = leaklint("--fix", "--output-format", "concise")
    assert Path("a.py").read_text() == MENDED
    assert Path("b.py").read_text() == UNSAFE
    assert "a.py" not in ran.out
    assert "b.py:2:" in ran.out
    assert ran.code == 1


def test_unsafe_fixes_on_request(leaklint: Leaklint) -> None:
    write("b.py", UNSAFE.encode())
    assert leaklint("--fix", "--unsafe-fixes").code == 0
    assert "with open(p) as file:" in Path("b.py").read_text()


def test_diff_changes_nothing(leaklint: Leaklint) -> None:
    write("a.py", SAFE.encode())
    ran = leaklint("--diff")
    assert ran.code == 1
    assert ran.out.startswith("--- a.py\n+++ a.py\n@@ -1,5 +1,4 @@\n")
    assert Path("a.py").read_text() == SAFE
    write("a.py", MENDED.encode())
    again = leaklint("--diff")
    assert (again.code, again.out) == (0, "")


def test_a_diff_of_a_file_without_line_end(leaklint: Leaklint) -> None:
    write("a.py", b"def f(p):\n    return open(p).read()")
    assert "\n\\ No newline at end of file\n" in leaklint("--diff").out


def test_fix_only_reports_nothing(leaklint: Leaklint) -> None:
    write("a.py", SAFE.encode())
    write("b.py", UNSAFE.encode())
    ran = leaklint("--fix-only", "--show-fixes")
    assert (ran.code, ran.out) == (0, "")
    assert "a.py: RLK103 enclose the uses of 'x' in 'with'" in ran.err


def test_exit_code_on_request(leaklint: Leaklint) -> None:
    write("a.py", SAFE.encode())
    assert leaklint("--fix", "--exit-non-zero-on-fix").code == 1
    assert leaklint("--fix", "--exit-non-zero-on-fix").code == 0


def test_encoding_mark_line_ends_and_mode_stay(leaklint: Leaklint) -> None:
    before = "# coding: latin-1\r\n# \xe9\r\n" + SAFE.replace("\n", "\r\n")
    write("a.py", before.encode("latin-1"))
    write("b.py", b"\xef\xbb\xbf" + SAFE.encode())
    os.chmod("a.py", 0o750)
    assert leaklint("--fix").code == 0
    expected = "# coding: latin-1\r\n# \xe9\r\n" + MENDED.replace("\n", "\r\n")
    assert Path("a.py").read_bytes() == expected.encode("latin-1")
    assert stat.S_IMODE(os.stat("a.py").st_mode) == 0o750
    assert Path("b.py").read_bytes() == b"\xef\xbb\xbf" + MENDED.encode()


def test_a_file_changed_meanwhile_is_left_alone(leaklint: Leaklint, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.py", SAFE.encode())
    fix_source = fixing.fix_source

    def slowly(*arguments: object) -> object:
        fixed = fix_source(*arguments)  # type: ignore[arg-type]
        Path("a.py").write_text("x = 1\n")
        return fixed

    monkeypatch.setattr(fixing, "fix_source", slowly)
    ran = leaklint("--fix")
    assert ran.code == 2
    assert "a.py: not changed: it was changed meanwhile" in ran.err
    assert Path("a.py").read_text() == "x = 1\n"


def test_suppressed_findings_are_not_touched(leaklint: Leaklint) -> None:
    content = SAFE.replace("open(p)", "open(p)  # leaklint: ignore")
    write("a.py", content.encode())
    assert leaklint("--fix").code == 0
    assert Path("a.py").read_text() == content


def test_only_selected_findings_are_touched(leaklint: Leaklint) -> None:
    write("a.py", SAFE.encode())
    assert leaklint("--fix", "--ignore", "RLK103").code == 0
    assert Path("a.py").read_text() == SAFE


def test_stdin_is_not_written(leaklint: Leaklint) -> None:
    ran = leaklint("--fix", "-")
    assert ran.code == 2
    assert "--fix" in ran.err


def test_json_tells_the_fix_that_would_be_applied(leaklint: Leaklint) -> None:
    write("a.py", SAFE.encode())
    write("b.py", UNSAFE.encode())
    first, second = json.loads(leaklint("--output-format", "json").out)
    assert (first["fix"]["applicability"], second["fix"]["applicability"]) == ("safe", "unsafe")
    assert second["fix"]["reason"] == "g() is evaluated after the acquisition, not before it"
    assert with_edits(SAFE, first["fix"]["edits"]) == MENDED


def test_json_tells_the_fixes_of_reported_findings_only(leaklint: Leaklint) -> None:
    write("a.py", SAFE.encode())
    assert json.loads(leaklint("--output-format", "json", "--ignore", "RLK103").out) == []
    write("a.py", (SAFE + UNSAFE).encode())
    told = json.loads(leaklint("--output-format", "json", "--ignore", "RLK103").out)
    assert [(item["code"], item["fix"]["applicability"]) for item in told] == [("RLK104", "unsafe")]


def test_a_text_to_show_is_told_on_request(leaklint: Leaklint) -> None:
    write("a.py", b"class A:\n    def __init__(self, p):\n        self.f = open(p)\n")
    ran = leaklint("--fix", "--show-fixes")
    assert "a.py:3: RLK201 suggestion, release 'self.f' in a method:\n    def close(self):\n        self.f.close()\n" in ran.err
    assert Path("a.py").read_text().count("def") == 1


def with_edits(text: str, edits: list[dict[str, Any]]) -> str:
    """The text with the edits of a JSON report, which are in its order."""
    rows = text.splitlines(keepends=True)

    def offset(place: dict[str, int]) -> int:
        return sum(map(len, rows[: place["row"] - 1])) + place["column"] - 1

    for edit in reversed(edits):
        text = text[: offset(edit["location"])] + edit["content"] + text[offset(edit["end_location"]) :]
    return text
