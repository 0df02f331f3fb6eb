"""The flake8 plugin: `flake8 --select RLK` reports what `leaklint check` reports.

Which findings there are is decided by `[tool.leaklint]`, which of them are shown by flake8's own `select` and `ignore` as
well. Comments count as they do for leaklint; `--disable-noqa` does not bring back what they silence. flake8 runs no plugin
on a file that does not parse, so that E999 stands for RLK900 there. flake8's tree is not used: it has no comments.
"""

import ast
import functools
import os
from collections.abc import Iterator, Sequence

import leaklint
from leaklint.integrations.session import ProjectOf, absolute, check_text, settings_tree, shared_projects
from leaklint.output._escape import printable
from leaklint.settings import SettingsTree
from leaklint.source import Source

Violation = tuple[int, int, str, type["Plugin"]]


class Plugin:
    """What flake8 makes for each file. tree: asks flake8 to run it once per file; lines: as flake8 decoded them."""

    name = "leaklint"
    version = leaklint.__version__

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        self.source = Source(filename, "".join(lines))

    def run(self) -> Iterator[Violation]:
        """(row, column from 0, text that starts with the code, class) of each finding."""
        settings, projects = _run(os.getcwd())
        for found in check_text(self.source, absolute(self.source.filename), settings, projects):
            text = printable(f"{found.code} {found.name}: {found.message}")
            yield found.location.row, found.location.column - 1, text, type(self)


@functools.cache
def _run(folder: str) -> tuple[SettingsTree, ProjectOf]:
    """What the files of one run share within a process."""
    return settings_tree(folder), shared_projects()
