"""A small project whose files depend on each other, and ways to run over it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaklint import tasks
from leaklint.cli.main import run

FILES = {
    "app/__init__.py": "",
    "app/db.py": "import sqlite3\n\n\ndef connect(path):\n    return sqlite3.connect(path)\n",
    "app/clean.py": "def double(number):\n    return number * 2\n",
    "app/use.py": "from app.db import connect\n\n\ndef load(path):\n    conn = connect(path)\n    return conn.execute('x')\n",
    "app/files.py": "def first(path):\n    file = open(path)\n    line = file.readline()\n    file.close()\n    return line\n",
    "app/broken.py": "def broken(path):\n    return open(path\n",
    "tool.py": "import app.db\n\n\ndef tool(path):\n    app.db.connect(path)\n",
}

Report = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, as current folder; every run that may use workers does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tasks, "PAYS", 0)
    (tmp_path / "leaklint.toml").write_text("")
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def raw(project: Path) -> Callable[..., bytes]:
    """The bytes of the JSON report of a run with these options."""

    def call(*options: str) -> bytes:
        target = project / "report.out"
        run(["check", "-q", "--output-format", "json", "-o", str(target), *options])
        return target.read_bytes()

    return call


@pytest.fixture
def report(raw: Callable[..., bytes]) -> Report:
    """The findings of a run with these options."""
    return lambda *options: json.loads(raw(*options))
