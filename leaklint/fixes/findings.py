"""The findings of a file together with what they are about: obligation and syntax node, which diagnostics don't carry."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst
from msgspec.structs import replace

from leaklint.diagnose import Reporter, outcomes
from leaklint.engine import make_project
from leaklint.fixes.page import Page
from leaklint.flow.ir import Obligation
from leaklint.model import Diagnostic, Location, Severity
from leaklint.pipeline import options, reported, rule_names
from leaklint.settings import Settings
from leaklint.source import Source
from leaklint.suppress import skips_file, suppress
from leaklint.syntax.module import Unparsable
from leaklint.syntax.scopes import Scope

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog
    from leaklint.project import Project


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


def sheet(source: Source, settings: Settings, catalog: "Catalog", project: "Project | None" = None) -> Sheet | None:
    """The findings of a file; None if it can't be parsed or is skipped."""
    if skips_file(source.text):
        return None
    project = project or make_project(catalog, options(settings))
    try:
        module = project.open(source)
    except Unparsable:
        return None
    if module is None:
        return None
    page = Page(module)
    found = {id(f.diagnostic): f for f in _unique(_raw(page, settings, catalog, project))}
    raw = [f.diagnostic for f in found.values()]
    everything = suppress(source.text, source.filename, raw, frozenset(rule_names()), rule_names())
    selected = suppress(source.text, source.filename, raw, settings.enabled, rule_names())
    wanted = [found.get(id(d), Found(d)) for d in selected if reported(d, settings)]
    wanted.sort(key=lambda f: f.diagnostic.sort_key)
    return Sheet(page, tuple(wanted), tuple(everything))


def widest(settings: Settings) -> Settings:
    """The settings with which nothing stays unseen: what a fix must not bring about."""
    return replace(settings, enabled=frozenset(rule_names()), min_severity=Severity.INFO, categories=())


def _raw(page: Page, settings: Settings, catalog: "Catalog", project: "Project") -> Iterator[Found]:
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
