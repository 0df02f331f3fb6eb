"""`x = acquire()` whose release the function does not show, or shows in a branch only: `with` up to the last use.

    cursor = db.list_indexes()                  with db.list_indexes() as cursor:
    for index in cursor:                            for index in cursor:
        if index["name"] == name:     ->                if index["name"] == name:
            return True                                     return True
    return False                                return False

Where the resource may be None, as a function of the project acquires and its caller asks: `try/finally` with the question.
Always unsafe: on the paths without a finding something else releases the resource or keeps it.
"""

from collections.abc import Iterator

from leaklint.fixes.contract import Fix, Remedy
from leaklint.fixes.enclose_uses import in_finally, in_with
from leaklint.fixes.headers import header
from leaklint.fixes.lifetime import Lifetime, lifetime, may_be_none
from leaklint.fixes.once import reason, released_once
from leaklint.fixes.region import Region, binds
from leaklint.fixes.releases import releases_below, written
from leaklint.fixes.site import Site
from leaklint.fixes.stacked import Stack


def propose(site: Site) -> Iterator[Fix]:
    """`with` first, then `try/finally`."""
    acquired = site.call() if not site.state else None
    found = lifetime(site, acquired) if acquired is not None else None
    if acquired is None or found is None or site.kind is None or found.name is None:
        return
    straight = found.straight(None if site.partial else acquired.value) and len(found.inner) > 1
    if not straight or released_once(site, found, Stack("", False)) != []:
        return
    # `with` releases what it entered, `finally` what the variable means then.
    rebound = any(binds(s, found.name) for s in found.inner[1:])
    if may_be_none(site, found.names):
        yield from _asking(site, found, found.name) if not rebound else ()
        return
    again = sum(1 for s in found.inner for _ in releases_below(s, site, found.name))
    region = Region(found.place, found.name, acquired, found.inner[1:], None, None, again)
    entered = header(site, acquired, None) if not site.partial else None
    if entered is not None:
        yield from in_with(site, region, entered, reason(site))
    yield from in_finally(site, region, reason(site)) if not rebound else ()


def _asking(site: Site, found: Lifetime, name: str) -> Iterator[Fix]:
    """`try/finally` that releases unless there is nothing to release."""
    page, place, text = site.page, found.place, written(site, name)
    if text is None:
        return
    indent, unit, behind, last = place.indent, place.unit, page.last_row(place.statement) + 1, page.last_row(found.inner[-1])
    rows = (f"{indent}finally:", f"{indent}{unit}if {name} is not None:", f"{indent}{unit}{unit}{text}")
    edits = (
        page.inserted(behind, f"{indent}try:"),
        *page.indented(behind, last, indent, unit),
        page.inserted(last + 1, page.newline.join(rows)),
    )
    yield Fix(f"release '{name}' in a 'finally', if there is one", edits, "unsafe", reason(site))


_CODES = ("RLK101", "RLK102", "RLK103", "RLK107")
REMEDY = Remedy("enclose-lifetime", frozenset(_CODES), 55, propose)
