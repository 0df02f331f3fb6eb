"""Clocks that jump, two runs at once, files that change underneath."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from leaklint.cli.main import run

LEAK = "def first(path):\n    file = open(path)\n    line = file.readline()\n    file.close()\n    return line\n"
CLEAN = "def first(path):\n    with open(path) as file:\n        return file.readline()  # as long as it!!!!!\n"
YEAR = 365 * 24 * 3600


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "leaklint.toml").touch()
    for name in ("one", "two"):
        (folder / f"{name}.py").write_text(LEAK)
    monkeypatch.chdir(folder)
    return folder


def report(folder: Path, *options: str) -> list[str]:
    """The files with findings."""
    target = folder / "report.out"
    run(["check", ".", "-q", "-j1", "--output-format", "json", "-o", str(target), *options])
    return [item["filename"] for item in json.loads(target.read_bytes())]


@pytest.mark.parametrize("when", [0, 1, -YEAR, 3600, YEAR, 100 * YEAR])
def test_times_that_can_not_be(project: Path, when: int) -> None:
    """Files from the epoch, the past and the future; a change that keeps the time and differs in size is seen."""
    at = when if when in (0, 1) else time.time() + when
    for name in ("one.py", "two.py"):
        os.utime(name, (at, at))
    assert report(project) == report(project) == ["one.py", "two.py"]
    (project / "one.py").write_text("pass\n")
    os.utime("one.py", (at, at))
    assert report(project) == ["two.py"]


@pytest.mark.parametrize("jump", [-YEAR, -60, 60, YEAR])
def test_a_clock_that_jumps_between_runs(project: Path, monkeypatch: pytest.MonkeyPatch, jump: int) -> None:
    """Whatever the clock said when the cache was written: a change of the content is seen, if the time of the file tells or its
    size does."""
    clock = time.time_ns
    with monkeypatch.context() as jumped:
        jumped.setattr(time, "time_ns", lambda: clock() + jump * 1_000_000_000)
        assert report(project) == ["one.py", "two.py"]
    (project / "one.py").write_text("pass\n" * (len(LEAK) // 5 + 1))
    assert report(project) == ["two.py"]
    (project / "one.py").write_text(LEAK)
    assert report(project) == ["one.py", "two.py"]


def test_a_change_within_the_same_tick_is_seen(project: Path) -> None:
    """Same size, same time: a file that was changed shortly before a run is read again by the next."""
    assert len(CLEAN) == len(LEAK)
    stamp = os.stat("one.py")
    assert report(project) == ["one.py", "two.py"]
    (project / "one.py").write_text(CLEAN)
    os.utime("one.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert report(project) == ["two.py"]


def at_once(command: list[str]) -> list[tuple[bytes, bytes, int]]:
    """(output, errors, exit code) of three runs."""
    with contextlib.ExitStack() as stack:
        asked = [stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)) for _ in range(3)]
        return [(*each.communicate(timeout=100), each.returncode) for each in asked]


def test_two_runs_at_once(project: Path) -> None:
    """Both see all, and the cache that one of them leaves holds."""
    for number in range(20):
        (project / f"more{number}.py").write_text(f"{LEAK}# {number}\n")
    command = [sys.executable, "-m", "leaklint", "check", ".", "-q", "--output-format", "json"]
    for _ in range(2):
        told = at_once(command)
        assert {errors for _, errors, _ in told} == {b""}
        assert len({output for output, _, _ in told}) == 1
        assert len(json.loads(told[0][0])) == 22
        (project / "more3.py").write_text(f"{LEAK}# changed\n")
    assert len(report(project)) == 22
    assert not list((project / ".leaklint_cache").glob(".index-*"))


def test_two_fixes_at_once(project: Path) -> None:
    """Each file is fixed once; the run that comes too late says so and leaves it alone."""
    command = [sys.executable, "-m", "leaklint", "check", ".", "-q", "--fix", "--unsafe-fixes", "--no-cache"]
    for _, errors, code in at_once(command):
        assert code in (0, 1, 2)
        assert b"Traceback" not in errors
    texts = {(project / name).read_text() for name in ("one.py", "two.py")}
    assert len(texts) == 1
    assert texts.pop().count("with open(path) as file:") == 1
    assert report(project) == []


def test_a_file_that_changes_between_the_check_and_the_fix_is_left_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from leaklint.cli import fixing

    fix = fixing.fix_source
    mine = LEAK + "# somebody types\n"

    def typed(source, *rest):  # type: ignore[no-untyped-def]
        if source.filename == "one.py":
            (project / "one.py").write_text(mine)
        return fix(source, *rest)

    monkeypatch.setattr(fixing, "fix_source", typed)
    assert run(["check", ".", "-j1", "--fix", "--unsafe-fixes", "--no-cache"]) == 2
    assert "one.py: not changed: it was changed meanwhile" in capsys.readouterr().err
    assert (project / "one.py").read_text() == mine
    assert "with open(path) as file:" in (project / "two.py").read_text()


def test_files_that_change_and_vanish_underneath(project: Path) -> None:
    """No run fails, and the first one after it is quiet again says what is there: nothing wrong was kept."""
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            (project / "one.py").write_text((LEAK, CLEAN, "def (\n", "")[number % 4])
            (project / "gone.py").write_text(LEAK)
            (project / "gone.py").unlink(missing_ok=True)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(8):
            assert set(report(project)) <= {"one.py", "two.py", "gone.py"}
    finally:
        stop.set()
        thread.join()
    (project / "one.py").write_text(CLEAN)
    assert report(project) == ["two.py"]
    assert report(project, "--no-cache") == ["two.py"]
