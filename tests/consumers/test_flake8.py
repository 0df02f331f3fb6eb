"""flake8 with our plugin says what `leaklint check` says."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import CLEAN, LEAK
from tests.consumers.environment import REPOSITORY, Environment

pytestmark = pytest.mark.consumers

OTHER_FILE = """\
from store import connect


def total(path):
    conn = connect(path)
    return conn.execute("select sum(price) from orders").fetchone()
"""

STORE = """\
import sqlite3


def connect(path):
    return sqlite3.connect(path)
"""

SILENCED = """\
def first(path):
    a = open(path)  # noqa: RLK101
    b = open(path)  # leaklint: ignore[never-released] the caller exits
    c = open(path)  # noqa
    return a.read() + b.read() + c.read()


def unused(path):
    return len(path)  # noqa: RLK103
"""


def violations(plain: Environment, folder: Path, *arguments: str, stdin: str | None = None) -> list[str]:
    """`file:row:column: CODE` of each line that flake8 prints."""
    ran = plain.run("flake8", "--select", "RLK", *arguments, cwd=folder, stdin=stdin)
    assert ran.err == ""
    return [" ".join(line.removeprefix("./").split()[:2]) for line in ran.out.splitlines()]


def findings(plain: Environment, folder: Path, *arguments: str) -> list[str]:
    """The same from leaklint."""
    ran = plain.run("leaklint", "--quiet", "--output-format", "concise", *arguments, cwd=folder)
    return [re.sub(r"^(\S+: RLK\d+).*", r"\1", line) for line in ran.out.splitlines()]


def test_the_plugin_is_installed(plain: Environment, tmp_path: Path) -> None:
    assert re.search(r"resource-leaklint:\s\d", plain.run("flake8", "--version", cwd=tmp_path).out)


def test_same_verdicts(plain: Environment, tmp_path: Path) -> None:
    texts = {"leak": LEAK, "clean": CLEAN, "other": OTHER_FILE, "store": STORE, "silenced": SILENCED, "bom": "\ufeff" + LEAK}
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    found = violations(plain, tmp_path, "--jobs", "1", ".")
    assert found == findings(plain, tmp_path, ".")
    assert "leak.py:5:12: RLK103" in found
    assert "other.py:5:12: RLK101" in found
    assert [line for line in found if line.startswith("silenced")] == ["silenced.py:9:23: RLK901"]


def test_settings_decide(plain: Environment, tmp_path: Path) -> None:
    (tmp_path / "leak.py").write_text(LEAK)
    (tmp_path / "pyproject.toml").write_text('[tool.leaklint]\nignore = ["not-released-on-exception"]\n')
    assert violations(plain, tmp_path, "leak.py") == findings(plain, tmp_path, "leak.py") == []


def test_stdin(plain: Environment, tmp_path: Path) -> None:
    assert violations(plain, tmp_path, "--stdin-display-name", "a/b.py", "-", stdin=LEAK) == ["a/b.py:5:12: RLK103"]


def test_same_verdicts_on_the_examples(plain: Environment) -> None:
    found = violations(plain, REPOSITORY / "examples", "--jobs", "1", ".")
    assert len(found) > 10
    assert sorted(found) == sorted(findings(plain, REPOSITORY / "examples", "."))
