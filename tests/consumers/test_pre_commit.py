"""pre-commit installs this repository as a hook, and a leak can't be committed."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import CLEAN, LEAK
from tests.consumers.environment import Environment, git

pytestmark = pytest.mark.consumers

CONFIG = """\
repos:
  - repo: {checkout}
    rev: {revision}
    hooks:
      - id: leaklint
"""


@pytest.fixture(scope="module")
def project(programs: Environment, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh repository in which the hook is installed."""
    folder = tmp_path_factory.mktemp("project")
    git(folder, "init", "-q")
    revision = git(checkout, "rev-parse", "HEAD").strip()
    (folder / ".pre-commit-config.yaml").write_text(CONFIG.format(checkout=checkout, revision=revision))
    (folder / "pyproject.toml").write_text('[tool.leaklint]\nextend-exclude = ["vendor"]\n')
    (folder / "vendor").mkdir()
    home = str(folder.parent / f"{folder.name}-home")
    programs.settings["PRE_COMMIT_HOME"] = home
    installed = programs.run("pre-commit", "install", "--install-hooks", cwd=folder)
    assert installed.code == 0, installed.out + installed.err
    return folder


def commit(project: Path, programs: Environment, **files: str) -> subprocess.CompletedProcess[str]:
    """Commits these files (`__` stands for a slash), the hook included."""
    for name, text in files.items():
        (project / f"{name.replace('__', '/')}.py").write_text(text)
    git(project, "add", "-A")
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-m", "change"]
    return subprocess.run(command, cwd=project, env=programs.settings, capture_output=True, text=True, timeout=120, check=False)


def test_a_leak_is_not_committed(project: Path, programs: Environment) -> None:
    done = commit(project, programs, orders=LEAK)
    assert done.returncode == 1
    assert "orders.py:5:12: RLK103 not-released-on-exception" in done.stdout + done.stderr


def test_what_is_clean_or_excluded_is_committed(project: Path, programs: Environment) -> None:
    done = commit(project, programs, orders=CLEAN, vendor__orders=LEAK)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "vendor/orders.py" in git(project, "ls-files")


def test_a_leak_is_mended(project: Path, programs: Environment) -> None:
    config = project / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("id: leaklint\n", "id: leaklint-fix\n"))
    done = commit(project, programs, mended=LEAK)
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout + done.stderr
    assert "with closing(sqlite3.connect(path)) as conn:" in (project / "mended.py").read_text()
    again = commit(project, programs, mended=(project / "mended.py").read_text())
    assert again.returncode == 0, again.stdout + again.stderr
