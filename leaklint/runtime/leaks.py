"""Which resources are leaks when their owner ends."""

import fnmatch
import gc
import threading
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from leaklint.model import Severity
from leaklint.runtime.held import Held
from leaklint.runtime.ledger import Ledger
from leaklint.runtime.sites import Site, site, spots

GRACE = 1.0
"""Seconds that other threads are given to release what they hold."""


class Leak(NamedTuple):
    """What is reported of a resource that its owner did not release."""

    held: Held
    site: Site
    severity: Severity

    @property
    def words(self) -> str:
        """What happened, without the place."""
        what = self.held.facts.what
        if self.held.fate == "collected" and self.severity is not Severity.ERROR:
            return f"{what} was never released: only garbage collection closed it"
        return f"{what} was never released" if self.held.fate == "collected" else f"{what} is still held"


def settled(ledger: Ledger, owners: Sequence[object]) -> list[Leak]:
    """What these owners acquired and did not release, in order of acquisition. They are forgotten on the way.

    What only a cycle keeps alive is collected first, so that the answer does not depend on when the collector runs.
    """
    held = _patiently(ledger, owners)
    if held:
        gc.collect()
        held = [one for one in held if one.fate == "held"]
    lost = [one for one in ledger.collected if one.owner in owners]
    ledger.collected[:] = [one for one in ledger.collected if one.owner not in owners]
    kept = [one for one in held if not one.facts.singleton]
    leaks = [Leak(one, one.site, severity(one)) for one in (*kept, *lost)]
    for one in held:
        ledger.settle(one, "exempt")
    return sorted(leaks, key=lambda leak: leak.held.born)


def _patiently(ledger: Ledger, owners: Sequence[object]) -> list[Held]:
    """What is held; what another thread acquired may take a moment to be released."""
    until = time.monotonic() + GRACE
    while True:
        held = [one for one in ledger.live() if one.owner in owners]
        others = [one for one in held if one.thread != threading.get_ident() and _runs(one.thread)]
        if not others or time.monotonic() > until:
            return held
        time.sleep(0.01)


def _runs(thread: int) -> bool:
    return any(one.ident == thread for one in threading.enumerate())


def severity(held: Held) -> Severity:
    """The kind's; a warning at most if garbage collection gave back what was held."""
    stated = held.facts.severity
    if held.fate == "collected" and not held.facts.keeps and stated is Severity.ERROR:
        return Severity.WARNING
    return stated


def ignored(leak: Leak, patterns: Iterable[str]) -> bool:
    """Whether a pattern names the kind ("sqlite3:connection", "sqlite3 connection"), the category, or the file."""
    facts = leak.held.facts
    names = (facts.gid, facts.what, facts.category)
    return any(
        pattern in names or fnmatch.fnmatch(leak.site.filename, pattern) or fnmatch.fnmatch(leak.site.filename, f"*/{pattern}")
        for pattern in patterns
    )


def called(leak: Leak, project: dict[str, bool]) -> list[Site]:
    """The project's calls that led to the acquisition, innermost first, itself included."""
    return [site(spot) for spot in spots(leak.held.stack) if project[spot[0].co_filename]]
