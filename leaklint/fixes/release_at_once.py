"""A resource whose variable is never looked at again: released in the next row.

    fd, path = tempfile.mkstemp()             fd, path = tempfile.mkstemp()
    write(path)                       ->      os.close(fd)
                                              write(path)

Always unsafe: holding it may be what it is for (a lock file, the other end of a pipe).
"""

from collections.abc import Iterator

import libcst as cst

from leaklint.fixes.contract import Fix, Remedy
from leaklint.fixes.region import acquiring_place, shared, target_name
from leaklint.fixes.releases import written
from leaklint.fixes.site import Site, uses

_AT_ONCE = frozenset({"descriptor", "file", "socket", "stream", "handle", "cursor"})
"""Of these the release ends nothing that goes on by itself, as a process or an executor would, and removes nothing."""


def propose(site: Site) -> Iterator[Fix]:
    """One more row behind the acquiring statement."""
    acquired = site.call() if not site.state and site.diagnostic.category in _AT_ONCE else None
    place = acquiring_place(site, acquired)
    if place is None or not isinstance(site.body(), cst.FunctionDef):
        return
    whole = target_name(place.statement)
    name = whole if not site.partial else site.diagnostic.symbol if whole is None else None
    if not name or shared(site.body(), name) or sum(1 for _ in uses(site.body(), frozenset({name}))) != 1:
        return
    text = written(site, name)
    if text is not None and not text.startswith("await "):
        row = site.page.inserted(site.page.last_row(place.statement) + 1, place.indent + text)
        reason = f"'{name}' is not used, but may have been held open on purpose"
        yield Fix(f"release '{name}' at once", (row,), "unsafe", reason)


REMEDY = Remedy("release-at-once", frozenset({"RLK101"}), 58, propose)
