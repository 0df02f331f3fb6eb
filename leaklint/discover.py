"""Which files are looked at: paths -> files, as the settings of each folder say. Never imports LibCST.

A file that is named is looked at whatever it is called; a folder yields `*.py`, `*.pyi` and Python scripts without a
suffix, without what is excluded or ignored by git. Symbolic links to folders are followed only where they are named, so no
walk goes in circles; links to files outside the project likewise, so that a checkout can't have somebody's files read. A
file has the name by which it was reached first, and is looked at once.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from leaklint.gitignore import Ignored
from leaklint.places import lies_in, project_folder
from leaklint.settings import SettingsTree
from leaklint.settings.globs import matches_any

_SUFFIXES = (".py", ".pyi")
_SHEBANG = re.compile(rb"#!.*?\bpython[\d.]*(?:\s|$)")


class Found(NamedTuple):
    """A file to look at: its name as the user would write it, and its absolute path."""

    filename: str
    path: str


def missing(paths: Iterable[str]) -> list[str]:
    """The paths that name nothing. A link that leads nowhere names something: that it can't be read is a finding."""
    return [path for path in paths if not _named(path)]


def discover(paths: Iterable[str], tree: SettingsTree) -> Iterator[Found]:
    """The files that the existing `paths` stand for, each once: in the order of the paths, sorted within folders."""
    seen: set[str] = set()
    real_folder = lru_cache(maxsize=256)(os.path.realpath)
    for path in paths:
        for found in _from(path, tree):
            if (real := _real(found.path, real_folder)) not in seen:
                seen.add(real)
                yield found


def excluded(path: str, tree: SettingsTree) -> bool:
    """Whether the absolute path, or a folder above it, is excluded by the settings that hold there."""
    while (folder := os.path.dirname(path)) != path:
        if matches_any(path, tree.walk(folder).exclude):
            return True
        path = folder
    return False


def import_root(path: str) -> str:
    """The first folder above an absolute file path that is no package."""
    folder = os.path.dirname(path)
    while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _real(path: str, real_folder: Callable[[str], str]) -> str:
    """The absolute path without links; `real_folder` remembers what it resolved."""
    if os.path.islink(path):
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    return os.path.join(real_folder(folder), name)


def _named(path: str) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:  # a NUL in the name
        return False


def _from(path: str, tree: SettingsTree) -> Iterator[Found]:
    """What one path of the command line stands for."""
    name = _plain(path)
    absolute = os.path.abspath(path)
    folder = absolute if os.path.isdir(path) else os.path.dirname(absolute)
    if tree.walk(folder).force_exclude and excluded(absolute, tree):
        return
    if os.path.isdir(path):
        yield from _walk(name, absolute, tree)
    else:
        yield Found(name, absolute)


def _plain(path: str) -> str:
    """The path without a leading `./`; links are not resolved, so `a/../b` stays."""
    while path.startswith("./") and len(path) > 2:
        path = path[2:].lstrip("/") or "."
    return path


def _walk(name: str, path: str, tree: SettingsTree) -> Iterator[Found]:
    """The Python files below a folder, in the order of their paths' parts."""
    ignored = Ignored.above(path) if tree.walk(path).respect_gitignore else None
    project = project_folder(path)
    pending = [(name, path, ignored, True)]
    while pending:
        name, path, ignored, is_folder = pending.pop()
        if not is_folder:
            if not os.path.islink(path) or lies_in(path, project):
                yield Found(name, path)
            continue
        inner = ignored.entering(path) if ignored is not None else None
        pending += reversed(list(_children(name, path, inner, tree)))


def _children(
    name: str, path: str, ignored: Ignored | None, tree: SettingsTree
) -> Iterator[tuple[str, str, Ignored | None, bool]]:
    """(name, path, what git ignores, is a folder) of what is to be looked at in a folder, sorted."""
    exclude = tree.walk(path).exclude
    for entry in _entries(path):
        inner = os.path.join(path, entry.name)
        is_folder = entry.is_dir(follow_symlinks=False)
        if not (is_folder or _is_python(entry)) or matches_any(inner, exclude):
            continue
        if ignored is None or not ignored.ignores(inner, is_folder):
            yield (entry.name if name == "." else os.path.join(name, entry.name)), inner, ignored, is_folder


def _entries(path: str) -> list[os.DirEntry[str]]:
    """What lies in a folder; nothing in one that can't be read."""
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_python(entry: os.DirEntry[str]) -> bool:
    try:
        if not entry.is_file():  # dangling links, loops of links, sockets
            return False
    except OSError:
        return False
    return entry.name.endswith(_SUFFIXES) or ("." not in entry.name and _is_script(entry.path))


def _is_script(path: str) -> bool:
    """Whether the first line asks for Python."""
    try:
        with open(path, "rb") as file:
            return _SHEBANG.match(file.readline(256)) is not None
    except OSError:
        return False
