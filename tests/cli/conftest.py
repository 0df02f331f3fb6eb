"""Runs the command line in this process, in an empty folder."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from leaklint.cli.main import run

LEAK = """\
import sqlite3


def load(path):
    conn = sqlite3.connect(path)
    conn.execute("select 1")
    conn.close()
"""

CLEAN = """\
def load(path):
    with open(path) as file:
        return file.read()
"""


class Ran(NamedTuple):
    """What a run gave."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Leaklint = Callable[..., Ran]


@pytest.fixture
def leaklint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Leaklint:
    """Calls the program with arguments, and with bytes on stdin."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        code = run(arguments)
        out, err = capfdbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return call


def write(name: str, text: str | bytes) -> Path:
    """A file in the present folder."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path
