"""A resource that is acquired in a branch or a `try`, and used and released behind it: the release goes into a `finally`.

    try:                                    try:
        conn = connect(dsn)                     conn = connect(dsn)
    except OSError:                         except OSError:
        return None                             return None
    conn.send(data)                 ->      try:
    conn.close()                                conn.send(data)
                                            finally:
                                                conn.close()

What follows the acquisition within the branch is enclosed in a `try` of its own. Always unsafe: which paths acquire is not
seen from the syntax, so that the `finally` may release what came from elsewhere.
"""

from collections.abc import Iterator

import libcst as cst

from leaklint.fixes.contract import Fix, Remedy
from leaklint.fixes.enclose_uses import in_finally
from leaklint.fixes.page import Place
from leaklint.fixes.region import Region, acquiring_place, region_behind, target_name
from leaklint.fixes.release_on_failure import protected
from leaklint.fixes.releases import written
from leaklint.fixes.site import Acquired, Site, mentions

_CROSSED = (cst.If, cst.Try, cst.Else, cst.ExceptHandler, cst.With, cst.IndentedBlock, cst.Match, cst.MatchCase)


def propose(site: Site) -> Iterator[Fix]:
    """The statements behind the block that acquires in `try/finally`."""
    acquired = site.call()
    place = acquiring_place(site, acquired)
    if acquired is None or place is None or site.state:
        return
    name = site.diagnostic.symbol if site.partial else target_name(place.statement)
    found = _behind(site, place, name, acquired) if name else None
    if name is None or found is None:
        return
    reason = f"'{name}' is released on exceptional paths also where it was not acquired here"
    text = written(site, name)
    rest = place.siblings[place.number + 1 :]
    for fix in in_finally(site, found, reason):
        yield fix
        if text is not None and rest:
            yield fix._replace(edits=(*protected(site.page, place, rest, text), *fix.edits))


def _behind(site: Site, place: Place, name: str, acquired: Acquired) -> Region | None:
    """The statements behind the outermost block that has to be left before the name is used again."""
    names = frozenset({name})
    for around in site.page.around(place.statement):
        if not isinstance(around, _CROSSED):
            return None
        outer = site.page.place(around) if isinstance(around, cst.If | cst.Try | cst.With | cst.Match) else None
        if outer is None or not any(mentions(s, names) for s in outer.siblings[outer.number + 1 :]):
            continue
        return region_behind(site, outer, name, acquired)
    return None


_CODES = ("RLK101", "RLK102", "RLK103", "RLK107")
REMEDY = Remedy("release-behind", frozenset(_CODES), 50, propose)
