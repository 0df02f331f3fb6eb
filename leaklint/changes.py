"""What changed since a git revision. Git is asked; nothing that a repository configures is run for that."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leaklint.model import Diagnostic

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
# Programs that a repository's settings could name stay unused.
_SAFE = (
    "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "diff.external=",
)  # fmt: skip


class ChangesError(Exception):
    """The changes can't be had; the message says why."""


class Changes(NamedTuple):
    """The files that differ from `base` (a commit), by real path. all_new: those that git does not know yet."""

    repository: str
    base: str
    files: frozenset[str]
    all_new: frozenset[str]

    def rows(self, path: str) -> frozenset[int] | None:
        """The changed rows of a file, None if all are; where rows were taken out, those around the gap."""
        real = os.path.realpath(path)
        if real in self.all_new:
            return None
        if real not in self.files:
            return frozenset()
        diff = _git(self.repository, "diff", "--no-ext-diff", "--no-textconv", "--unified=0", self.base, "--", real)
        return frozenset(row for match in _HUNK.finditer(diff) for row in _hunk(int(match[1]), int(match[2] or 1)))


def changes(revision: str, folder: str) -> Changes:
    """What differs between the work tree around `folder` and the point where it left `revision`."""
    if revision.startswith("-"):
        raise ChangesError(f"'{revision}' is no revision")
    top = _git(folder, "rev-parse", "--show-toplevel").removesuffix("\n")
    commit = _commit(top, revision)
    base = _common(top, commit)
    changed = _git(top, "diff", "--no-ext-diff", "--no-textconv", "--name-only", "-z", base, "--")
    untracked = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    new = frozenset(_paths(top, untracked))
    return Changes(top, base, frozenset(_paths(top, changed)) | new, new)


def touches(diagnostic: Diagnostic, rows: frozenset[int] | None, functions: Sequence[range]) -> bool:
    """Whether a finding is on changed rows: those of its statement, its trace, or the function around it."""
    if rows is None:
        return True
    first, last = diagnostic.statement_rows
    own = {diagnostic.location.row, *range(first, last + 1)}
    own |= {step.row for step in diagnostic.trace if step.filename == diagnostic.filename}
    around = [span for span in functions if diagnostic.location.row in span]
    innermost = min(around, key=len, default=range(0))
    return bool(rows & own) or any(row in innermost for row in rows)


def functions(text: str) -> list[range]:
    """The rows of every function, decorators included; none if the text can't be parsed."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return list(_spans(tree))


def _spans(tree: ast.Module) -> Iterator[range]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield range(start, (node.end_lineno or start) + 1)


def _hunk(start: int, count: int) -> range:
    return range(start, start + count) if count else range(start, start + 2)


def _commit(top: str, revision: str) -> str:
    try:
        return _git(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()
    except ChangesError as error:
        raise ChangesError(f"'{revision}' is no revision of {top}") from error


def _common(top: str, commit: str) -> str:
    """The commit at which the present branch left the one of `commit`; that itself if they have nothing in common."""
    try:
        return _git(top, "merge-base", commit, "HEAD").strip()
    except ChangesError:
        return commit


def _paths(top: str, listed: str) -> Iterator[str]:
    return (os.path.realpath(os.path.join(top, name)) for name in listed.split("\0") if name)


def _git(folder: str, *arguments: str) -> str:
    try:
        run = subprocess.run(["git", *_SAFE, *arguments], cwd=folder, capture_output=True, check=True)
    except FileNotFoundError as error:
        raise ChangesError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        said = os.fsdecode(error.stderr).strip().splitlines()
        raise ChangesError(f"git {arguments[0]} failed: {said[-1] if said else 'no reason given'}") from error
    return os.fsdecode(run.stdout)
