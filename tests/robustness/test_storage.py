"""Full disks, folders that can't be written, caches that can't be read: findings are the same, files are whole."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

LEAK = "def first(path):\n    file = open(path)\n    line = file.readline()\n    file.close()\n    return line\n"
FIXED = ("--fix", "--unsafe-fixes", "-q")
MOUNT = ["unshare", "--map-root-user", "--mount", "sh", "-e", "-c"]


def may_mount() -> bool:
    """Whether this user may mount something in a name space of its own."""
    asked = [*MOUNT, "mount -t tmpfs none /mnt"]
    return bool(shutil.which("unshare")) and subprocess.run(asked, capture_output=True, check=False).returncode == 0


mounts = pytest.mark.skipif(not may_mount(), reason="no mounts without privileges here")
Ran = subprocess.CompletedProcess[bytes]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.py").write_text(LEAK + f"# {name * 3000}\n")
    return folder


def leaklint(folder: Path, *arguments: str, before: Callable[[], None] | None = None, **environment: str) -> Ran:
    command = [sys.executable, "-m", "leaklint", "check", ".", *arguments]
    settings = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "home"), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, timeout=100, check=False, preexec_fn=before)


def in_mount(folder: Path, mount: str, *arguments: str) -> Ran:
    """Runs it where that command has mounted something."""
    command = f"{mount}\n{sys.executable} -m leaklint check . {' '.join(arguments)}"
    settings = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([*MOUNT, command], cwd=folder, env=settings, capture_output=True, timeout=100, check=False)


def codes(ran: Ran) -> list[tuple[str, str]]:
    assert b"Traceback" not in ran.stderr
    assert b"internal error" not in ran.stderr
    return [(item["filename"], item["code"]) for item in json.loads(ran.stdout)]


def limited_files() -> None:
    """No file may grow beyond 4 kB: a write fails in the middle, as on a full disk."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


BOTH = [("one.py", "RLK103"), ("two.py", "RLK103")]


@pytest.fixture(autouse=True)
def warm(project: Path) -> None:
    """The catalog of an editable checkout is compiled once per user."""
    assert codes(leaklint(project, "--no-cache", "--output-format", "json")) == BOTH


def untouched(project: Path) -> Iterator[bool]:
    for name in ("one", "two"):
        yield (project / f"{name}.py").read_text() == LEAK + f"# {name * 3000}\n"
    yield not list(project.glob(".leaklint-*"))


def test_a_fix_that_does_not_fit_changes_nothing(project: Path) -> None:
    ran = leaklint(project, *FIXED, before=limited_files)
    assert ran.returncode == 2
    assert ran.stderr.count(b"not changed: File too large") == 2
    assert all(untouched(project))


def test_a_cache_that_does_not_fit_is_none(project: Path) -> None:
    for _ in range(2):
        assert codes(leaklint(project, "--output-format", "json", before=limited_files)) == BOTH
    assert not list((project / ".leaklint_cache").glob(".index-*"))


FULL = """
cp -r . ../copy
mount -t tmpfs -o size=64k none "$PWD"
cd "$PWD"
cp ../copy/*.py .
dd if=/dev/zero of=fill bs=1k 2> ../filled || true
export XDG_CACHE_HOME="$PWD/home"
"""
"""A disk without room for the project, its cache and that of the user."""


@mounts
def test_a_full_disk(project: Path) -> None:
    assert codes(in_mount(project, FULL, "--output-format", "json")) == BOTH
    assert b"No space left" in (project.parent / "filled").read_bytes()
    compared = "|| true; cmp one.py ../copy/one.py; cmp two.py ../copy/two.py; ls -A"
    ran = in_mount(project, f"rm -r ../copy; {FULL}", *FIXED, compared)
    assert ran.returncode == 0
    assert ran.stderr.count(b"not changed: No space left on device") == 2
    assert b".leaklint-" not in ran.stdout


@mounts
def test_a_tree_that_is_read_only(project: Path) -> None:
    mount = 'mount --bind "$PWD" "$PWD"; mount -o remount,bind,ro "$PWD"; cd "$PWD"'
    assert codes(in_mount(project, mount, "--output-format", "json")) == BOTH
    ran = in_mount(project, mount, *FIXED)
    assert ran.returncode == 2
    assert ran.stderr.count(b"not changed: Read-only file system") == 2
    assert all(untouched(project))
    ran = in_mount(project, mount, "-o", "report.txt")
    assert ran.returncode == 2
    assert b"report.txt" in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize("kind", ["folder", "empty", "garbage", "truncated", "bits", "file for folder", "no permission"])
def test_a_cache_that_can_not_be_read_is_none(project: Path, kind: str) -> None:
    assert codes(leaklint(project, "--output-format", "json")) == BOTH
    index = project / ".leaklint_cache" / "index.msgpack"
    content = index.read_bytes()
    if kind == "folder":
        index.unlink()
        index.mkdir()
    elif kind == "file for folder":
        shutil.rmtree(index.parent)
        index.parent.write_text("")
    elif kind == "no permission":
        index.chmod(0)
    else:
        changed = bytes(byte ^ (number % 97 == 0) for number, byte in enumerate(content))
        index.write_bytes({"empty": b"", "garbage": b"\xff" * 5000, "truncated": content[:-9], "bits": changed}[kind])
    (project / "one.py").write_text("pass\n")
    for _ in range(2):
        assert codes(leaklint(project, "--output-format", "json")) == BOTH[1:]


@pytest.mark.parametrize("place", ["/dev/null/x", "/proc/x", "relative"])
def test_a_cache_of_the_user_that_can_not_be_written(project: Path, place: str) -> None:
    for _ in range(2):
        assert codes(leaklint(project, "--output-format", "json", XDG_CACHE_HOME=place)) == BOTH
