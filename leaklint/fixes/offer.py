"""The fix of every finding of a file, as outputs and editors show it."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leaklint.fixes.attempts import attempt, to_show
from leaklint.fixes.contract import Edit, Fix
from leaklint.fixes.findings import Found, sheet
from leaklint.fixes.imports import merged
from leaklint.fixes.verify import Case, rewritable
from leaklint.model import Diagnostic, Location, Repair, Replacement
from leaklint.settings import Settings
from leaklint.source import Source, row_starts

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog


def offered(
    source: Source, settings: Settings, catalog: "Catalog", only: frozenset[str] | None = None
) -> Iterator[tuple[Diagnostic, Fix]]:
    """For each finding the first fix that works, safe ones before unsafe ones, else a text to show.

    only: fingerprints of the findings that are asked for; None: all.
    """
    page = sheet(source, settings, catalog)
    if page is None or not rewritable(source):
        return
    case = Case(source, page, settings, catalog)
    asked = [found for found in page.wanted if only is None or found.diagnostic.fingerprint in only]
    mended = dict(_mended(case, asked))
    for found in asked:
        fix = mended.get(id(found.diagnostic)) or to_show(case, found)
        if fix is not None:
            yield found.diagnostic, fix


def _mended(case: Case, waiting: list[Found]) -> Iterator[tuple[int, Fix]]:
    """id of a finding -> its fix. Where the fixes of two findings touch each other, each is proven without the other."""
    while waiting:
        tried = attempt(case, waiting, ("safe", "unsafe"))
        yield from ((id(mended.diagnostic), mended.fix) for mended in tried.accepted.fixes)
        waiting = list(tried.waiting) if tried.accepted.fixes else []


def repair(fix: Fix, text: str) -> Repair:
    """The fix with its places as rows and columns of the text."""
    starts = row_starts(text)

    def place(offset: int) -> Location:
        row = bisect_right(starts, offset)
        return Location(row, offset - starts[row - 1] + 1)

    edits = tuple(Replacement(edit.replacement, place(edit.start), place(edit.end)) for edit in _joined(merged(fix.changes)))
    return Repair(fix.applicability, fix.title, edits, fix.reason, fix.suggestion)


def _joined(edits: tuple[Edit, ...]) -> list[Edit]:
    """In the order of the text; those that follow each other without a gap as one."""
    joined: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if joined and joined[-1].end == edit.start:
            last = joined.pop()
            edit = Edit(last.start, edit.end, last.replacement + edit.replacement)
        joined.append(edit)
    return joined
