"""A file has its time, and no more: it costs itself, in this process and in workers, while Python and while C code runs."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from leaklint import budget
from tests.security.hostile import LEAK

LIMIT = 1
_ENDLESS = {
    "loop": "while True: pass",
    "sleep": "time.sleep(600)",
    "regex": "re.match('(a|aa)+$', 'a' * 60 + 'b')",
    "loop in a finalizer": "[Slow() for _ in range(2)]; time.sleep(600)",
    "loop that catches exceptions": "catching()",
}
_TRAP = """
import re, signal, sys, time
import leaklint.budget, leaklint.tasks
leaklint.budget.TIME_LIMIT = {limit}
check = leaklint.tasks.check_file
class Slow:
    def __del__(self):
        time.sleep(600)
def catching():
    while True:
        try:
            time.sleep(600)
        except Exception:
            pass
def trapped(source, *rest):
    if source.filename == "slow.py":
        {act}
    signal.setitimer(signal.ITIMER_REAL, 600)
    return check(source, *rest)
leaklint.tasks.check_file = trapped
"""
"""The other files get more: on a busy machine the first one takes longer than this limit."""
_RUN = """
import leaklint.tasks, leaklint.workers
leaklint.tasks.PAYS = 0
begin, serve = leaklint.workers._START.split("; from", 1)
leaklint.workers._START = begin + "\\n" + {trap!r} + "from" + serve
import leaklint.cli.main
sys.exit(leaklint.cli.main.run())
"""


def checked(folder: Path, act: str, *options: str) -> list[tuple[str, str, str]]:
    """(file, code, message) of a run that has an endless file between two that leak."""
    for name in ("before", "slow", "zlast"):
        (folder / f"{name}.py").write_text(LEAK)
    trap = _TRAP.format(act=act, limit=LIMIT)
    command = [sys.executable, "-c", trap + _RUN.format(trap=trap), "check", ".", "--no-cache", "-q", "--output-format", "json"]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, timeout=100, check=False)
    assert done.returncode == 1, done.stderr.decode()
    return [(item["filename"], item["code"], item["message"]) for item in json.loads(done.stdout)]


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
@pytest.mark.parametrize("name", _ENDLESS)
def test_a_file_that_takes_too_long_costs_itself(tmp_path: Path, name: str, jobs: str) -> None:
    found = checked(tmp_path, _ENDLESS[name], jobs)
    assert [item[:2] for item in found] == [("before.py", "RLK101"), ("slow.py", "RLK900"), ("zlast.py", "RLK101")]
    assert found[1][2] == f"takes more than {LIMIT} seconds to analyse"


def test_what_is_in_time_is_left_alone() -> None:
    handler = signal.getsignal(signal.SIGALRM)
    with budget.limited(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == handler


def test_the_timer_of_others_goes_on() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(budget.OutOfTime), budget.limited(0.01):
            time.sleep(10)
        time.sleep(0.5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung


def test_threads_have_no_limit() -> None:
    """Signals belong to the main thread: a language server goes on without."""
    ended = []

    def work() -> None:
        with budget.limited(0.01):
            time.sleep(0.1)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended


def test_a_fix_that_takes_too_long_changes_nothing(tmp_path: Path) -> None:
    text = "def f(p):\n    file = open(p)\n    text = file.read()\n    file.close()\n    return text\n"
    for name in ("app", "slow"):
        (tmp_path / f"{name}.py").write_text(text)
    trap = (
        "import sys, time, leaklint.budget, leaklint.cli.fixing as fixing\nfix = fixing.fix_source\n"
        "def trapped(source, *rest):\n    if source.filename == 'slow.py':\n        leaklint.budget.TIME_LIMIT = 1\n"
        "        time.sleep(600)\n    return fix(source, *rest)\nfixing.fix_source = trapped\n"
        f"leaklint.budget.TIME_LIMIT = {LIMIT}\nfrom leaklint.cli.main import run\nsys.exit(run())\n"
    )
    command = [sys.executable, "-c", trap, "check", ".", "--no-cache", "-j1", "--fix", "--unsafe-fixes", "-q"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=100, check=False, env={**os.environ})
    assert b"slow.py: not changed: takes more than 1 seconds to fix" in done.stderr
    assert (tmp_path / "slow.py").read_text() == text
    assert (tmp_path / "app.py").read_text() != text
