"""Checks one file at a time for programs that host leaklint: flake8, editors. The one place there that catches what no step
expected: a file costs itself, never the host.
"""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from leaklint.discover import import_root
from leaklint.engine import cannot_analyse, make_project
from leaklint.model import Diagnostic
from leaklint.pipeline import found_in, options, rule_names, selected
from leaklint.settings import Config, Settings, SettingsTree, catalog_for
from leaklint.source import Problem, Source

if TYPE_CHECKING:
    from leaklint.project import Project

ProjectOf = Callable[[Settings], "Project"]
Keep = Callable[[tuple[Diagnostic, ...]], None]
_NEIGHBOURS = 25


def settings_tree(folder: str) -> SettingsTree:
    """The settings of the files below a folder, as `leaklint check` without options has them."""
    return SettingsTree(rule_names(), Config(), folder)


def check_text(
    source: Source | Problem, path: str, tree: SettingsTree, project: ProjectOf, keep: Keep = lambda _: None
) -> tuple[Diagnostic, ...]:
    """The findings that `leaklint check` has for a file with that text at that absolute path. keep: is told everything that was
    found, whatever is reported of it.

    SettingsError and RuleError if the settings can't be used; what else goes wrong is RLK900 of the file.
    """
    settings = tree.file(path, (import_root(path),))
    catalog = catalog_for(settings.rules)
    try:
        found = found_in(source, settings, catalog, project(settings))
        keep(found)
        return selected(source, found, settings)
    except Exception as error:
        return (cannot_analyse(source.filename, f"internal error: {type(error).__name__}"),)


def shared_projects() -> ProjectOf:
    """One project for files that follow each other and have the same settings: what they import is read once.

    It lives for so many files only, as it keeps every module that it parsed. What is shared changes what a run costs, never
    what it finds.
    """
    kept: list[tuple[object, Project]] = []

    def project(settings: Settings) -> "Project":
        key = (settings.rules, options(settings))
        if not kept or kept[0][0] != key or len(kept) >= _NEIGHBOURS:
            kept[:] = []
        kept.append(kept[0] if kept else (key, make_project(catalog_for(settings.rules), options(settings))))
        return kept[0][1]

    return project


def absolute(filename: str) -> str:
    """Where a file lies whose name the host knows; what has no name lies in the working folder."""
    return os.path.abspath(filename if filename not in ("", "-", "stdin") else "stdin.py")
