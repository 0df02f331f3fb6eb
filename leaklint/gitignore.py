"""What git ignores, asked folder by folder on the way down. pathspec is imported with the first .gitignore that is met."""

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


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
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return ()
    from pathspec import GitIgnoreSpec

    try:
        return ((root, GitIgnoreSpec.from_lines(lines)),)
    except ValueError:  # git skips patterns that it can't read, pathspec refuses them
        return ((root, GitIgnoreSpec.from_lines(line for line in lines if _usable(line))),)


def _usable(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
