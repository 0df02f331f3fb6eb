"""What reaches a user, and what a run reaches: pinned actions, few requirements, no network."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.security.hostile import project

ROOT = Path(__file__).parents[2]
ALONE = ["unshare", "--map-root-user", "--net"]
"""A network name space of its own: not even the loopback interface is up."""
_USES = re.compile(r"^\s*(?:- )?uses:\s*(\S+)", re.MULTILINE)


def may_be_alone() -> bool:
    return bool(shutil.which("unshare")) and subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not may_be_alone(), reason="no name spaces without privileges here")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", ".", "-j1", "--no-cache"), ("check", ".", "-j2", "--no-cache"), ("check", ".", "--diff", "--unsafe-fixes"),
        ("library", "sqlite3"), ("explain", "app.py:7"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_without_a_network_everything_is_the_same(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = project(tmp_path / "target")
    own = "import sys; from leaklint import tasks; tasks.PAYS = 0; from leaklint.cli.main import run; sys.exit(run())"
    command = [sys.executable, "-P", "-c", own, *arguments]
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    runs = [
        subprocess.run([*before, *command], cwd=folder, env=settings, capture_output=True, timeout=100, check=False)
        for before in ([], ALONE)
    ]
    assert runs[0].stdout
    assert (runs[0].returncode, runs[0].stdout, runs[0].stderr) == (runs[1].returncode, runs[1].stdout, runs[1].stderr)


@pytest.mark.skipif(not may_be_alone(), reason="no name spaces without privileges here")
def test_there_is_no_network_in_there() -> None:
    """The check of the check."""
    connect = "import socket; s = socket.socket(); s.settimeout(3); s.connect(('127.0.0.1', 9))"
    done = subprocess.run([*ALONE, sys.executable, "-c", connect], capture_output=True, check=False)
    assert b"Network is unreachable" in done.stderr


def test_actions_are_pinned() -> None:
    """By the hash of a commit: a tag can be moved. `OWNER/leaklint` in the documentation stands for this repository."""
    files = [ROOT / "action.yml", *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.yml")]
    used = [action for path in files for action in _USES.findall(path.read_text("utf-8"))]
    assert len(used) > 1
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []


def test_few_things_are_required() -> None:
    """Each is a door: CONTRIBUTING.md gives the reason for it."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.match(r"[\w-]+", entry)[0] for entry in declared}  # type: ignore[index]
    assert names == {"click", "libcst", "msgspec", "pathspec"}
