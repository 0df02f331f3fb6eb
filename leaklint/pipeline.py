"""One file from text to findings: what the command line, the plugins, the server and the tests all call."""

import functools
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint import engine
from leaklint.checks import all_checks
from leaklint.model import Diagnostic
from leaklint.settings import Settings
from leaklint.source import Problem, Source
from leaklint.suppress import skips_file, suppress

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog
    from leaklint.project import Project


def check_file(
    source: Source | Problem, settings: Settings, catalog: "Catalog", project: "Project | None" = None
) -> tuple[Diagnostic, ...]:
    """The findings of one file that are to be reported, in output order: those that were found, as far as they are selected."""
    return selected(source, found_in(source, settings, catalog, project), settings)


def found_in(
    source: Source | Problem, settings: Settings, catalog: "Catalog", project: "Project | None" = None
) -> tuple[Diagnostic, ...]:
    """What the engine finds in a file, whatever comments and settings say. A file that could not be read has one finding."""
    if isinstance(source, Problem):
        return (engine.cannot_analyse(source.filename, source.message, source.row),)
    return () if skips_file(source.text) else engine.analyse(source, catalog, options(settings), project)


def selected(source: Source | Problem, found: Sequence[Diagnostic], settings: Settings) -> tuple[Diagnostic, ...]:
    """What was found, without what comments silence, with RLK901 for comments that silence nothing, reduced to what the
    settings select, in output order."""
    if isinstance(source, Source) and not skips_file(source.text):
        found = suppress(source.text, source.filename, found, settings.enabled, rule_names())
    wanted = (_identified(diagnostic) for diagnostic in found if reported(diagnostic, settings))
    return tuple(sorted(wanted, key=lambda diagnostic: diagnostic.sort_key))


def options(settings: Settings) -> engine.Options:
    """What the engine wants to know of the settings."""
    return engine.Options(exceptions=settings.exceptions, python=settings.python, src=settings.src, triage=settings.triage)


def reported(diagnostic: Diagnostic, settings: Settings) -> bool:
    """Whether the settings want that finding. Findings without a category (RLK9xx) pass every choice of categories."""
    if diagnostic.code not in settings.enabled or diagnostic.severity.rank < settings.min_severity.rank:
        return False
    return not settings.categories or diagnostic.category in ("", *settings.categories)


@functools.cache
def rule_names() -> dict[str, str]:
    """Code -> name of every rule."""
    return {check.code: check.name for check in all_checks()}


def _identified(diagnostic: Diagnostic) -> Diagnostic:
    """With a fingerprint, if the finding has none: what is said about a file as a whole has no place that could move."""
    if diagnostic.fingerprint:
        return diagnostic
    text = f"{diagnostic.code}\0{diagnostic.message}"
    return msgspec.structs.replace(diagnostic, fingerprint=hashlib.blake2b(text.encode(), digest_size=12).hexdigest())
