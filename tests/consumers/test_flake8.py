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


@pytest.fixture(scope="module")
def flake8(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Environment:
    return Environment(tmp_path_factory.mktemp("flake8"), "flake8", checkout)


def violations(flake8: Environment, folder: Path, *arguments: str, stdin: str | None = None) -> list[str]:
    """`file:row:column: CODE` of each line that flake8 prints."""
    ran = flake8.run("flake8", "--select", "RLK", *arguments, cwd=folder, stdin=stdin)
    assert ran.err == ""
    return [" ".join(line.removeprefix("./").split()[:2]) for line in ran.out.splitlines()]


def findings(flake8: Environment, folder: Path, *arguments: str) -> list[str]:
    """The same from leaklint."""
    ran = flake8.run("leaklint", "--quiet", "--output-format", "concise", *arguments, cwd=folder)
    return [re.sub(r"^(\S+: RLK\d+).*", r"\1", line) for line in ran.out.splitlines()]


def test_the_plugin_is_installed(flake8: Environment, tmp_path: Path) -> None:
    assert re.search(r"resource-leaklint:\s\d", flake8.run("flake8", "--version", cwd=tmp_path).out)


def test_same_verdicts(flake8: Environment, tmp_path: Path) -> None:
    texts = {"leak": LEAK, "clean": CLEAN, "other": OTHER_FILE, "store": STORE, "silenced": SILENCED, "bom": "\ufeff" + LEAK}
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    found = violations(flake8, tmp_path, "--jobs", "1", ".")
    assert found == findings(flake8, tmp_path, ".")
    assert "leak.py:5:12: RLK103" in found
    assert "other.py:5:12: RLK101" in found
    assert [line for line in found if line.startswith("silenced")] == ["silenced.py:9:23: RLK901"]


def test_settings_decide(flake8: Environment, tmp_path: Path) -> None:
    (tmp_path / "leak.py").write_text(LEAK)
    (tmp_path / "pyproject.toml").write_text('[tool.leaklint]\nignore = ["not-released-on-exception"]\n')
    assert violations(flake8, tmp_path, "leak.py") == findings(flake8, tmp_path, "leak.py") == []


def test_stdin(flake8: Environment, tmp_path: Path) -> None:
    assert violations(flake8, tmp_path, "--stdin-display-name", "a/b.py", "-", stdin=LEAK) == ["a/b.py:5:12: RLK103"]


def test_same_verdicts_on_the_examples(flake8: Environment) -> None:
    found = violations(flake8, REPOSITORY / "examples", "--jobs", "1", ".")
    assert len(found) > 10
    assert sorted(found) == sorted(findings(flake8, REPOSITORY / "examples", "."))
