"""Sees fixes work before anyone is offered them: the file parses, the findings are gone, and nothing else came."""

import codecs
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from leaklint.fixes.bound import unbound_names
from leaklint.fixes.contract import Fix, applied
from leaklint.fixes.findings import Sheet, sheet
from leaklint.fixes.imports import merged
from leaklint.model import Diagnostic
from leaklint.rewrite import NotReplaced, encoded
from leaklint.settings import Settings
from leaklint.source import Source

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog

Key = tuple[str, str, str, str]


class Mended(NamedTuple):
    """A finding and the fix for it."""

    diagnostic: Diagnostic
    fix: Fix


class Case(NamedTuple):
    """A file that is being mended, with what was found in it."""

    source: Source
    sheet: Sheet
    settings: Settings
    catalog: "Catalog"


def rewritable(source: Source) -> bool:
    """Whether parsing keeps every byte of the file: else it gets no fix."""
    try:
        data = encoded(source.text, source)
        body = data.removeprefix(codecs.BOM_UTF8)
        return cst.parse_module(body).bytes == body and cst.parse_module(source.text).code == source.text
    except (cst.ParserSyntaxError, NotReplaced, RecursionError, ValueError):
        return False


def proven(case: Case, fixes: Sequence[Mended]) -> Case | None:
    """The file with all these fixes if they are proven right, else None. No two of them may overlap.

    Proven: it is Python, it can be written in the file's encoding and parsing keeps every character of it, every mended
    finding is gone, no other came, and every name that a function uses is bound as it was.
    """
    source = case.source
    text = applied(source.text, merged(edit for mended in fixes for edit in mended.fix.changes))
    after = Source(source.filename, text, source.encoding, source.bom)
    if text == source.text or not _writable(after) or unbound_names(source.text, text) != ():
        return None
    seen = sheet(after, case.settings, case.catalog)
    if seen is None or seen.page.tree.code != text:
        return None
    allowed = Counter(map(key, case.sheet.everything)) - Counter(key(mended.diagnostic) for mended in fixes)
    return Case(after, seen, case.settings, case.catalog) if not Counter(map(key, seen.everything)) - allowed else None


def key(diagnostic: Diagnostic) -> Key:
    """What stays the same of a finding when the code around it moves."""
    return (diagnostic.code, diagnostic.function, diagnostic.resource, diagnostic.symbol)


def _writable(source: Source) -> bool:
    """Whether the encoding of the file holds every character."""
    try:
        encoded(source.text, source)
    except NotReplaced:
        return False
    return True
