"""Runs a copy of the shop as a process of its own, for as long as a `with` block lasts."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Serve the package `shop` in this folder; the port. RuntimeError if it does not start.

    The database is a new SQLite file in the folder, unless DATABASE_URL says otherwise.
    """
    command = (sys.executable, "-m", "shop")
    with subprocess.Popen(command, cwd=folder, env=_environment(folder), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _port(process)
        finally:
            process.terminate()


def _environment(folder: Path) -> dict[str, str]:
    """The environment of the service."""
    database = os.environ.get("DATABASE_URL") or f"sqlite:///{folder / 'checkout.db'}"
    return os.environ | {"DATABASE_URL": database, "PYTHONDONTWRITEBYTECODE": "1"}


def _port(process: subprocess.Popen[str]) -> int:
    """The port that the service prints once it listens."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the shop did not start: exit {process.wait()}")
    return int(line)
