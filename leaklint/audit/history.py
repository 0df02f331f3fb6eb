"""Findings of past commits. Each commit's tree is unpacked into a temporary folder and checked there, with its own settings.

Git is asked; nothing that a repository configures is run for that. Results are kept per commit: a commit never changes.
"""

import hashlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from leaklint.audit.model import Point
from leaklint.catalog.compile import cache_folder
from leaklint.output._escape import printable

_SAFE = (
    "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.attributesFile=/dev/null",
)  # fmt: skip
_SUFFIXES = (".py", ".pyi", ".toml", ".gitignore")
_CHUNK = 200_000_000

Count = Callable[[str], Counter[str]]
"""Folder -> how many findings of each severity it has."""


class HistoryError(Exception):
    """The history can't be had; the message says why."""


class Commit(NamedTuple):
    """A commit of the main line."""

    name: str
    when: str
    title: str


def commits(folder: str, count: int) -> list[Commit]:
    """`count` commits of the main line up to HEAD, evenly spread, oldest first; HEAD is the last."""
    listed = _git(folder, "log", "--first-parent", "--format=%H%x00%cs%x00%s", "HEAD").decode("utf-8", "replace")
    every = [Commit(*line.split("\0", 2)) for line in listed.splitlines() if line.count("\0") >= 2]
    last = len(every) - 1
    chosen = sorted({round(last * n / max(count - 1, 1)) for n in range(count)} if count > 1 else {0})
    return [every[number] for number in reversed(chosen)]


def top_of(folder: str) -> str:
    """The root of the work tree; HistoryError outside one."""
    return os.fsdecode(_git(folder, "rev-parse", "--show-toplevel")).removesuffix("\n")


def history(folder: str, count: int, what: str, check: Count, tell: Callable[[str], None]) -> tuple[Point, ...]:
    """One point per commit. what: everything else that decides the result, as a text; `check` counts a folder's findings."""
    top = top_of(folder)
    inside = os.path.relpath(folder, top)
    return tuple(_point(top, inside, commit, what, check, tell) for commit in commits(top, count))


def _point(top: str, inside: str, commit: Commit, what: str, check: Count, tell: Callable[[str], None]) -> Point:
    key = hashlib.blake2b(f"{commit.name}\0{inside}\0{what}".encode(), digest_size=16).hexdigest()
    kept = cache_folder() / "audit" / f"{key}.json"
    found = _kept(kept)
    if found is None:
        tell(f"checking {commit.name[:10]} of {commit.when}")
        found = _counted(top, inside, commit.name, check)
        _keep(kept, found)
    return Point(commit.name[:10], commit.when, printable(commit.title), *(found.get(s, 0) for s in ("error", "warning", "info")))


def _counted(top: str, inside: str, commit: str, check: Count) -> Counter[str]:
    with tempfile.TemporaryDirectory(prefix="leaklint-audit-") as folder:
        # The archive carries no `.git`: this makes the folder a project of its own, so that no settings above it count.
        (Path(folder) / ".git").mkdir()
        with tarfile.open(fileobj=io.BytesIO(_git(top, "archive", "--format=tar", commit))) as archive:
            for member in _wanted(archive):
                archive.extract(member, folder, filter="data")
        start = os.path.normpath(os.path.join(folder, inside))
        return check(start) if os.path.isdir(start) else Counter()


def _wanted(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The regular files that a check can read: links could lead anywhere."""
    size = 0
    for member in archive:
        if member.isreg() and (member.name.endswith(_SUFFIXES) or "." not in os.path.basename(member.name)):
            size += member.size
            if size > _CHUNK:
                raise HistoryError("a commit holds more than 200 MB of source text")
            yield member


def _kept(path: Path) -> Counter[str] | None:
    try:
        return Counter(msgspec.json.decode(path.read_bytes(), type=dict[str, int]))
    except (OSError, msgspec.DecodeError):
        return None


def _keep(path: Path, found: Counter[str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(msgspec.json.encode(dict(found)))
        temporary.replace(path)
    except OSError:
        return  # without a cache the next run takes longer, and that is all


def _git(folder: str, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *_SAFE, *arguments], cwd=folder, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise HistoryError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        said = os.fsdecode(error.stderr).strip().splitlines()
        raise HistoryError(f"git {arguments[0]} failed: {said[-1] if said else 'no reason given'}") from error
