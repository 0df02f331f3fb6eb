"""Tries fixes of many findings of one file with few proofs, each of which costs an analysis of the file.

Fixes that don't touch each other are proven together; where that fails, half of them at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from leaklint.fixes import all_remedies
from leaklint.fixes.contract import Fix, overlap
from leaklint.fixes.findings import Found
from leaklint.fixes.site import Site
from leaklint.fixes.verify import Case, Mended, proven
from leaklint.model import Applicability


class Accepted(NamedTuple):
    """Fixes that were proven together, and the file with all of them."""

    after: Case
    fixes: tuple[Mended, ...] = ()


class Pass(NamedTuple):
    """What came of trying. waiting: the findings whose fixes touch an accepted one."""

    accepted: Accepted
    waiting: tuple[Found, ...]


def attempt(case: Case, findings: Iterable[Found], wanted: Sequence[Applicability]) -> Pass:
    """For each finding its first fix that works, together with those of all others as far as they don't touch each other."""
    accepted = Accepted(case)
    waiting: list[Found] = []
    queue = [(found, candidates(case, found, wanted)) for found in findings]
    while queue:
        batch: list[Mended] = []
        later: list[tuple[Found, list[Fix]]] = []
        for found, fixes in queue:
            if not fixes:
                continue
            if _touches(fixes[0], [*accepted.fixes, *batch]):
                waiting.append(found)
                continue
            batch.append(Mended(found.diagnostic, fixes[0]))
            later.append((found, fixes[1:]))
        accepted = _extended(case, accepted, tuple(batch))
        done = {id(mended.diagnostic) for mended in accepted.fixes}
        queue = [(found, fixes) for found, fixes in later if id(found.diagnostic) not in done]
    return Pass(accepted, tuple(waiting))


def _touches(fix: Fix, others: Iterable[Mended]) -> bool:
    return any(overlap(fix.edits, other.fix.edits) for other in others)


def _extended(case: Case, accepted: Accepted, more: tuple[Mended, ...]) -> Accepted:
    """What was accepted and as many more as work together with it."""
    if not more:
        return accepted
    after = proven(case, (*accepted.fixes, *more))
    if after is not None:
        return Accepted(after, (*accepted.fixes, *more))
    if len(more) == 1:
        return accepted
    middle = len(more) // 2
    return _extended(case, _extended(case, accepted, more[:middle]), more[middle:])


def candidates(case: Case, found: Found, wanted: Sequence[Applicability]) -> list[Fix]:
    """Every fix of the wanted kinds, in the order of the kinds."""
    fixes = [fix for fix in proposed(case, found) if fix.applicability in wanted and fix.edits]
    return sorted(fixes, key=lambda fix: wanted.index(fix.applicability))


def proposed(case: Case, found: Found) -> Iterator[Fix]:
    """What remedies propose for the finding, whatever it is."""
    site = Site(found.diagnostic, case.sheet.page, case.catalog, found.obligation, found.node, found.scope)
    for remedy in all_remedies():
        if found.diagnostic.code in remedy.codes:
            yield from remedy.propose(site)


def to_show(case: Case, found: Found) -> Fix | None:
    """A text that would help, where nothing can be changed."""
    return next((fix for fix in proposed(case, found) if fix.applicability == "display"), None)
