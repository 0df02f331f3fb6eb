"""Bad input, through the whole program in a process of its own: a crash of the native parser must not go unseen.

Each kind of bad file lies beside one that leaks: the bad one yields RLK900 or nothing, the leak is still found, and nothing
that looks like a traceback is written.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

LEAK = "def f(p):\n    file = open(p)\n    return file.read()\n"


class Ran(NamedTuple):
    """A run over a folder. found: (file name, code, row) of each finding, in output order."""

    code: int
    found: list[tuple[str, str, int]]
    messages: list[str]
    err: str


def run(folder: Path, *paths: str) -> Ran:
    """Runs the program in that folder, on `paths` or on all of it."""
    command = [sys.executable, "-m", "leaklint", "--isolated", "--no-cache", "--output-format", "json", *(paths or (".",))]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "internal error" not in done.stdout + done.stderr
    items = json.loads(done.stdout)
    found = [(item["filename"], item["code"], item["location"]["row"]) for item in items]
    return Ran(done.returncode, found, [item["message"] for item in items], done.stderr)


UNREADABLE = {
    "syntax": (f"{LEAK}def (:\n".encode(), 4),
    "python_2": (b"print 'x', open('y').read()\n", 1),
    "nul": (LEAK.encode() + b"\0", 4),
    "not_utf8": (LEAK.encode() + b"# \xff\n", 4),
    "unknown_cookie": (b"# coding: no-such-thing\n" + LEAK.encode(), 1),
    "cookie_and_bom": (b"\xef\xbb\xbf# coding: latin-1\n" + LEAK.encode(), 1),
    "utf16": (LEAK.encode("utf-16"), 1),
    "binary_codec": (b"# coding: zlib\n" + LEAK.encode(), 1),
}


def test_what_cannot_be_analysed_costs_itself_only(tmp_path: Path) -> None:
    for name, (data, _) in UNREADABLE.items():
        (tmp_path / f"{name}.py").write_bytes(data)
    (tmp_path / "good.py").write_text(LEAK)
    ran = run(tmp_path)
    assert ran.code == 1
    assert sorted(ran.found) == sorted(
        [("good.py", "RLK101", 2), *((f"{n}.py", "RLK900", row) for n, (_, row) in UNREADABLE.items())]
    )


READABLE = {
    "bom": (b"\xef\xbb\xbf" + LEAK.encode(), 2),
    "latin1": (b"# coding: latin-1\n# \xff\n" + LEAK.encode(), 4),
    "cookie_on_line_2": (b"#!/usr/bin/python\n# -*- coding: cp1252 -*-\n# \x80\n" + LEAK.encode(), 5),
    "crlf": (LEAK.replace("\n", "\r\n").encode(), 2),
    "cr": (LEAK.replace("\n", "\r").encode(), 2),
    "mixed": (LEAK.replace("\n", "\r\n", 1).encode(), 2),
    "form_feed": (b"\f\n" + LEAK.encode(), 3),
    "form_feed_before_def": (b"x = 1\n\f" + LEAK.encode(), 3),
    "form_feed_inside": (LEAK.replace("    file", "\f    file").encode(), 2),
    "no_last_newline": (LEAK.rstrip("\n").encode(), 2),
    "line_separator": ("# \u2028\x85\x0b\n".encode() + LEAK.encode(), 3),
    "tabs": (LEAK.replace("    ", "\t").encode(), 2),
    "continued": (LEAK.replace("= open", "= \\\n  open").encode(), 3),
}


def test_what_looks_odd_is_analysed_on_the_right_rows(tmp_path: Path) -> None:
    for name, (data, _) in READABLE.items():
        compile(data, name, "exec", dont_inherit=True)
        (tmp_path / f"{name}.py").write_bytes(data)
    ran = run(tmp_path)
    assert sorted(ran.found) == sorted((f"{name}.py", "RLK101", row) for name, (_, row) in READABLE.items())


def test_nothing_to_say(tmp_path: Path) -> None:
    for name, data in {"empty": b"", "blank": b"\n\n\r\n", "comment": b"# x", "bom": b"\xef\xbb\xbf", "page": b"\f"}.items():
        (tmp_path / f"{name}.py").write_bytes(data)
    ran = run(tmp_path)
    assert (ran.code, ran.found) == (0, [])


def test_what_is_no_file(tmp_path: Path) -> None:
    """A folder called like a module, links in circles and into nothing, a pipe."""
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "folder.py" / "inside.py").write_text(LEAK)
    (tmp_path / "circle").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.py").symlink_to("self.py")
    (tmp_path / "nowhere.py").symlink_to("missing.py")
    os.mkfifo(tmp_path / "pipe.py")
    ran = run(tmp_path)
    leaks = [item for item in ran.found if item[1] != "RLK900"]
    assert leaks == [("folder.py/inside.py", "RLK101", 2)]
    assert {name for name, code, _ in ran.found if code == "RLK900"} <= {"self.py", "nowhere.py", "pipe.py"}


def test_named_links_that_lead_nowhere_are_findings(tmp_path: Path) -> None:
    (tmp_path / "self.py").symlink_to("self.py")
    (tmp_path / "nowhere.py").symlink_to("missing.py")
    (tmp_path / "good.py").write_text(LEAK)
    ran = run(tmp_path, "self.py", "nowhere.py", "good.py")
    assert sorted(ran.found) == [("good.py", "RLK101", 2), ("nowhere.py", "RLK900", 1), ("self.py", "RLK900", 1)]


def test_a_path_named_twice_is_checked_once(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(LEAK)
    (tmp_path / "link.py").symlink_to("good.py")
    ran = run(tmp_path, "good.py", "./good.py", ".", str(tmp_path / "good.py"), "link.py")
    assert len(ran.found) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_without_permission_are_findings(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text(LEAK)
    (tmp_path / "secret.py").chmod(0)
    (tmp_path / "good.py").write_text(LEAK)
    assert run(tmp_path).found == [("good.py", "RLK101", 2), ("secret.py", "RLK900", 1)]


def leaking(expression: str) -> str:
    """A function that acquires on a line, and has that expression on the next."""
    return f"def f(p):\n    file = open(p)\n    x = {expression}\n    return file.read()\n"


DEEP = {
    "brackets": leaking("(" * 3_000 + ")" * 3_000),
    "lists": leaking("[" * 50_000 + "]" * 50_000),
    "not": leaking("not " * 10_000 + "p"),
    "minus": leaking("-" * 20_000 + "1"),
    "calls": leaking("p" + ".a()" * 4_000),
    "subscripts": leaking("p" + "[0]" * 4_000),
    "sum": leaking("+".join(["1"] * 20_000)),
    "lambdas": leaking("lambda: " * 5_000 + "1"),
    "ternaries": leaking("1 if p else " * 5_000 + "2"),
    "elif": "def f(p):\n    file = open(p)\n    if p == 0:\n        pass\n"
    + "".join(f"    elif p == {n}:\n        pass\n" for n in range(20_000)) + "    return file.read()\n",
    "blocks": "def f(p):\n    file = open(p)\n"
    + "".join(" " * (4 + n) + "if p:\n" for n in range(150)) + " " * 160 + "file.read()\n",
    "format_strings": leaking("f'{" * 300 + "p" + "}'" * 300),
}  # fmt: skip


def test_deep_code_is_refused_in_time_and_the_neighbour_is_analysed(tmp_path: Path) -> None:
    for name, text in DEEP.items():
        (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / "good.py").write_text(LEAK)
    ran = run(tmp_path)
    assert ("good.py", "RLK101", 2) in ran.found
    refused = {name.removesuffix(".py") for name, code, _ in ran.found if code == "RLK900"}
    assert refused == set(DEEP)
    assert all("\n" not in message and len(message) < 300 for message in ran.messages)


WIDE = {
    "strings": leaking("'" + "x" * 5_000_000 + "'"),
    "comment": f"# {'x' * 5_000_000}\n{LEAK}",
    "list": leaking("[" + "1, " * 10_000 + "]"),
    "statements": "x = 1; " * 5_000 + "\n" + LEAK,
}


@pytest.mark.parametrize("name", WIDE)
def test_long_lines_are_read(tmp_path: Path, name: str) -> None:
    """A line of 5 MB costs time, not the run; the leak is found or the file is refused."""
    (tmp_path / "wide.py").write_text(WIDE[name])
    (tmp_path / "good.py").write_text(LEAK)
    ran = run(tmp_path)
    assert ("good.py", "RLK101", 2) in ran.found
    [wide] = [code for file, code, _ in ran.found if file == "wide.py"]
    assert wide in ("RLK101", "RLK900")


def with_branches(count: int) -> str:
    """A function that holds a file over that many branches, each with a call that may raise."""
    branches = "".join(f"    if p == {n}:\n        g({n})\n" for n in range(count))
    return f"def f(p):\n    file = open(p)\n{branches}    file.close()\n"


def test_many_branches_are_judged(tmp_path: Path) -> None:
    (tmp_path / "many.py").write_text(with_branches(800))
    assert run(tmp_path).found == [("many.py", "RLK103", 2)]


def test_two_thousand_branches_are_judged(tmp_path: Path) -> None:
    (tmp_path / "many.py").write_text(with_branches(2_000))
    assert run(tmp_path).found == [("many.py", "RLK103", 2)]
