"""The findings of a file together with what they are about: obligation and syntax node, which diagnostics don't carry."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from leaklint.diagnose import Reporter, outcomes
from leaklint.fixes.page import Page
from leaklint.flow.ir import Obligation
from leaklint.model import Diagnostic, Location
from leaklint.pipeline import reported, rule_names
from leaklint.project import Project
from leaklint.settings import Settings
from leaklint.source import Source
from leaklint.suppress import skips_file, suppress
from leaklint.syntax.contract import Flags, Unparsable
from leaklint.syntax.scopes import Scope

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog


class Found(NamedTuple):
    """A finding. obligation, node (the call that acquires) and scope are None for findings about comments."""

    diagnostic: Diagnostic
    obligation: Obligation | None = None
    node: cst.CSTNode | None = None
    scope: Scope | None = None


class Sheet(NamedTuple):
    """A file with its findings. wanted: those that settings and comments leave; everything: all that no comment silences."""

    page: Page
    wanted: tuple[Found, ...]
    everything: tuple[Diagnostic, ...]


def sheet(source: Source, settings: Settings, catalog: "Catalog") -> Sheet | None:
    """The findings of a file; None if it is skipped, or can't be parsed as a whole.

    Every call has a project of its own: what one remembers of a file is not true of the mended one.
    """
    if skips_file(source.text):
        return None
    project = Project(catalog, Flags(settings.exceptions == "everything", settings.python), settings.src)
    try:
        module = project.open(source, whole=True)
    except Unparsable:
        return None
    if module is None or module.part.text != source.text:
        return None
    page = Page(module)
    found = {id(f.diagnostic): f for f in _unique(_raw(page, settings, catalog, project))}
    raw = [f.diagnostic for f in found.values()]
    everything = suppress(source.text, source.filename, raw, frozenset(rule_names()), rule_names())
    selected = suppress(source.text, source.filename, raw, settings.enabled, rule_names())
    wanted = [found.get(id(d), Found(d)) for d in selected if reported(d, settings)]
    wanted.sort(key=lambda f: f.diagnostic.sort_key)
    return Sheet(page, tuple(wanted), tuple(everything))


def _raw(page: Page, settings: Settings, catalog: "Catalog", project: Project) -> Iterator[Found]:
    reporter = Reporter(page.module, catalog)
    for scope in page.module.scopes():
        for lowered, judged in outcomes(page.module, scope, catalog, settings.exceptions, project.summaries):
            diagnostic = reporter.report(lowered, judged, scope)
            if diagnostic is not None:
                obligation = judged.outcome.obligation
                yield Found(diagnostic, obligation, lowered.origins[lowered.graph.nodes[obligation.node].origin], scope)


def _unique(found: Iterator[Found]) -> Iterator[Found]:
    """One per acquisition and variable, as in the engine."""
    seen: set[tuple[Location, str]] = set()
    for f in found:
        key = (f.diagnostic.location, f.diagnostic.symbol)
        if key not in seen:
            seen.add(key)
            yield f
