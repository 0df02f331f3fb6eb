"""Help in sections, and checks that repeat."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leaklint.cli.grouped import SECTIONS
from leaklint.cli.options import PARAMETERS
from leaklint.cli.watch import meant
from tests.cli.conftest import CLEAN, LEAK, Leaklint, write


def test_sections_name_options_that_there_are() -> None:
    known = {parameter.name for parameter in PARAMETERS}
    assert {name for names in SECTIONS.values() for name in names} <= known


def test_every_visible_option_is_listed_once(leaklint: Leaklint) -> None:
    out = leaklint("check", "--help").out
    listed = [line.strip().partition(" ")[0] for line in out.splitlines() if line.startswith("  -")]
    assert len(listed) == len(set(listed)) == sum(not getattr(p, "hidden", False) for p in PARAMETERS if p.name != "paths") + 1
    assert [line for line in out.splitlines() if line.endswith(":") and not line.startswith(" ")][:2] == [
        "Which rules:",
        "Which files:",
    ]


@pytest.mark.parametrize(("path", "expected"), [("a/b.py", True), ("pyproject.toml", True), ("a.pyc", False), ("x.txt", False)])
def test_what_is_watched(path: str, expected: bool) -> None:
    assert meant(path) is expected


def test_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("watchfiles")
    monkeypatch.chdir(tmp_path)
    write("a.py", LEAK)
    command = [sys.executable, "-u", "-m", "leaklint", "--watch", "--output-format", "concise", "--quiet"]
    stop = threading.Event()

    def touch() -> None:
        # A change before the watch has begun passes unseen: changes go on until one is seen.
        while not stop.wait(0.5):
            write("b.py", LEAK)

    toucher = threading.Thread(target=touch)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("a.py:5:12: RLK103")
            write("a.py", CLEAN)
            toucher.start()
            assert "b.py:5:12: RLK103" in process.stdout.readline()
        finally:
            stop.set()
            process.kill()
    toucher.join()
