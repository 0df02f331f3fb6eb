"""`with sqlite3.connect(p) as c:` -> `with closing(sqlite3.connect(p)) as c, c:`.

The second item keeps what leaving the block did so far: end the transaction.
"""

from collections.abc import Iterator

import libcst as cst

from leaklint.fixes.contract import Edit, Fix, Remedy
from leaklint.fixes.derived import escapes, grown
from leaklint.fixes.imports import usable
from leaklint.fixes.region import consuming
from leaklint.fixes.site import Site, uses


def propose(site: Site) -> Iterator[Fix]:
    """`closing` around the item's own acquisition."""
    acquired = site.acquired()
    item = site.page.parents.get(id(acquired.value)) if acquired is not None else None
    if acquired is None or not isinstance(item, cst.WithItem) or site.kind is None or "close" not in site.kind.release:
        return
    block = site.page.parents[id(item)]
    if not isinstance(block, cst.With) or block.asynchronous is not None:
        return
    found = usable(site.page, "contextlib", "closing")
    name = item.asname.name if item.asname is not None else None
    if found is None or not (name is None or isinstance(name, cst.Name)):
        return
    bound = name.value if isinstance(name, cst.Name) else site.fresh_name()
    later = _later(site, block, bound) if name is not None else ""
    if later is None:
        return
    start, end = site.page.range(acquired.value)
    behind = site.page.range(name)[1] if name is not None else end
    tail = Edit(behind, behind, f", {bound}") if name is not None else Edit(end, end, f") as {bound}, {bound}")
    closed = (Edit(end, end, ")"),) if name is not None else ()
    edits = (Edit(start, start, f"{found.name}("), *closed, tail)
    yield Fix("wrap the acquisition in 'closing'", edits, "unsafe" if later else "safe", later, "", found.edits)


def _later(site: Site, block: cst.With, name: str) -> str | None:
    """Why the block may not be the last to need the resource, "" if it certainly is, None if it is not."""
    end = site.page.last_row(block)
    consumes = consuming(site)
    names = grown([block.body], frozenset({name}), consumes)
    behind = [n for n in uses(site.body(), names) if site.page.span(n).row > end]
    if any(n.value == name for n in behind):
        return None
    if behind:
        return f"'{behind[0].value}' is used behind the block and may need '{name}'"
    return f"what is handed out may still need '{name}'" if escapes([block.body], names, consumes) else ""


REMEDY = Remedy("closing-in-with", frozenset({"RLK106"}), 10, propose)
