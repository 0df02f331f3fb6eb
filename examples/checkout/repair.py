"""What leaklint says of the shop, and its repair."""

import difflib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent


def findings(folder: Path) -> list[dict[str, Any]]:
    """The findings in a folder, as leaklint's JSON has them."""
    found: list[dict[str, Any]] = json.loads(leaklint("check", "--output-format", "json", str(folder)))
    return found


def shown(folder: Path) -> str:
    """The findings in words, paths relative to the folder."""
    return leaklint("check", "--color", "never", ".", cwd=folder)


def repaired(folder: Path) -> str:
    """Let leaklint repair what it finds in a folder; the difference as a patch. RuntimeError if a finding is left."""
    before = _texts(folder)
    leaklint("check", "--fix-only", "--quiet", str(folder))
    if findings(folder):
        raise RuntimeError("leaklint could not repair the shop")
    return difference(before, _texts(folder))


def difference(before: dict[str, str], after: dict[str, str]) -> str:
    """The unified difference of two states of a folder."""
    lines: list[str] = []
    for name in sorted(before):
        old, new = before[name].splitlines(keepends=True), after[name].splitlines(keepends=True)
        lines += difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(lines)


def leaklint(*arguments: str, cwd: Path = HERE) -> str:
    """Run this checkout's leaklint; what it writes to stdout. RuntimeError if it could not run."""
    path = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH"))))
    command = (sys.executable, "-m", "leaklint", *arguments, "--isolated")
    ran = subprocess.run(command, cwd=cwd, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False)
    if ran.returncode > 1:
        raise RuntimeError(f"leaklint: {ran.stderr.strip()}")
    return ran.stdout


def copied(name: str, where: Path) -> Path:
    """A copy of the shop in a new folder of that name."""
    folder = where / name
    shutil.copytree(HERE / "shop", folder / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _texts(folder: Path) -> dict[str, str]:
    """Every Python file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.py"))}
