"""Fixes files: looks for what can be mended, round after round, and leaves the texts that are proven right."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from leaklint.fixes.attempts import attempt, to_show
from leaklint.fixes.findings import Sheet, sheet
from leaklint.fixes.verify import Case, Mended, rewritable
from leaklint.model import Applicability, Diagnostic
from leaklint.settings import Settings
from leaklint.source import Source

if TYPE_CHECKING:
    from leaklint.catalog.catalog import Catalog

Mode = Literal["safe", "unsafe"]
"""Which fixes are applied: safe ones only, or all."""

_APPLIED: dict[Mode, tuple[Applicability, ...]] = {"safe": ("safe",), "unsafe": ("safe", "unsafe")}
_ROUNDS = 20


class Fixed(NamedTuple):
    """What came of a file. source: as it was; text: what to write instead; left: the findings that remain.

    shown: those of them for which there is a text to show.
    """

    source: Source
    text: str
    mended: tuple[Mended, ...]
    left: tuple[Diagnostic, ...]
    shown: tuple[Mended, ...] = ()

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
        tried = attempt(Case(current, page, settings, catalog), page.wanted, _APPLIED[mode]).accepted
        mended += tried.fixes
        if not tried.fixes:
            break
        current = Source(source.filename, tried.text, source.encoding, source.bom)
        after = sheet(current, settings, catalog)
        assert after is not None, "a proven text parses"
        page = _sparing(after, spared)
    case = Case(current, page, settings, catalog)
    shown = tuple(Mended(f.diagnostic, fix) for f in page.wanted if (fix := to_show(case, f)) is not None)
    return Fixed(source, current.text, tuple(mended), tuple(f.diagnostic for f in page.wanted), shown)


def _sparing(page: Sheet, spared: frozenset[str]) -> Sheet:
    """Without the findings that must stay."""
    return page._replace(wanted=tuple(f for f in page.wanted if f.diagnostic.fingerprint not in spared))
