"""A project that means harm: whatever of it is executed or imported says so, and every text in it tries to be a command."""

import base64
import os
import pickle
import subprocess
import sys
from pathlib import Path

MARK = "hostile-mark"
"""Stands in every module: code that carries it must never run."""
LEAK = "def f(p):\n    file = open(p)\n    return file.read()\n"
CODE = f'"""{MARK}"""\nMARKED = "{MARK}"\nopen("ran.txt", "w").close()\n'
MODULES = (
    "leaklint_plugin", "libcst", "click", "msgspec", "pathspec", "conftest", "setup", "sitecustomize", "usercustomize", "tomllib",
    "encodings/evil", "evil/__init__", "antigravity", "this", "sqlite3", "re", "json", "os", "socket",
)  # fmt: skip
PYPROJECT = """
[build-system]
build-backend = "evil"
[project]
name = "evil"
[project.entry-points."leaklint.rules"]
evil = "evil:rules.toml"
[project.entry-points."leaklint.checks"]
evil = "evil:CHECK"
[tool.leaklint]
select = ["RLK"]
"""


class _Bomb:
    """Runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo > unpickled.txt",)


def project(folder: Path) -> Path:
    """The project, which has one leak, in `app.py`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODULES:
        path = folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(CODE)
    (folder / "app.py").write_text(f"# coding: utf-8\nimport evil, libcst, sqlite3, this\nfrom evil import *\n\n\n{LEAK}")
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "evil" / "rules.toml").write_text('schema = 1\n[library]\nname = "evil"\n[broken')
    info = folder / "evil-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[leaklint.rules]\nevil = evil:rules.toml\n[leaklint.checks]\nevil = evil:CHECK\n")
    (folder / "evil.pth").write_text('import os; os.system("echo > ran.txt")\n')
    cache = folder / ".leaklint_cache"
    cache.mkdir(exist_ok=True)
    for name in ("index.msgpack", "index.pickle", "cache.pkl"):
        (cache / name).write_bytes(pickle.dumps(_Bomb()))
    (folder / "leaklint-baseline.json").write_text(base64.b64encode(pickle.dumps(_Bomb())).decode())
    return folder


def run(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs the program in a folder, as a user does."""
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = [sys.executable, "-m", "leaklint", *arguments]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, timeout=100, check=False)
