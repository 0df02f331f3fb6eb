"""Fixes files: looks for what can be mended, round after round, and leaves the texts that are proven right."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from leaklint.fixes.attempts import attempt, to_show
from leaklint.fixes.findings import sheet
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
    case, mended = _sparing(Case(source, page, settings, catalog), spared), list[Mended]()
    rounds = _ROUNDS if case.sheet.wanted and rewritable(source) else 0
    for _ in range(rounds):
        tried = attempt(case, case.sheet.wanted, _APPLIED[mode]).accepted
        if not tried.fixes:
            break
        mended += tried.fixes
        case = _sparing(tried.after, spared)
    left = case.sheet.wanted
    shown = tuple(Mended(f.diagnostic, fix) for f in left if (fix := to_show(case, f)) is not None)
    return Fixed(source, case.source.text, tuple(mended), tuple(f.diagnostic for f in left), shown)


def _sparing(case: Case, spared: frozenset[str]) -> Case:
    """Without the findings that must stay."""
    wanted = tuple(f for f in case.sheet.wanted if f.diagnostic.fingerprint not in spared)
    return case._replace(sheet=case.sheet._replace(wanted=wanted))
