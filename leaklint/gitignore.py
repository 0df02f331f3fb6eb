"""What git ignores, asked folder by folder on the way down. pathspec is imported with the first .gitignore that is met.

Patterns come with the code that is checked. pathspec makes regexes of them that take polynomial time: those of a high degree
are left out, so that more files are looked at than git would show. Git follows no link that is called .gitignore, nor do we.
"""

import os
import re
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from leaklint.source import read_regular

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


_LARGEST = 1_000_000
_DEGREE = 3
_DEEPEST = 100
_REFUSED = (ValueError, re.error)
"""What pathspec raises for a pattern; the second, as it hands `[z-a]` on to `re`."""


class Ignored(NamedTuple):
    """The ignore files that hold in a folder: (folder that the patterns start from, patterns), the outermost first."""

    specs: "tuple[tuple[str, GitIgnoreSpec], ...]" = ()

    @classmethod
    def above(cls, folder: str) -> "Ignored":
        """What the repository around an absolute folder ignores in it, without the folder's own .gitignore.

        Outside a repository that is nothing. A folder that is ignored itself was named on purpose: nothing above it holds.
        """
        outer = _folders_to_repository(folder)
        if not outer:
            return cls()
        root = outer[0]
        found = cls(_read(root, os.path.join(root, ".git", "info", "exclude")))
        for inner in outer[:-1]:
            found = found.entering(inner)
        return cls() if folder != root and any(found.ignores(each, True) for each in outer[1:]) else found

    def entering(self, folder: str) -> "Ignored":
        """What holds within `folder`, which lies in the present one."""
        return Ignored(self.specs + _read(folder, os.path.join(folder, ".gitignore")))

    def ignores(self, path: str, is_folder: bool) -> bool:
        """Whether git ignores that absolute path, given that it does not ignore the folder it lies in."""
        for root, spec in reversed(self.specs):
            relative = os.path.relpath(path, root).replace(os.sep, "/") + ("/" if is_folder else "")
            if relative.count("/") > _DEEPEST:
                return False
            decided = spec.check_file(relative).include
            if decided is not None:
                return decided
        return False


def _folders_to_repository(folder: str) -> list[str]:
    """From the repository's root down to `folder`; empty outside a repository."""
    found = [folder]
    while not os.path.exists(os.path.join(found[-1], ".git")):
        parent = os.path.dirname(found[-1])
        if parent == found[-1]:
            return []
        found.append(parent)
    return found[::-1]


def _read(root: str, path: str) -> "tuple[tuple[str, GitIgnoreSpec], ...]":
    """The patterns of an ignore file, if there is one that can be used."""
    try:
        lines = [] if os.path.islink(path) else read_regular(path, _LARGEST).decode("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ()
    return ((root, patterns(lines)),) if lines else ()


def patterns(lines: Iterable[str]) -> "GitIgnoreSpec":
    """The patterns that can be used. Git skips those that it can't read, pathspec refuses them."""
    from pathspec import GitIgnoreSpec

    cheap = [line for line in lines if degree(line) <= _DEGREE]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `re` has doubts about some sets of characters
        try:
            return GitIgnoreSpec.from_lines(cheap)
        except _REFUSED:
            return GitIgnoreSpec.from_lines(line for line in cheap if _readable(line))


def degree(pattern: str) -> int:
    """How the time to match a pattern grows with the length of a path: the `**` in it, and the stars of a part but the first.

    A single star within a part matches in one way only. Backslashes are not looked at: errs to more.
    """
    parts = pattern.split("/")
    return parts.count("**") + sum(max(0, part.count("*") - 1) for part in parts if part != "**")


def _readable(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except _REFUSED:
        return False
    return True
