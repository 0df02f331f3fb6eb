"""Same input, same bytes: whatever the hash seed, locale, time zone, number of workers, order of files and kind of run."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of many fixtures and one that refers to others."""
    target = tmp_path_factory.mktemp("determinism")
    draw = random.Random(1)
    files = sorted(path for path in FIXTURES.rglob("*.py") if "projects" not in path.parts)
    for number, path in enumerate(draw.sample(files, 12)):
        (target / f"m{number}_{path.name}").write_bytes(path.read_bytes())
    (target / "db.py").write_text("import sqlite3\n\n\ndef connect(p):\n    return sqlite3.connect(p)\n")
    (target / "uße_İı.py").write_text("from db import connect\n\n\ndef f(p):\n    c = connect(p)\n    c.execute(p)\n")
    return target


def run(folder: Path, *arguments: str, **environment: str) -> bytes:
    """The report; whatever the environment says, it is told to nobody else."""
    settings = {**os.environ, "PYTHONHASHSEED": "0", **environment}
    command = [sys.executable, "-P", "-c", START, "check", "--isolated", "--output-format", "json", "-q", *arguments]
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=False, timeout=200)
    assert done.returncode == 1, done.stderr.decode()
    return done.stdout


START = "import sys; from leaklint import tasks; tasks.PAYS = 0; from leaklint.cli.main import run; sys.exit(run())"
"""Workers are started however little there is to do."""


@pytest.fixture(scope="module")
def expected(folder: Path) -> bytes:
    """The report of one process without a cache."""
    report = run(folder, ".", "--no-cache", "-j1")
    assert b"RLK" in report
    return report


WAYS: dict[str, tuple[list[str], dict[str, str]]] = {
    "again": (["-j1", "--no-cache"], {}),
    "hash seed": (["-j1", "--no-cache"], {"PYTHONHASHSEED": "42"}),
    "random hash seed": (["-j1", "--no-cache"], {"PYTHONHASHSEED": "random"}),
    "workers": (["-j2", "--no-cache"], {"PYTHONHASHSEED": "7"}),
    "locale C": (["-j1", "--no-cache"], {"LC_ALL": "C"}),
    "locale de_DE": (["-j1", "--no-cache"], {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}),
    "locale tr_TR": (["-j1", "--no-cache"], {"LC_ALL": "tr_TR.UTF-8"}),
    "time zone": (["-j1", "--no-cache"], {"TZ": "Pacific/Kiritimati"}),
    "optimised": (["-j1", "--no-cache"], {"PYTHONOPTIMIZE": "1"}),
    "first with a cache": (["-j1"], {}),
    "with a cache": (["-j1"], {"PYTHONHASHSEED": "9"}),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_same_bytes(folder: Path, expected: bytes, name: str) -> None:
    arguments, environment = WAYS[name]
    assert run(folder, ".", *arguments, **environment) == expected


def test_the_order_of_files_does_not_matter(folder: Path, expected: bytes) -> None:
    names = sorted(path.name for path in folder.glob("*.py"))
    random.Random(3).shuffle(names)
    assert run(folder, *names, "-j1", "--no-cache") == expected
    assert run(folder, *reversed(names), "-j1", "--no-cache") == expected


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_other_pythons(folder: Path, expected: bytes, version: str) -> None:
    """Interpreters that the variable `LEAKLINT_PYTHON_3_12` and the like name, with the requirements installed."""
    python = os.environ.get(f"LEAKLINT_PYTHON_{version.replace('.', '_')}")
    if python is None:
        pytest.skip(f"no LEAKLINT_PYTHON_{version.replace('.', '_')}")
    settings = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [python, "-P", "-c", START, "check", "--isolated", "--output-format", "json", "-q", "--no-cache", "-j1", "."]
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=False, timeout=200)
    assert done.stdout == expected, done.stderr.decode()
