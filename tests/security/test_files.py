"""Files that are none, that never end, or that lie elsewhere."""

import os
import time
from pathlib import Path

import pytest

from leaklint.cache import Cache
from leaklint.output import format_names
from leaklint.settings import Settings
from leaklint.source import MAX_BYTES, Problem, read
from leaklint.tasks import Task
from tests.security.hostile import LEAK, run

SECRET = "password-of-somebody"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project with a leak, beside it a secret that is Python with a leak."""
    folder = tmp_path / "checkout"
    (folder / ".git").mkdir(parents=True)
    (folder / "app.py").write_text(LEAK)
    (tmp_path / "secret.py").write_text(f"token = '{SECRET}'\n{LEAK}")
    return folder


def endless(place: Path, kind: str) -> None:
    """A file that never ends, or that nobody writes to."""
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to({"zeros": "/dev/zero", "terminal": "/dev/tty", "memory": "/proc/self/pagemap"}[kind])


PLACES = (
    ".gitignore", ".git/info/exclude", "leaklint.toml", "pyproject.toml", ".leaklint_cache/index.msgpack", "other.py", "script",
    "CODEOWNERS",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["pipe", "zeros", "memory", "terminal"])
@pytest.mark.parametrize("place", PLACES)
def test_what_never_ends_is_not_read(checkout: Path, place: str, kind: str) -> None:
    path = checkout / place
    path.parent.mkdir(exist_ok=True, parents=True)
    endless(path, kind)
    start = time.monotonic()
    ran = run(checkout, *(("audit", ".") if place == "CODEOWNERS" else ("check", ".")))
    assert time.monotonic() - start < 60
    assert b"Traceback" not in ran.stderr
    assert b"internal error" not in ran.stderr
    refused = b"leads out of the project" in ran.stderr
    assert refused or b"app.py:2:12: RLK101" in ran.stdout or b"Wrote 1 finding" in ran.stderr, (ran.stdout + ran.stderr).decode()


@pytest.mark.parametrize("name", format_names())
def test_links_out_of_the_project_show_nothing(checkout: Path, name: str) -> None:
    """A walk does not read them; what imports lead to outside is shown in no format."""
    (checkout / "link.py").symlink_to("../secret.py")
    (checkout / "folder").symlink_to("..", target_is_directory=True)
    (checkout / "app.py").write_text(f"from link import f\nfrom folder.secret import f as g\nf(1)\ng(2)\n{LEAK}")
    ran = run(checkout, "check", ".", "--no-cache", "--output-format", name)
    assert ran.returncode == 1
    assert SECRET.encode() not in ran.stdout + ran.stderr
    assert b"link.py" not in ran.stdout


@pytest.mark.parametrize("name", ["leaklint.toml", "pyproject.toml", ".leaklint.toml"])
def test_settings_that_are_a_link_out_of_the_project_are_refused(checkout: Path, name: str) -> None:
    (checkout.parent / "secret.env").write_text(f'tool.leaklint.select = ["{SECRET}"]\nselect = ["{SECRET}"]\n')
    (checkout / name).symlink_to("../secret.env")
    ran = run(checkout, "check", ".")
    assert ran.returncode == 2
    assert SECRET.encode() not in ran.stderr
    assert b"leads out of the project" in ran.stderr


@pytest.mark.parametrize("key", ["src", "extend-rules", "baseline"])
@pytest.mark.parametrize("path", ["../secret.py", "/etc/passwd", "~/x", "out", "a/../../secret.py"])
def test_settings_name_nothing_outside_the_project(checkout: Path, key: str, path: str) -> None:
    (checkout / "out").symlink_to("..")
    value = f'"{path}"' if key == "baseline" else f'["{path}"]'
    (checkout / "leaklint.toml").write_text(f"{key} = {value}\n")
    ran = run(checkout, "check", ".", "--no-cache")
    assert ran.returncode == 2
    assert b"outside the project" in ran.stderr
    assert SECRET.encode() not in ran.stderr


def test_fixes_follow_no_link_out_of_the_project(checkout: Path) -> None:
    outside = checkout.parent / "secret.py"
    before = outside.read_bytes()
    (checkout / "link.py").symlink_to("../secret.py")
    for arguments in (["--fix", "--unsafe-fixes"], ["--add-ignores"]):
        run(checkout, "check", "link.py", ".", *arguments)
        assert outside.read_bytes() == before
        assert (checkout / "link.py").is_symlink()


def test_the_cache_is_written_into_no_link(checkout: Path) -> None:
    elsewhere = checkout.parent / "elsewhere"
    elsewhere.mkdir()
    (checkout / ".leaklint_cache").symlink_to("../elsewhere", target_is_directory=True)
    assert run(checkout, "check", ".").returncode == 1
    assert list(elsewhere.iterdir()) == []


def test_a_cache_of_somebody_else_is_ignored(checkout: Path, tmp_path: Path) -> None:
    """One that calls a leaking file clean, made by a program of the same version with another key."""
    os.utime(checkout / "app.py", (1, 1))
    theirs, ours = str(tmp_path / "theirs"), str(tmp_path / "ours")
    (checkout / "leaklint.toml").write_text('ignore = ["RLK101"]\n')
    assert run(checkout, "check", ".", XDG_CACHE_HOME=theirs).returncode == 0
    (checkout / "leaklint.toml").unlink()
    index = checkout / ".leaklint_cache" / "index.msgpack"
    forged = index.read_bytes()
    assert run(checkout, "check", ".", XDG_CACHE_HOME=ours).returncode == 1
    assert index.read_bytes() != forged


def test_a_cache_names_no_other_file(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a sealed one: the source of the files that findings name is shown."""
    from leaklint.pipeline import check_file

    monkeypatch.chdir(checkout)
    os.utime(checkout / "app.py", (1, 1))
    task = Task("app.py", str(checkout / "app.py"), Settings(enabled=frozenset({"RLK101"})))
    from leaklint.catalog.compile import default_catalog

    other = check_file(read("../secret.py"), task.settings, default_catalog())
    assert other
    for found, expected in ((other, None), ((), ())):
        cache = Cache(str(checkout))
        cache.add(task, found, cache.group())
        cache.save()
        assert Cache(str(checkout)).find(task) == expected


def test_very_large_files_are_refused(checkout: Path) -> None:
    """A checkout of a few kilobytes may hold gigabytes of zeros."""
    with open(checkout / "large.py", "wb") as file:
        file.truncate(4_000_000_000)
    found = read(str(checkout / "large.py"))
    assert found == Problem(str(checkout / "large.py"), "unreadable", f"is larger than {MAX_BYTES // 1_000_000} MB")
    ran = run(checkout, "check", ".", "--no-cache", "--output-format", "concise")
    assert b"app.py:2:12: RLK101" in ran.stdout
    assert b"large.py:1:1: RLK900" in ran.stdout


@pytest.mark.parametrize(
    "line", ["[z-a]", "[Sectio-n] ", "[", "[]", "[!]", "\\", "!", "!!", "/", "//", "a[z-a]b/**", "[[:no:]]", "\\["]
)
def test_patterns_that_mean_nothing_take_nothing_away(checkout: Path, line: str) -> None:
    """Git skips them, and so do we: the others of the file hold."""
    (checkout / ".gitignore").write_text(f"{line}\nignored.py\n")
    (checkout / "CODEOWNERS").write_text(f"{line} @a\n")
    (checkout / "ignored.py").write_text(LEAK)
    ran = run(checkout, "check", ".", "--no-cache", "--output-format", "concise")
    assert ran.stdout.startswith(b"app.py:2:12: RLK101"), ran.stderr.decode()
    assert b"ignored.py" not in ran.stdout
    ran = run(checkout, "audit", ".")
    assert ran.returncode == 0, ran.stderr.decode()
