"""A PostgreSQL of its own on the loopback interface, from the distribution's packages."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def serving_postgres() -> Iterator[str]:
    """Run a new, empty server; its URL. Skips the test if PostgreSQL is not installed.

    The server refuses to run as root: a root process starts it as the user that the package made.
    """
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder, user = Path(name), "postgres" if os.getuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        data = str(folder / "data")
        _run(programs / "initdb", "-D", data, "-A", "trust", "-U", "shop", "--no-sync", user=user)
        port = _free_port()
        options = f"-p {port} -h 127.0.0.1 -k {folder} -F"
        control = programs / "pg_ctl"
        _run(control, "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start", user=user)
        try:
            yield f"postgresql://shop@127.0.0.1:{port}/postgres"
        finally:
            _run(control, "-D", data, "-m", "fast", "-w", "stop", user=user)


def _programs() -> Path:
    """The folder of the newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("pg_ctl")
    if not found and not on_path:
        pytest.skip("PostgreSQL is not installed")
    return found[-1].parent if found else Path(str(on_path)).parent


def _run(program: Path, *arguments: str, user: str | None) -> None:
    """Run one of them; its output is of interest only if it fails."""
    # The server inherits the streams of pg_ctl: a pipe would stay open as long as the server runs.
    with tempfile.TemporaryFile() as output:
        command = (str(program), *arguments)
        ran = subprocess.run(command, user=user, cwd="/", stdout=output, stderr=output, timeout=60, check=False)
        output.seek(0)
        assert ran.returncode == 0, output.read().decode()


def _free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
