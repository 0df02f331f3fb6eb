"""Virtual environments with the real consumers, installed from the package index."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]
_PARTS = ("leaklint", "rules", "pyproject.toml", "hatch_build.py", "LICENSE", "README.md", ".gitignore", ".pre-commit-hooks.yaml")
_IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")


class Ran(NamedTuple):
    """What a program gave."""

    code: int
    out: str
    err: str


class Environment:
    """A virtual environment of its own."""

    def __init__(self, folder: Path, *packages: object) -> None:
        venv.create(folder)
        self.folder = folder
        self.bin = folder / ("Scripts" if os.name == "nt" else "bin")
        self.settings = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": "", "PYTHONSAFEPATH": "1"}
        # Our own pip installs there: to install pip first takes longer than most packages.
        pip = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *map(str, packages)], cwd=folder, check=True, timeout=300)

    def run(self, program: str, *arguments: object, cwd: Path, stdin: str | None = None, **variables: str) -> Ran:
        """Runs a program of the environment there; its output."""
        path = os.pathsep.join([str(self.bin), os.environ.get("PATH", "")])
        command = [str(self.bin / program), *map(str, arguments)]
        settings = {**self.settings, "PATH": path, **variables}
        done = subprocess.run(
            command, cwd=cwd, env=settings, input=stdin, capture_output=True, text=True, timeout=300, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr)


def git(folder: Path, *arguments: object) -> str:
    """Runs git there, with an identity of its own; its output."""
    done = subprocess.run(
        ["git", *_IDENTITY, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def copy_checkout(target: Path) -> None:
    """What an installation needs of this repository, as it is now, committed to a repository of its own."""
    target.mkdir()
    for part in _PARTS:
        origin = REPOSITORY / part
        if origin.is_dir():
            shutil.copytree(origin, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif origin.exists():
            shutil.copy(origin, target / part)
    git(target, "init", "-q")
    git(target, "add", "-A", "-f")
    git(target, "commit", "-q", "-m", "state under test")
