"""Sees a fix work before anyone is offered it: the file parses, the finding is gone, and nothing else came."""

import codecs
from collections import Counter
from typing import TYPE_CHECKING

import libcst as cst

from leaklint.fixes.contract import Fix, applied
from leaklint.fixes.findings import Sheet, sheet
from leaklint.model import Diagnostic
from leaklint.rewrite import NotReplaced, encoded
from leaklint.settings import Settings
from leaklint.source import Source

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog

Key = tuple[str, str, str, str]


def rewritable(source: Source) -> bool:
    """Whether parsing keeps every byte of the file: else it gets no fix."""
    try:
        data = encoded(source.text, source)
        body = data.removeprefix(codecs.BOM_UTF8)
        return cst.parse_module(body).bytes == body and cst.parse_module(source.text).code == source.text
    except (cst.ParserSyntaxError, NotReplaced, RecursionError, ValueError):
        return False


def works(
    fixes: list[Fix], mended: list[Diagnostic], before: Sheet, source: Source, settings: Settings, catalog: "Catalog"
) -> str | None:
    """The text with all these fixes if it is proven right, else None. No two of them may overlap.

    Proven: it is Python, it can be written in the file's encoding, every mended finding is gone, no other came.
    A variable stays bound where it was: statements are only enclosed, and `with` on these types swallows no exception.
    """
    text = applied(source.text, tuple(dict.fromkeys(edit for fix in fixes for edit in fix.changes)))
    after = Source(source.filename, text, source.encoding, source.bom)
    if text == source.text or not compiles(after) or not rewritable(after):
        return None
    seen = sheet(after, settings, catalog)
    if seen is None:
        return None
    allowed = Counter(map(key, before.everything)) - Counter(map(key, mended))
    return text if not Counter(map(key, seen.everything)) - allowed else None


def key(diagnostic: Diagnostic) -> Key:
    """What stays the same of a finding when the code around it moves."""
    return (diagnostic.code, diagnostic.function, diagnostic.resource, diagnostic.symbol)


def compiles(source: Source) -> bool:
    """Whether Python's own parser takes the text, as far as this Python knows the syntax."""
    import ast

    try:
        ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
