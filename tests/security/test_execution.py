"""Nothing of what is analysed runs: no import, no plugin, no unpickling, no command, no network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.hostile import LEAK, MARK, project, run

GUARD = Path(__file__).with_name("guard.py")


def guarded(folder: Path, *arguments: str, workers: bool = False) -> "subprocess.CompletedProcess[bytes]":
    """A run under the audit hook; what is written must lie in the folder or in the cache of this test."""
    cache = folder.parent / "cache"
    settings = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder.parent / "tmp")}
    (folder.parent / "tmp").mkdir(exist_ok=True)
    script = str(GUARD)
    if workers:  # worker processes inherit no descriptor but the three: what they tell goes to a file
        script = str(_with_descriptors(folder.parent))
    command = [sys.executable, script, MARK, os.pathsep.join(map(str, (folder, cache, folder.parent / "tmp"))), *arguments]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, timeout=100, check=False)


def _with_descriptors(folder: Path) -> Path:
    """The guard, in which workers inherit every descriptor that may be inherited."""
    path = folder / "guard_with_workers.py"
    text = GUARD.read_text("utf-8").replace(
        "    sys.exit(run(arguments))",
        "    import functools, subprocess\n    subprocess.Popen = functools.partial(subprocess.Popen, close_fds=False)\n"
        "    from leaklint import tasks\n    tasks.PAYS = 0\n    sys.exit(run(arguments))",
    )
    path.write_text(text.replace("here = os.path.abspath(__file__)", f"here = {str(GUARD)!r}"), "utf-8")
    return path


RUNS = {
    "check": ["check", ".", "-j1"],
    "every file by name": ["check", "app.py", "libcst.py", "evil/__init__.py", "-j1", "--no-cache"],
    "full": ["check", ".", "-j1", "--output-format", "full"],
    "audit": ["audit", "."],
    "explain": ["explain", "app.py:7"],
    "diff": ["check", ".", "--diff", "--unsafe-fixes"],
    "fix": ["check", ".", "--fix", "--unsafe-fixes"],
    "settings": ["check", ".", "--show-settings"],
    "add ignores": ["check", ".", "--add-ignores"],
    "write baseline": ["check", ".", "--write-baseline", "--baseline", "new.json"],
    "git": ["check", ".", "--diff-base", "HEAD", "-j1"],
}


@pytest.mark.parametrize("name", RUNS)
def test_no_code_of_the_target_runs(tmp_path: Path, name: str) -> None:
    """Refused would be: executing a module of the target, unpickling, sockets, commands but git, writing elsewhere."""
    folder = project(tmp_path / "target")
    if name == "git":
        for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
            subprocess.run(["git", *command], cwd=folder, check=True)
    ran = guarded(folder, *RUNS[name])
    assert b"REFUSED" not in ran.stderr, ran.stderr.decode()
    assert ran.returncode in (0, 1), ran.stderr.decode()
    assert not (folder / "ran.txt").exists()
    assert not (folder / "unpickled.txt").exists()


def test_no_code_of_the_target_runs_in_workers(tmp_path: Path) -> None:
    folder = project(tmp_path / "target")
    ran = guarded(folder, "check", ".", "-j2", workers=True)
    assert b"REFUSED" not in ran.stderr, ran.stderr.decode()
    assert b"app.py:7:12: RLK101" in ran.stdout
    assert not (folder / "ran.txt").exists()


@pytest.mark.parametrize(
    "act",
    [
        f"exec('x = \"{MARK}\"')", "import socket; socket.socket()", "import pickle; pickle.loads(b'cos\\nsystem\\n.')",
        "open('/tmp/elsewhere', 'w')", "import subprocess; subprocess.run(['true'])", "import os; os.system('true')",
    ],
)  # fmt: skip
def test_the_guard_guards(tmp_path: Path, act: str) -> None:
    """The hook itself: each of these is refused."""
    script = f"import runpy; g = runpy.run_path({str(GUARD)!r}); g['install']({MARK!r}, ({str(tmp_path)!r},), 2); {act}"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert ran.returncode == 77
    assert b"REFUSED" in ran.stderr


def test_python_m_leaklint_imports_nothing_from_the_working_folder(tmp_path: Path) -> None:
    folder = project(tmp_path / "target")
    for name in ("re", "json", "os", "socket", "tomllib"):  # what Python itself loads before us can't be helped with -m
        (folder / f"{name}.py").unlink()
    ran = run(folder, "check", ".", "--no-cache")
    assert ran.returncode == 1, ran.stderr.decode()
    assert b"app.py:7:12: RLK101" in ran.stdout
    assert not (folder / "ran.txt").exists()


def test_entry_points_of_the_target_are_not_looked_for(tmp_path: Path) -> None:
    """Its broken rule file would be an error."""
    folder = project(tmp_path / "target")
    ran = guarded(folder, "check", "app.py", "-j1")
    assert ran.returncode == 1
    assert b"rules.toml" not in ran.stderr


def test_a_folder_of_the_target_that_is_a_bare_repository_commands_nothing(tmp_path: Path) -> None:
    """Its settings name programs, and git would find it from within."""
    folder = tmp_path / "target" / "inner"
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    (folder / "app.py").write_text(LEAK)
    with open(folder / "config", "a") as settings:
        settings.write(
            '[core]\n\tworktree = .\n\tbare = false\n\tfsmonitor = "echo > ran.txt; false"\n\tpager = "echo > ran.txt"\n'
        )
        settings.write('[diff]\n\texternal = "echo > ran.txt"\n[filter "x"]\n\tclean = "echo > ran.txt"\n')
    (folder / ".gitattributes").write_text("* filter=x diff=x\n")
    ran = run(folder, "check", ".", "--diff-base", "HEAD")
    assert ran.returncode == 2
    assert not list(tmp_path.rglob("ran.txt"))


@pytest.mark.parametrize(
    "revision", ["--output=ran.txt", "-O", "--upload-pack=touch ran.txt", "HEAD --output=ran.txt", "a\nb", "", ":/x"]
)
def test_a_revision_is_no_option(tmp_path: Path, revision: str) -> None:
    folder = project(tmp_path / "target")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    ran = run(folder, "check", ".", f"--diff-base={revision}")
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
    assert not (folder / "ran.txt").exists()
