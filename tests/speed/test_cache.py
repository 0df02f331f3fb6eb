"""The cache: what a former run found holds as long as nothing changed that it depended on."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leaklint import tasks
from leaklint.cache import FOLDER
from leaklint.cli.main import run

Raw = Callable[..., bytes]
ACQUIRES = "import sqlite3\n\n\ndef connect(path):\n    return sqlite3.connect(path)\n"
PLAIN = "def connect(path):\n    return [path]\n"


def change(name: str, text: str | None) -> None:
    """A new content at a time long ago, so that only time and size or content can tell."""
    path = Path(name)
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def agree(raw: Raw) -> bytes:
    """What a cached run finds, which is what an uncached one finds."""
    cached = raw("-j1")
    assert cached == raw("-j1", "--no-cache")
    return cached


CHANGES = {
    "a module no longer acquires": [("app/db.py", PLAIN)],
    "a module is removed": [("app/db.py", None)],
    "a module is renamed": [("app/db.py", None), ("app/other.py", ACQUIRES)],
    "a module is added that was looked for": [("tool.py", "from extra import connect\n\n\ndef f(p):\n    connect(p)\n")],
    "a module shadows another": [("app/db/__init__.py", PLAIN), ("app/db.py", None)],
    "the file itself changes": [("app/use.py", "def load(path):\n    return path\n")],
    "the file is gone": [("tool.py", None)],
    "the settings change": [("leaklint.toml", 'ignore = ["RLK104"]\n')],
    "the package ends": [("app/__init__.py", None)],
    "a comment silences": [("tool.py", "import app.db\n\n\ndef tool(path):\n    app.db.connect(path)  # noqa: RLK104\n")],
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_changes_between_runs(raw: Raw, changes: list[tuple[str, str | None]]) -> None:
    before = agree(raw)
    for name, text in changes:
        change(name, text)
    agree(raw)
    for name, _ in changes:
        if Path(name).is_file() and name not in ("app/use.py", "tool.py", "leaklint.toml", "app/db.py"):
            Path(name).unlink()
    agree(raw)
    assert before


def test_a_module_that_was_not_there(raw: Raw) -> None:
    change("tool.py", "from extra import connect\n\n\ndef tool(path):\n    connect(path)\n")
    assert b"tool.py" not in agree(raw)
    change("extra.py", ACQUIRES)
    assert b"tool.py" in agree(raw)
    change("extra.py", None)
    assert b"tool.py" not in agree(raw)


def test_same_size_and_old_time(raw: Raw) -> None:
    """A change that keeps the size is seen by its time, and by its content where the time is too young to tell."""
    change("tool.py", "import app.db\n\n\ndef tool(path):\n    app.db.connect(path)\n")
    assert b"tool.py" in agree(raw)
    change("tool.py", "import app.db\n\n\ndef tool(path):\n    app.db.CONNECT(path)\n")
    assert b"tool.py" not in agree(raw)


def test_a_known_file_is_neither_read_nor_checked(raw: Raw, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in project.rglob("*.py"):
        os.utime(path, (1, 1))
    expected = raw("-j1")
    monkeypatch.setattr(tasks, "check_file", None)
    monkeypatch.setattr("leaklint.cache._content", None)
    assert raw("-j1") == expected


def test_a_touched_file_is_not_checked_again(raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = raw("-j1")
    os.utime("app/use.py")
    monkeypatch.setattr(tasks, "check_file", None)
    assert raw("-j1") == expected


def test_a_cached_run_imports_no_libcst(project: Path) -> None:
    script = (
        "import sys\nfrom leaklint.cli.main import run\nrun(['.', '-q', '-j1', '-o', 'out.txt'])\nprint('libcst' in sys.modules)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert (first, second) == ("True\n", "False\n")


@pytest.mark.parametrize("damage", [lambda c: b"", lambda c: c[:-7], lambda c: c[:90] + b"\0" + c[91:], lambda c: b"\x80" * 500])
def test_damage_is_ignored(raw: Raw, damage: Callable[[bytes], bytes]) -> None:
    expected = raw("-j1")
    index = Path(FOLDER, "index.msgpack")
    good = index.read_bytes()
    index.write_bytes(damage(good))
    assert raw("-j1") == expected
    assert len(index.read_bytes()) > 100


def test_git_and_backups_leave_it_alone(raw: Raw) -> None:
    raw("-j1")
    assert Path(FOLDER, ".gitignore").read_text() == "*\n"
    assert Path(FOLDER, "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_no_cache(raw: Raw) -> None:
    raw("-j1", "--no-cache")
    assert not Path(FOLDER).exists()


def test_clean(raw: Raw) -> None:
    raw("-j1")
    assert run(["clean"]) == 0
    assert not Path(FOLDER).exists()
    assert run(["clean"]) == 0


def test_a_linked_folder_is_not_written_through(raw: Raw, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    Path(FOLDER).symlink_to(tmp_path / "elsewhere")
    raw("-j1")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_parts_of_a_project_keep_each_others_answers(raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    raw("-j1", "app/use.py")
    raw("-j1", "tool.py")
    monkeypatch.setattr(tasks, "check_file", None)
    assert b"RLK" in raw("-j1", "app/use.py")
