"""The engine: a pure function from a source text to its findings. Command line, plugins, servers and tests all call it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from leaklint.deep import deeply
from leaklint.model import Diagnostic, Location, Severity
from leaklint.source import Source

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog
    from leaklint.project import Project
    from leaklint.syntax.module import Module

Exceptions = Literal["none", "explicit", "own", "calls", "everything"]


class Options(msgspec.Struct, frozen=True):
    """The settings that change verdicts. python: the oldest version to support; src: import roots, absolute paths. triage:
    whether only what may matter is parsed, which changes none."""

    exceptions: Exceptions = "calls"
    python: tuple[int, int] = (3, 11)
    src: tuple[str, ...] = ()
    triage: bool = True


def analyse(source: Source, catalog: "Catalog", options: Options, project: "Project | None" = None) -> tuple[Diagnostic, ...]:
    """Every finding of one file before suppression and selection, in output order."""
    project = project or make_project(catalog, options)
    try:
        return _analysed(source, catalog, options, project)
    except RecursionError:
        return _with_room(source, catalog, options, project)


def analyse_regions(
    source: Source, catalog: "Catalog", options: Options, project: "Project", numbers: frozenset[int]
) -> tuple[Diagnostic, ...] | None:
    """The findings in some functions of a file, given as regions of its text; None if they can't be had alone.

    What these functions change for others is not seen: it takes `analyse` to know all.
    """
    from leaklint.syntax.contract import Unparsable

    try:
        module = project.open_regions(source, numbers)
        found = _found(module, catalog, options, project)
    except (Unparsable, RecursionError):
        return None
    if module.doubtful:
        return None
    rows = [range(region.row, region.end_row + 1) for region in (module.part.outline.regions[n] for n in numbers)]
    return tuple(d for d in found if any(d.location.row in lines for lines in rows))


def _with_room(source: Source, catalog: "Catalog", options: Options, project: "Project") -> tuple[Diagnostic, ...]:
    """The same for code with very many levels, with a project of its own, as what the first attempt has begun is half done."""
    fresh = project.afresh()
    try:
        return deeply(lambda: _analysed(source, catalog, options, fresh))
    except RecursionError:
        return (cannot_analyse(source.filename, "too-deep: more levels than this Python has room for"),)
    finally:
        project.consulted.update(fresh.consulted)


def _analysed(source: Source, catalog: "Catalog", options: Options, project: "Project") -> tuple[Diagnostic, ...]:
    from leaklint.syntax.contract import Unparsable

    try:
        module = project.open(source)
        found = _found(module, catalog, options, project) if module is not None else []
        if module is not None and module.doubtful:
            whole = project.open(source, whole=True)
            found = _found(whole, catalog, options, project) if whole is not None else found
    except Unparsable as problem:
        return (cannot_analyse(source.filename, problem.message, problem.row, problem.column),)
    return tuple(sorted(found, key=lambda d: d.sort_key))


def _found(module: "Module", catalog: "Catalog", options: Options, project: "Project") -> list[Diagnostic]:
    found = list(_unique(_findings(module, catalog, options, project)))
    unread = [(row, reason) for row, reason in (*module.part.deep, *module.stubs.deep, *module.misread())]
    return [*(cannot_analyse(module.source.filename, reason, row) for row, reason in unread), *found]


def make_project(catalog: "Catalog", options: Options, reach: bool = True) -> "Project":
    """A project for one run; without `reach` no other file is read."""
    from leaklint.project import Project
    from leaklint.syntax.contract import Flags

    return Project(catalog, Flags(options.exceptions == "everything", options.python, options.triage), options.src, reach=reach)


def _findings(module: "Module", catalog: "Catalog", options: Options, project: "Project") -> Iterator[Diagnostic]:
    from leaklint.diagnose import Reporter, outcomes

    reporter = Reporter(module, catalog)
    for scope in module.scopes():
        for lowered, judged in outcomes(module, scope, catalog, options.exceptions, project.summaries):
            diagnostic = reporter.report(lowered, judged, scope)
            if diagnostic is not None:
                yield diagnostic


def _unique(found: Iterator[Diagnostic]) -> Iterator[Diagnostic]:
    """One finding per acquisition and variable: a `finally` lowered twice reports once."""
    seen: set[tuple[Location, str]] = set()
    for d in found:
        if (d.location, d.symbol) not in seen:
            seen.add((d.location, d.symbol))
            yield d


def cannot_analyse(filename: str, message: str, row: int = 1, column: int = 1) -> Diagnostic:
    """RLK900 for a file."""
    place = Location(max(row, 1), max(column, 1))
    return Diagnostic(
        code="RLK900", name="cannot-analyse", severity=Severity.WARNING, message=message, filename=filename, location=place,
        end_location=place, statement_rows=(place.row, place.row), fingerprint="",
    )  # fmt: skip
