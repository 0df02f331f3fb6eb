"""kill -9: a few moments of the campaign in `kill.py`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(sys, "addaudithook") or sys.platform == "win32", reason="forks")
def test_files_are_old_or_new_and_the_next_run_is_right() -> None:
    """In an interpreter of its own: this one may have threads, and is not to be forked."""
    command = [sys.executable, "-W", "error", "-m", "tests.robustness.kill", "--count", "40"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    counts = {name: int(number) for number, _, name in (line.strip().partition(" ") for line in done.stdout.splitlines())}
    assert counts["fix: killed"] > 10
    assert counts["cache: killed"] > 10
    assert counts["fix: some files new"] > 0


def test_the_campaign_sees_what_is_lost() -> None:
    """The check of the check: a file that is neither old nor new ends the campaign."""
    break_it = """
import os, pathlib, tempfile
import leaklint.rewrite as rewrite
import tests.robustness.kill as kill
def straight(target, content, mode):
    with open(target, "wb") as file:
        file.write(content[:9])
        file.flush()
        os.chmod(target, mode)
        file.write(content[9:])
rewrite._replace = straight
with tempfile.TemporaryDirectory() as folder:
    kill.campaign(pathlib.Path(folder).resolve(), 60, 1)
"""
    done = subprocess.run([sys.executable, "-c", break_it], cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 1
    assert "is neither old nor new" in done.stderr
