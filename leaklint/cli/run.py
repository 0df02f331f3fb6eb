"""Runs the pipeline over files. The one place that catches what no step expected: a file costs itself, never the run."""

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from leaklint.cli.messages import described
from leaklint.discover import Found, import_root
from leaklint.engine import Options, cannot_analyse, make_project
from leaklint.model import Diagnostic
from leaklint.pipeline import check_file, options
from leaklint.settings import Settings, SettingsTree, catalog_for
from leaklint.settings.rules import Rules
from leaklint.source import Problem, Source, read, read_stream

if TYPE_CHECKING:
    from leaklint.project import Project


class Run(NamedTuple):
    """What came of it. sources: of the files with findings; enabled: codes enabled for any file; failures: one line each."""

    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, Source]
    enabled: frozenset[str]
    failures: tuple[str, ...]
    files: tuple[Found, ...]


_NEIGHBOURS = 25

Reader = Callable[[str], Source | Problem]
Tell = Callable[[str], None]


def check(files: Iterable[Found], tree: SettingsTree, reader: Reader = read, tell: Tell = lambda _: None) -> Run:
    """Checks each file; the findings in output order. `tell` is told what is done."""
    looked_at = tuple(files)
    found: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    enabled: frozenset[str] = frozenset()
    failures: list[str] = []
    projects = _projects()
    for file in looked_at:
        settings = settings_for(file, tree)
        enabled |= settings.enabled
        tell(f"checking {file.filename}, settings from {settings.origin or 'no file'}")
        source = reader(file.filename)
        catalog, project = catalog_for(settings.rules), projects(settings)
        try:
            diagnostics = check_file(source, settings, catalog, project)
        except Exception as error:
            failures.append(f"{file.filename}: internal error: {described(error)}")
            diagnostics = (cannot_analyse(file.filename, f"internal error: {type(error).__name__}"),)
        found += diagnostics
        if diagnostics and isinstance(source, Source):
            sources[file.filename] = source
    found.sort(key=lambda diagnostic: diagnostic.sort_key)
    return Run(tuple(found), sources, enabled, tuple(failures), looked_at)


def _projects() -> "Callable[[Settings], Project]":
    """The project of a file, shared with its neighbours: those with the same settings and import roots.

    One lives at a time and for so many files only, as it keeps every module that it parsed. Which files share one changes
    what a run costs, never what it finds.
    """
    shared: list[tuple[tuple[Rules, Options], Project]] = []

    def project(settings: Settings) -> "Project":
        key = (settings.rules, options(settings))
        if not shared or shared[0][0] != key or len(shared) >= _NEIGHBOURS:
            shared[:] = [(key, make_project(catalog_for(settings.rules), options(settings)))]
        else:
            shared.append(shared[0])
        return shared[0][1]

    return project


def settings_for(file: Found, tree: SettingsTree) -> Settings:
    """The settings of a file, with its own import root."""
    return tree.file(file.path, (import_root(file.path),))


def stdin_reader() -> Reader:
    """Reads stdin, whatever the file is called."""
    return lambda filename: read_stream(filename, sys.stdin.buffer)
