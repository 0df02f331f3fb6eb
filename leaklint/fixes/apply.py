"""Fixes files: looks for what can be mended, round after round, and leaves the texts that are proven right."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from leaklint.fixes import all_remedies
from leaklint.fixes.contract import Fix, overlap
from leaklint.fixes.findings import Found, Sheet, sheet
from leaklint.fixes.site import Site
from leaklint.fixes.verify import rewritable, works
from leaklint.model import Diagnostic
from leaklint.settings import Settings
from leaklint.source import Source

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog

Mode = Literal["safe", "unsafe"]
"""Which fixes are applied: safe ones only, or all."""

_ROUNDS = 20


class Mended(NamedTuple):
    """A finding and the fix that was applied to it."""

    diagnostic: Diagnostic
    fix: Fix


class Fixed(NamedTuple):
    """What came of a file. source: as it was; text: what to write instead; left: the findings that remain."""

    source: Source
    text: str
    mended: tuple[Mended, ...]
    left: tuple[Diagnostic, ...]

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.text != self.source.text


def fix_files(sources: Iterable[Source], settings: Settings, catalog: "Catalog", mode: Mode = "safe") -> Iterator[Fixed]:
    """Every file fixed; nothing is written."""
    for source in sources:
        yield fix_source(source, settings, catalog, mode)


def fix_source(
    source: Source, settings: Settings, catalog: "Catalog", mode: Mode = "safe", only: frozenset[str] | None = None
) -> Fixed:
    """One file, until a round mends nothing more. only: fingerprints of the findings that may be touched; None: all."""
    page = sheet(source, settings, catalog)
    if page is None:
        return Fixed(source, source.text, (), ())
    spared = frozenset(f.diagnostic.fingerprint for f in page.wanted) - only if only is not None else frozenset()
    page = _sparing(page, spared)
    current, mended = source, list[Mended]()
    rounds = _ROUNDS if page.wanted and rewritable(source) else 0
    for _ in range(rounds):
        text, done = _round(page, current, settings, catalog, mode)
        mended += done
        if not done:
            break
        current = Source(source.filename, text, source.encoding, source.bom)
        after = sheet(current, settings, catalog)
        assert after is not None, "a verified text parses"
        page = _sparing(after, spared)
    return Fixed(source, current.text, tuple(mended), tuple(f.diagnostic for f in page.wanted))


def _sparing(page: Sheet, spared: frozenset[str]) -> Sheet:
    """Without the findings that must stay."""
    return page._replace(wanted=tuple(f for f in page.wanted if f.diagnostic.fingerprint not in spared))


def offered(source: Source, settings: Settings, catalog: "Catalog") -> Iterator[tuple[Diagnostic, Fix]]:
    """For every finding the first fix that works, safe ones before unsafe ones, else a text to show: for outputs and editors."""
    page = sheet(source, settings, catalog)
    if page is None or not rewritable(source):
        return
    for found in page.wanted:
        fix = _first(_candidates(page, found, catalog, "unsafe"), found, page, source, settings, catalog)
        fix = fix or next((fix for fix in _proposed(page, found, catalog) if fix.applicability == "display"), None)
        if fix is not None:
            yield found.diagnostic, fix


def _round(page: Sheet, source: Source, settings: Settings, catalog: "Catalog", mode: Mode) -> tuple[str, list[Mended]]:
    """The text with as many fixes as don't touch each other; all at once if that works, else one by one."""
    firsts: list[Mended] = []
    for found in page.wanted:
        fix = next(iter(_candidates(page, found, catalog, mode)), None)
        if fix is not None and not any(overlap(fix.edits, other.fix.edits) for other in firsts):
            firsts.append(Mended(found.diagnostic, fix))
    if len(firsts) > 1:
        text = works([m.fix for m in firsts], [m.diagnostic for m in firsts], page, source, settings, catalog)
        if text is not None:
            return text, firsts
    for found in page.wanted:
        fix = _first(_candidates(page, found, catalog, mode), found, page, source, settings, catalog)
        if fix is not None:
            text = works([fix], [found.diagnostic], page, source, settings, catalog)
            assert text is not None
            return text, [Mended(found.diagnostic, fix)]
    return source.text, []


def _first(fixes: Iterable[Fix], found: Found, page: Sheet, source: Source, settings: Settings, catalog: "Catalog") -> Fix | None:
    """The first fix that is proven right."""
    proven = (fix for fix in fixes if works([fix], [found.diagnostic], page, source, settings, catalog) is not None)
    return next(proven, None)


def _candidates(page: Sheet, found: Found, catalog: "Catalog", mode: Mode) -> list[Fix]:
    """Every fix that may be applied, safe ones first."""
    order = {"safe": 0} if mode == "safe" else {"safe": 0, "unsafe": 1}
    fixes = [fix for fix in _proposed(page, found, catalog) if fix.edits and fix.applicability in order]
    return sorted(fixes, key=lambda fix: order[fix.applicability])


def _proposed(page: Sheet, found: Found, catalog: "Catalog") -> Iterator[Fix]:
    """What remedies propose for the finding, whatever it is."""
    site = Site(found.diagnostic, page.page, catalog, found.obligation, found.node, found.scope)
    for remedy in all_remedies():
        if found.diagnostic.code in remedy.codes:
            yield from remedy.propose(site)
